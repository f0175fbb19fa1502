"""Papers as files: one sheet as PDF or as .docx, with the fonts that the site has chosen."""

from importlib import import_module
from io import BytesIO
from typing import Any

from flask import current_app, send_file, url_for
from flask.typing import ResponseReturnValue

from models.letters import Letter
from operations.supervision.letters import proof
from operations.supervision.letters.pdf import Fonts, pdf_of
from operations.supervision.letters.sheet import Sheet, sheet_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def paper(sheet: Sheet, name: str, form: str) -> ResponseReturnValue:
    """The sheet as a file of this form: ``pdf`` to be read, ``docx`` to be edited."""
    if form == "docx":
        return send_file(BytesIO(_word_of(sheet)), mimetype=DOCX, as_attachment=True, download_name=f"{name}.docx")
    file = BytesIO(pdf_of(sheet, chosen_fonts()))
    return send_file(file, mimetype="application/pdf", as_attachment=True, download_name=f"{name}.pdf")


def _word_of(sheet: Sheet) -> bytes:
    """Loaded with the first such file: 17 MB that few workers ever need."""
    word: Any = import_module("operations.supervision.letters.word")
    made: bytes = word.word_of(sheet)
    return made


def chosen_fonts() -> Fonts:
    """The fonts of the site's papers."""
    folder = current_app.config["LETTER_FONTS_DIR"]
    return Fonts(tuple(current_app.config["LETTER_FONTS"]), str(folder) if folder else "")


def sheet(letter: Letter) -> Sheet:
    """A letter as it was issued; its QR leads anybody to the check of it."""
    address = f"{current_app.config['PUBLIC_URL'].rstrip('/')}{url_for('public.verify_letter')}"
    return sheet_of(letter, verify_url=address, seal=proof.seal_of(letter))


def letter_file(letter: Letter, form: str) -> ResponseReturnValue:
    """A letter as a file named by its number."""
    return paper(sheet(letter), f"{letter.kind.label} {letter.number}", form)
