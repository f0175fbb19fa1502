"""A document without its authors, as a program of its own: ``python -m operations.tickets.bare FILE ENDING``.

See ``authors``. It loads little, for somebody waits for it.
"""

import os
import re
import resource
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pikepdf

from operations.errors import BadInput
from operations.tickets import photos

MEMORY, SECONDS = 768 * 1024 * 1024, 10
NOBODY = "作者".encode()
OPEN = b"http://schemas.openxmlformats.org"
SIGNED = "_xmlsignatures/"
# What these parts hold is about the document and its people alone, wherever they lie and whatever they are called.
EMPTIED = {
    b"%s/package/2006/metadata/core-properties" % OPEN: b'<c:coreProperties xmlns:c="%s"/>',
    b"%s/officeDocument/2006/extended-properties" % OPEN: b'<Properties xmlns="%s"/>',
    b"%s/officeDocument/2006/custom-properties" % OPEN: b'<Properties xmlns="%s"/>',
}
DESCRIBING = {"/Metadata", "/PieceInfo", "/LastModified"}
# Attributes that say who it was, by name and by number.
NAMES = (b"author", b"displayName", b"userName", b"lastModifiedBy")
CODES = (b"initials", b"userId", b"providerId")
ATTRIBUTE = re.compile(rb"""(?<=\s)(?:\w+:)?(%s)\s*=\s*("[^"]*"|'[^']*')""" % b"|".join(NAMES + CODES))
# Where it lay on somebody's computer: a path with their name in it.
PLACED = re.compile(rb"""(<(?:\w+:)?absPath\b[^<>]*\surl\s*=\s*)("[^"]*"|'[^']*')""")
LED_TO = re.compile(rb"""(\sTarget\s*=\s*)("file:[^"]*"|'file:[^']*')""", re.I)
AUTHOR = re.compile(rb"(<(?:\w+:)?author>)[^<]*(</)")
PHOTO = re.compile(r"(?:^|/)media/[^/]+\.jpe?g$", re.I)
TOLD_BY_PHOTOS = (b"Exif\0", b"http://ns.adobe.com/", b"Photoshop 3.0")


def main(path: Path, ending: str) -> None:
    """The child: less of everything than the site has."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    bare = path.with_suffix(".bare")
    try:
        if WAYS[ending](path, bare):
            os.replace(bare, path)
    finally:
        bare.unlink(missing_ok=True)


def _bare_pdf(path: Path, bare: Path) -> bool:
    with pikepdf.open(path) as pdf:
        things = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary | pikepdf.Stream)]
        if any("/ByteRange" in one for one in things):
            return False
        for one in things:
            for key in DESCRIBING & one.keys():
                del one[key]
        for page in pdf.pages:
            for note in page.obj.get("/Annots", []):
                _bare_note(note)
        if pdf.trailer.get("/Info") is not None:
            del pdf.trailer["/Info"]
        pdf.save(bare, deterministic_id=True)
    return True


def _bare_note(note: pikepdf.Object) -> None:
    """Who wrote it; a field of a form has its name there."""
    if note.get("/Subtype") != "/Widget" and "/T" in note:
        del note["/T"]


def _bare_office(path: Path, bare: Path) -> bool:
    with zipfile.ZipFile(path) as old:
        parts = old.infolist()
        if any(part.filename.startswith(SIGNED) for part in parts):
            return False
        if len({part.filename for part in parts}) < len(parts):
            raise ValueError("two parts of one name")
        with zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED) as new:
            for part in parts:
                said = old.read(part)
                new.writestr(zipfile.ZipInfo(part.filename), _bare_part(part.filename, said, bare), part.compress_type)
    return True


def _bare_part(name: str, said: bytes, beside: Path) -> bytes:
    if name.endswith(".rels"):
        return LED_TO.sub(rb'\1"file:///"', said)
    if PHOTO.search(name):
        return _bare_photo(said, beside.with_suffix(".jpg"))
    if not name.endswith((".xml", ".psmdcp")):
        return said
    if said.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in said[:200]:
        raise ValueError("in an encoding that Office does not write")
    head = said[:2000]
    for namespace, empty in EMPTIED.items():
        if namespace in head and name != "[Content_Types].xml":
            return empty % namespace
    plain = PLACED.sub(rb'\1""', said)
    if not any(word in plain for word in NAMES + CODES):
        return plain  # the sheets, which are large
    return ATTRIBUTE.sub(_bare_attribute, AUTHOR.sub(rb"\1" + NOBODY + rb"\2", plain))


def _bare_attribute(found: re.Match[bytes]) -> bytes:
    """Within a tag; what somebody has written that looks like one stays."""
    before, place = found.string, found.start()
    if before.rfind(b"<", 0, place) <= before.rfind(b">", 0, place):
        return found[0]
    return found[0].removesuffix(found[2]) + b'"' + (NOBODY if found[1] in NAMES else b"") + b'"'


def _bare_photo(said: bytes, path: Path) -> bytes:
    if not any(word in said for word in TOLD_BY_PHOTOS):
        return said
    path.write_bytes(said)
    try:
        with suppress(BadInput):  # what we cannot draw stays, as Office may
            photos.redraw(path, "image/jpeg", path.name)
        return path.read_bytes()
    finally:
        path.unlink()


WAYS: dict[str, Callable[[Path, Path], bool]] = {".pdf": _bare_pdf, ".docx": _bare_office, ".xlsx": _bare_office}

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
