"""批示的回报: the leader who gave an instruction hears what came of it, and accepts that or sends it back."""

from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.tickets import Act, AnswerVerdict, Instruction, InstructionAnswer, Ticket
from operations import notices
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import clocks
from operations.clocks.calendar import Limit
from operations.errors import NotFound
from operations.tickets.advance import advance, allowed
from operations.words import ensure_said

WORDS_LIMIT = 500


@operation
def accept(
    ticket: Ticket, *, actor: Actor, instruction_id: int, words: str = "", version: int | None = None
) -> None:
    """认可批示回报：the instruction is done; said by who gave it, even of a ticket that has ended meanwhile."""
    found = _to_judge(ticket, Act.ACCEPT_INSTRUCTION, actor, instruction_id, version)
    advance(ticket, Act.ACCEPT_INSTRUCTION, actor=actor, words=words, version=version, instruction=found.id)
    found.accepted_at, found.accepted_by_id = clock.now(), actor.user_id
    _judge(found, AnswerVerdict.ACCEPTED, actor, words)
    notices.tell_person(found.answered_by_id, ticket, f"批示回报已认可：{ticket.subject}", words=words)


@operation
def return_answer(
    ticket: Ticket, *, actor: Actor, instruction_id: int, words: str, limit: Limit, version: int | None = None
) -> None:
    """退回批示回报：the answer is owed once more, on a clock of its own; what the first clock has shown stays."""
    said = ensure_said(words, "请写明为什么退回。", most=WORDS_LIMIT)
    found = _to_judge(ticket, Act.RETURN_INSTRUCTION, actor, instruction_id, version)
    owed_by = db.session.get_one(Clock, found.clock_id).unit_id if ticket.lead_unit_id is None else ticket.lead_unit_id
    advance(ticket, Act.RETURN_INSTRUCTION, actor=actor, words=said, version=version, instruction=found.id,
            limit=str(limit), unit=owed_by)
    _judge(found, AnswerVerdict.RETURNED, actor, said)
    started = clocks.start(ticket, ClockKind.INSTRUCTION, limit=limit, unit_id=owed_by)
    db.session.flush()
    found.clock_id, found.answered_at, found.answered_by_id = started.id, None, None
    notices.tell_handlers(ticket, f"批示回报退回重报：{ticket.subject}", words=said)
    notices.tell_centre(ticket, f"批示回报退回重报：{ticket.subject}")


def keep_answer(found: Instruction, *, actor: Actor, words: str) -> None:
    """One more answer, with the clock that it met."""
    db.session.add(InstructionAnswer(
        instruction_id=found.id, clock_id=found.clock_id, words=words, answered_by_id=actor.user_id,
        answered_at=clock.now(),
    ))


def _to_judge(ticket: Ticket, act: Act, actor: Actor, instruction_id: int, version: int | None) -> Instruction:
    waiting = allowed(ticket, act, actor=actor, version=version).instructions_to_judge
    found = next((one for one in waiting if one.id == instruction_id), None)
    if found is None:
        raise NotFound("没有找到待认可的批示回报。")
    return found


def _judge(found: Instruction, verdict: AnswerVerdict, actor: Actor, words: str) -> None:
    rows = select(InstructionAnswer).where(
        InstructionAnswer.instruction_id == found.id, InstructionAnswer.judged_at.is_(None)
    )
    answer = db.session.scalars(rows).one()
    answer.verdict, answer.verdict_words = verdict, words
    answer.judged_at, answer.judged_by_id = clock.now(), actor.user_id
