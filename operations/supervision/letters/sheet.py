"""What a printed paper says, before it is a PDF or a Word file: a letter's text from its template and its facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.letters import Letter, LetterTemplate
from operations.clocks.calendar import SHANGHAI
from operations.supervision.letters import templates

CODE_SHOWN, GROUP = 16, 4
ROWS = "表"  # the fact that is no field of a template but the table below its text: (term, value) each


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a paper; ``widths`` are shares of its breadth."""

    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper. ``is_formal``: with 版头 and red lines (GB/T 9704 信函格式); ``check_url`` is what its QR leads to.

    ``seal`` is the place in the sealed log that vouches for it: whoever holds the paper can show a log written anew.
    """

    org: str
    title: str
    number: str = ""
    to: str = ""
    body: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    sign: str = ""
    date: str = ""
    contact: str = ""
    code: str = ""
    check_url: str = ""
    seal: str = ""
    is_formal: bool = True


def sheet_of(letter: Letter, *, verify_url: str, seal: str = "") -> Sheet:
    """The letter as it was issued, with the code by which anybody can check it."""
    code = letter.digest[:CODE_SHOWN]
    return drawn(letter.template, letter.facts, number=letter.number, issued_at=letter.issued_at, code=code,
                 check_url=f"{verify_url}?code={code}", seal=seal)


def drawn(
    template: LetterTemplate, facts: dict[str, Any], *, number: str, issued_at: datetime, code: str = "",
    check_url: str = "", seal: str = "",
) -> Sheet:
    """A letter of this template with these facts: also before it is issued, when it has no number yet."""
    title = " ".join(templates.fill(template.title, facts)) or template.kind.label
    contact = facts.get("联系方式", "")
    return Sheet(
        org=facts["发文机关"], number=number, title=title, to=facts["收文单位"],
        body=tuple(templates.fill(template.body, facts)), sign=facts["发文机关"], date=day_in_full(issued_at),
        contact=f"联系方式：{contact}" if contact else "", code=grouped(code), check_url=check_url, seal=seal,
        tables=(Table((1, 4), tuple(map(tuple, facts[ROWS]))),) if facts.get(ROWS) else (),
    )


def grouped(code: str) -> str:
    """``abcd-ef01-…``: a code as it is read aloud."""
    return "-".join(code[place:place + GROUP] for place in range(0, len(code), GROUP))


def day_in_full(moment: datetime) -> str:
    """``2026年8月27日``."""
    here = moment.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日"
