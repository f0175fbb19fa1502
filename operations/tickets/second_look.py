"""再看一眼: what a careful reader would ask about a result before it goes to the leader. Hints, never a bar."""

import hashlib

from sqlalchemy import select

from models.base import db
from models.tickets import Result, ResultKind, Ticket

SHORTEST = 30
RECENT = 50
TOO_SHORT = f"说明不到 {SHORTEST} 字，企业可能看不明白做了什么。"
OFF_THE_POINT = "说明里没有提到诉求中的关键词，请核对是否答非所问。"
SAME_AGAIN = "与本单位最近另一件的说明相同，请按本件情况写。"
NO_NEXT_STEP = "没有完全解决，请写明下一步谁在什么时候做什么。"


def of_result(
    ticket: Ticket, text: str, *, kind: ResultKind | None, next_step: str, unit_id: int | None
) -> list[str]:
    """The hints for a result in the words of its page, the gravest first."""
    hints = []
    if kind in (ResultKind.EXPLAINED, ResultKind.PARTLY_SOLVED) and not next_step.strip():
        hints.append(NO_NEXT_STEP)
    if not bigrams(text) & bigrams(f"{ticket.subject}\n{ticket.content}"):
        hints.append(OFF_THE_POINT)
    if len(_bare(text)) < SHORTEST:
        hints.append(TOO_SHORT)
    if _is_copied(ticket, text, unit_id):
        hints.append(SAME_AGAIN)
    return hints


def digest(text: str, hints: list[str]) -> str:
    """What was hinted about which words: the same hints are shown once."""
    return hashlib.sha256("\n".join([text, *hints]).encode()).hexdigest()[:32]


def fingerprint(text: str) -> str:
    """The same for texts that differ in marks and blanks alone."""
    return hashlib.sha256(_bare(text).encode()).hexdigest()[:32]


def bigrams(text: str) -> set[str]:
    """Neighbouring letters and Chinese characters, the key words of a language without spaces."""
    bare = _bare(text)
    return {bare[i : i + 2] for i in range(len(bare) - 1)}


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _is_copied(ticket: Ticket, text: str, unit_id: int | None) -> bool:
    recent = select(Result.text).where(Result.unit_id == unit_id, Result.ticket_id != ticket.id)
    said = _bare(text)
    return any(_bare(other) == said for other in db.session.scalars(recent.order_by(Result.id.desc()).limit(RECENT)))
