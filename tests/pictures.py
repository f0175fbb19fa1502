"""Real pictures and papers for the tests: small, and such as a phone would make them, with the place in them."""

import io

import pikepdf
from PIL import Image

PLACE = (41.1084, 122.9943)


def picture(kind="PNG", size=(8, 6), **rest):
    """The bytes of a picture: ``kind`` PNG, JPEG or WEBP."""
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind, **rest)
    return made.getvalue()


def with_place(kind="JPEG"):
    """As from a phone held upright: GPS, camera, a comment and a turn."""
    exif = Image.Exif()
    exif[0x0110] = "Phone 12"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (41.0, 6.0, 30.0), 3: "E", 4: (122.0, 59.0, 39.0)})
    more = {"comment": "secret place"} if kind == "JPEG" else {}
    return picture(kind, (40, 30), exif=exif.tobytes(), **more)


def paper():
    """The bytes of a PDF of one empty page, as the site keeps it."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(72, 72))
        pdf.save(made, deterministic_id=True)
    return as_kept(made)


def as_kept(made):
    kept = io.BytesIO()
    with pikepdf.open(made) as pdf:
        pdf.save(kept, deterministic_id=True)
    return kept.getvalue()
