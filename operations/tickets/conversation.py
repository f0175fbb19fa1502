"""留言、备注、催办、批示: what is said about a ticket without moving it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.tickets import Act, Attachment, Instruction, Ticket
from operations import notices
from operations.access.actor import SYSTEM, Actor
from operations.base import operation
from operations.clocks import clocks
from operations.clocks.calendar import Limit
from operations.errors import BadInput, NotFound
from operations.tickets import instructions
from operations.tickets.advance import advance
from operations.tickets.attachments import attach

WORDS_LIMIT = 2000


@operation
def note(ticket: Ticket, *, actor: Actor, words: str, attachments: Sequence[Attachment] = ()) -> None:
    """内部备注：for colleagues; the enterprise never sees it."""
    _ensure_said(words, attachments)
    advance(ticket, Act.NOTE, actor=actor, words=words, attachments=attachments)
    attach(ticket, attachments, is_public=False)


@operation
def message(ticket: Ticket, *, actor: Actor, words: str, attachments: Sequence[Attachment] = ()) -> None:
    """留言：between the enterprise and those who work on its ticket; the other side is told."""
    _ensure_said(words, attachments)
    standing = advance(ticket, Act.MESSAGE, actor=actor, words=words, attachments=attachments)
    attach(ticket, attachments, is_public=True)
    if standing.enterprise_id:
        notices.tell_stewards(ticket, f"企业留言：{ticket.subject}", words=words)
        notices.tell_handlers(ticket, f"企业留言：{ticket.subject}", words=words)
    else:
        notices.tell_enterprise(ticket, f"新留言：{ticket.subject}", words=words)


@operation
def keep_earlier_reply(ticket: Ticket, *, words: str, recorded_at: datetime) -> None:
    """原答复：what another channel had answered before the ticket came here; told to nobody, read by all (import)."""
    advance(ticket, Act.MESSAGE, actor=SYSTEM, words=words, recorded_at=recorded_at.isoformat())


@operation
def remind(ticket: Ticket, *, actor: Actor, words: str, version: int | None = None) -> None:
    """催办：whoever must act now is told; nothing else changes."""
    advance(ticket, Act.REMIND, actor=actor, words=words, version=version)
    notices.tell_handlers(ticket, f"催办：{ticket.subject}", words=words)


@operation
def instruct(ticket: Ticket, *, actor: Actor, words: str, limit: Limit, version: int | None = None) -> None:
    """批示：a leader's words with a limit; their own clock and their own duty to report back."""
    advance(ticket, Act.INSTRUCT, actor=actor, words=words, version=version, limit=str(limit), unit=ticket.lead_unit_id)
    started = clocks.start(ticket, ClockKind.INSTRUCTION, limit=limit, unit_id=ticket.lead_unit_id)
    db.session.flush()
    db.session.add(
        Instruction(ticket_id=ticket.id, words=words, clock_id=started.id, given_by_id=actor.user_id,
                    given_at=clock.now())
    )
    notices.tell_handlers(ticket, f"领导批示：{ticket.subject}", words=words)
    notices.tell_centre(ticket, f"领导批示：{ticket.subject}")


@operation
def answer_instruction(
    ticket: Ticket, *, actor: Actor, instruction_id: int, words: str, version: int | None = None
) -> None:
    """落实批示：report to the leader what came of it."""
    found = db.session.scalar(
        select(Instruction).where(Instruction.id == instruction_id, Instruction.ticket_id == ticket.id)
    )
    if found is None or found.answered_at is not None:
        raise NotFound("没有找到待落实的批示。")
    owed = db.session.get_one(Clock, found.clock_id)
    advance(ticket, Act.ANSWER_INSTRUCTION, actor=actor, words=words, version=version, instruction=found.id,
            given_at=owed.started_at.isoformat())
    found.answer, found.answered_by_id, found.answered_at = words, actor.user_id, clock.now()
    instructions.keep_answer(found, actor=actor, words=words)
    if owed in clocks.running(ticket):
        clocks.stop_clock(ticket, owed)
    notices.tell_person(found.given_by_id, ticket, f"批示已回报，请认可或退回：{ticket.subject}", words=words)


def _ensure_said(words: str, attachments: Sequence[Attachment]) -> None:
    if not words.strip() and not attachments:
        raise BadInput("请写点什么再发出。")
    if len(words) > WORDS_LIMIT:
        raise BadInput(f"最多 {WORDS_LIMIT} 字，现有 {len(words)} 字。")
