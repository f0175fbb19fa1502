"""Every kind of letter as a Word file, opened by LibreOffice. A drill: the office suite is large and slow to start."""

import shutil
import subprocess

import pypdf
import pytest

from models import clock
from models.letters import LetterKind
from operations.supervision.letters import templates
from operations.supervision.letters.sheet import ROWS, drawn
from operations.supervision.letters.word import word_of
from tests.lives import START
from tests.shared import IS_DRILL

OFFICE = shutil.which("soffice")
MM = 72 / 25.4
pytestmark = [
    pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill"),
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed here"),
]


def written(kind, folder):
    facts = {name: f"〔{name}〕" for name in templates.FIELDS[kind]} | {"发文机关": "云州市营商环境建设局"}
    facts |= {ROWS: [("否定理由", "不在规划范围内。")]} if kind is LetterKind.REFUSAL else {}
    sheet = drawn(templates.current(kind, ""), facts, number="云营商督〔2026〕1号", issued_at=START,
                  code="abcdef0123456789", check_url="https://example.test/verify/letter?code=abcdef0123456789")
    path = folder / f"{kind}.docx"
    path.write_bytes(word_of(sheet))
    return path, sheet


def test_libreoffice_opens_each_kind_and_shows_what_it_says(city, tmp_path):
    with clock.standing_at(START):
        files = [written(kind, tmp_path) for kind in LetterKind]
    subprocess.run([OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf",
                    "--outdir", str(tmp_path), *(str(path) for path, _ in files)], check=True, timeout=240,
                   capture_output=True)
    for path, sheet in files:
        pages = pypdf.PdfReader(path.with_suffix(".pdf")).pages
        said = "".join("".join(page.extract_text() for page in pages).split())
        assert [float(side) / MM for side in pages[0].mediabox[2:]] == pytest.approx([210, 297], abs=0.5)
        assert len(pages) <= 2 and sheet.code in said and "".join(sheet.title.split()) in said
        assert all("".join(words.split())[:12] in said for words in sheet.body), path.name
