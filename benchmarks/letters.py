"""How fast letters become papers: figures that ``bench supervision`` prints with those of the sweep."""

import time
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from benchmarks.report import Figure, percentile
from config import Config
from models.base import db
from models.letters import Letter, LetterKind
from operations.supervision.letters.pdf import Fonts, pdf_of
from operations.supervision.letters.sheet import sheet_of
from operations.supervision.letters.word import word_of

CHECK = "https://example.test/verify/letter"
WORD_FILES = 100


def rendered(count: int) -> Iterator[Figure]:
    """Letters of orders set as PDF by one process, each another; and some of them as Word files."""
    rows = select(Letter).where(Letter.kind == LetterKind.SUPERVISION).options(joinedload(Letter.template))
    issued = db.session.scalars(rows.order_by(Letter.id).limit(count))
    sheets = [sheet_of(letter, verify_url=CHECK) for letter in issued]
    db.session.rollback()
    fonts = Fonts(tuple(Config.LETTER_FONTS))
    pdf_of(sheets[0], fonts)  # the fonts are read once per process
    times, sizes = [], []
    for sheet in sheets:
        started = time.perf_counter()
        sizes.append(len(pdf_of(sheet, fonts)))
        times.append((time.perf_counter() - started) * 1000)
    yield Figure("letters_rendered_per_second", len(times) / sum(times) * 1000, "letters/s",
                 p50_ms=percentile(times, 0.5), p95_ms=percentile(times, 0.95))
    yield Figure("letter_size", sum(sizes) / len(sizes) / 1024, "KiB")
    started = time.perf_counter()
    some = [word_of(sheet) for sheet in sheets[:WORD_FILES]]
    yield Figure("word_files_per_second", len(some) / (time.perf_counter() - started), "files/s")
