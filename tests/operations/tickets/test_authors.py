"""Documents that come in say what they say, and not who wrote them, nor where their photos were taken."""

import io
import time
import zipfile

import docx
import openpyxl
import pikepdf
import pytest
from docx.shared import Cm
from openpyxl.comments import Comment
from PIL import Image

from operations.errors import BadInput
from operations.tickets import authors
from tests.eventful import upload
from tests.pictures import paper, with_place

WHO = "张三丰"
OPEN = "http://schemas.openxmlformats.org/package/2006"
TYPED = f'他说 w:author="{WHO}" 就是这样'
PARTS = {
    "word/people.xml": f'<w15:people xmlns:w15="w"><w15:person w15:author="{WHO}"><w15:presenceInfo providerId="AD" '
                       f"userId='{WHO}@gov.cn'/></w15:person></w15:people>",
    "word/_rels/x.xml.rels": f'<Relationships><Relationship Target="file:///C:\\{WHO}\\x.dotm"/></Relationships>',
    "package/services/1.psmdcp": f'<coreProperties xmlns="{OPEN}/metadata/core-properties">{WHO}</coreProperties>',
    "word/footnotes.xml": f'<w:footnotes><w:ins w:id="1" w:author = "{WHO}" w:initials="{WHO}"/></w:footnotes>',
}
WORKBOOK = f'<workbook><fileSharing userName="{WHO}"/><x15ac:absPath url="D:\\{WHO}\\" xmlns:x15ac="x"/></workbook>'


def saved(document, **parts):
    """The bytes of a document, with these parts added to its package."""
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out, "a") as package:
        for name, said in parts.items():
            package.writestr(name, said)
    return out.getvalue()


def letter(**parts):
    made = docx.Document()
    made.core_properties.author = made.core_properties.last_modified_by = WHO
    made.add_comment(made.add_paragraph(TYPED).runs[0], text="批注", author=WHO, initials=WHO)
    made.add_picture(io.BytesIO(with_place()), width=Cm(3))
    return saved(made, **PARTS, **parts)


def sheet():
    made = openpyxl.Workbook()
    made.properties.creator = WHO
    made.active["A1"], made.active["A1"].comment = TYPED, Comment("批注", WHO)
    return saved(made, **{"xl/workbook2.xml": WORKBOOK})


def page(**rest):
    """A PDF whose author stands wherever one may stand."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = WHO
        with pdf.open_metadata() as told:
            told["dc:creator"] = [WHO]
        note = {"Type": pikepdf.Name.Annot, "Rect": [0, 0, 9, 9], "T": WHO, "Contents": "批注"}
        notes = [pikepdf.Dictionary(Subtype=kind, **note) for kind in (pikepdf.Name.Text, pikepdf.Name.Widget)]
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(one) for one in notes])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.pages[0].Annots[1]])
        pdf.save(made, **rest)
    return made.getvalue()


def kept(tmp_path, content, ending):
    path = tmp_path / "file"
    path.write_bytes(content)
    authors.forget(path, ending, f"材料{ending}")
    assert list(tmp_path.iterdir()) == [path]
    return path.read_bytes()


@pytest.mark.parametrize(("make", "ending"), [(letter, ".docx"), (sheet, ".xlsx")])
def test_nobody_is_named_in_any_part_and_what_was_written_stays(tmp_path, make, ending):
    content = kept(tmp_path, make(), ending)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
        assert package.testzip() is None
    told = {name: said.decode("utf-8", "replace") for name, said in parts.items()}
    assert [name for name, said in told.items() if WHO in said.replace(TYPED, "")] == []
    if ending == ".docx":
        opened = docx.Document(io.BytesIO(content))
        assert opened.paragraphs[0].text == TYPED and [one.text for one in opened.comments] == ["批注"]
        (photo,) = (said for name, said in parts.items() if "media/" in name)
        assert Image.open(io.BytesIO(photo)).getexif() == {} and b"secret place" not in photo
    else:
        cell = openpyxl.load_workbook(io.BytesIO(content)).active["A1"]
        assert (cell.value, cell.comment.text) == (TYPED, "批注")


def test_a_pdf_keeps_its_pages_and_notes_and_the_names_of_its_fields(tmp_path):
    content = kept(tmp_path, page(), ".pdf")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        note, field = pdf.pages[0].Annots
        assert (str(note.Contents), "/T" in note, str(field.T)) == ("批注", False, WHO)
        assert dict(pdf.docinfo) == {} and "/Metadata" not in pdf.Root
    assert kept(tmp_path, content, ".pdf") == content


def test_what_was_signed_stays_as_it_was_signed(tmp_path):
    with pikepdf.open(io.BytesIO(paper())) as pdf:
        pdf.Root.Signed = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Name=WHO))
        pdf.save(tmp_path / "signed")
    signed_letter = letter(**{"_xmlsignatures/sig1.xml": "<s/>"})
    for content, ending in (((tmp_path / "signed").read_bytes(), ".pdf"), (signed_letter, ".docx")):
        (tmp_path / "signed").unlink(missing_ok=True)
        assert kept(tmp_path, content, ending) == content


def zipped(said):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", said)
    return out.getvalue()


UNREADABLE = {
    "cut": (lambda: b"%PDF-1.7\n%%EOF\n", ".pdf"), "half": (lambda: letter()[:5000], ".docx"),
    "locked": (lambda: page(encryption=pikepdf.Encryption(owner="o", user="u")), ".pdf"),
    "encoding": (lambda: zipped('<w a="b"/>'.encode("utf-16")), ".docx"),
    "endless": (lambda: zipped(b'<b author="c"/>' * 3_000_000), ".docx"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_taken_apart_in_good_time_is_refused_in_one_sentence(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(authors, "SECONDS", 2)
    (make, ending), began = UNREADABLE[kind], time.monotonic()
    with pytest.raises(BadInput, match=f"“材料{ending}”打不开：文件不完整，或加了打开密码。"):
        kept(tmp_path, make(), ending)
    assert time.monotonic() - began < 6


def test_an_upload_is_kept_without_its_author(app, city, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "ATTACHMENTS_DIR", tmp_path)
    row = upload("hengzha", "反映.pdf", page())
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    with pikepdf.open(path) as pdf:
        assert dict(pdf.docinfo) == {} and row.size == path.stat().st_size
