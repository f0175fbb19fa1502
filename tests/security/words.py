"""Everything an answer says: a page, a sheet, a letter or a file with its parts unpacked, in one text."""

import html
import io
import zipfile
from urllib.parse import unquote

from pypdf import PdfReader


def words_of(answer):
    """The address that it leads on to, its headers, and its text, whatever the file."""
    told = unquote("\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "Set-Cookie"))
    body = answer.get_data()
    answer.close()
    return f"{told}\n{_text(body)}"


def _text(body):
    if body.startswith(b"PK"):  # .xlsx, .docx, .zip
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join(_text(archive.read(name)) for name in archive.namelist())
    if body.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).replace("\n", "")
    return html.unescape(body.decode("utf-8", "replace"))
