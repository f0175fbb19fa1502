"""Photos: the server itself takes out where they were taken, and lets nothing in that is no picture."""

import io

import pytest
from PIL import Image

from operations.errors import BadInput
from operations.tickets import photos
from tests.pictures import picture, with_place

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def redrawn(tmp_path, content, kind):
    path = tmp_path / "stored"
    path.write_bytes(content)
    photos.redraw(path, TYPES[kind], "照片")
    assert [found.name for found in tmp_path.iterdir()] == ["stored"]
    return path.read_bytes()


@pytest.mark.parametrize("kind", TYPES)
def test_the_place_and_all_else_but_the_pixels_are_gone(tmp_path, kind):
    taken = with_place(kind)
    assert Image.open(io.BytesIO(taken)).getexif().get_ifd(0x8825)
    kept = redrawn(tmp_path, taken + b"<script>after the picture</script>", kind)
    found = Image.open(io.BytesIO(kept))
    assert not found.getexif() and not set(found.info) & {"exif", "comment", "icc_profile", "xmp"}
    assert b"secret" not in kept and b"Phone" not in kept and b"<script>" not in kept
    assert found.format == kind and found.size == (30, 40), "the turn of the phone is in the pixels now"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("P", "PNG"), ("RGBA", "PNG"), ("1", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG"), ("L", "JPEG"), ("RGBA", "WEBP")],
)
def test_every_way_of_storing_colours_is_taken(tmp_path, mode, kind):
    made = io.BytesIO()
    Image.new(mode, (5, 4)).save(made, kind)
    assert Image.open(io.BytesIO(redrawn(tmp_path, made.getvalue(), kind))).size == (5, 4)


def test_more_than_forty_million_pixels_are_refused_by_the_header(tmp_path):
    content = bytearray(picture("PNG"))
    content[16:24] = (6500).to_bytes(4, "big") + (6500).to_bytes(4, "big")
    with pytest.raises(BadInput):
        redrawn(tmp_path, bytes(content), "PNG")
    huge = io.BytesIO()
    Image.new("1", (8000, 5001)).save(huge, "PNG")
    with pytest.raises(BadInput, match="4000 万像素"):
        redrawn(tmp_path, huge.getvalue(), "PNG")


@pytest.mark.parametrize("content", [picture("JPEG")[:100], b"\xff\xd8\xff" + b"0" * 64, picture("PNG")[:45], b""])
def test_half_a_picture_is_refused(tmp_path, content):
    with pytest.raises(BadInput, match="不是完整的图片"):
        redrawn(tmp_path, content, "PNG" if content.startswith(b"\x89") else "JPEG")
