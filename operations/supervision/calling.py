"""电话催办: a call to whoever has not opened, signed or answered, written on the order with who, when and what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.supervision import CallOutcome, ReminderCall, Supervision
from models.tickets import Act, Ticket
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import BadInput, NotFound, Refused
from operations.tickets.advance import advance
from operations.words import ensure_said

WORDS_LIMIT, NAME_LIMIT, SHOWN = 500, 64, 20
ANSWERED = (CallOutcome.REACHED, CallOutcome.PASSED_ON)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``called_id``: an addressee; without it ``name`` and ``number`` say who else was called."""

    called_at: datetime
    outcome: CallOutcome
    words: str = ""
    called_id: int | None = None
    name: str = ""
    number: str = ""


@operation
def remind_by_phone(
    order: Supervision, ticket: Ticket, *, actor: Actor, call: Call, version: int | None = None
) -> ReminderCall:
    """电话催办：the call is a row of its own and an event of the ticket. Raises BadInput, NotFound, Refused."""
    now = clock.now()
    if order.ended_at is not None:
        raise Refused("这份督办已经结束，不用再催。")
    if call.called_at > now:
        raise BadInput("通话时间不能晚于现在。")
    if call.called_at < order.opened_at:
        raise BadInput("通话时间不能早于督办发出的时间。")
    words = ensure_said(call.words, "请写明对方怎么说。", most=WORDS_LIMIT) if call.outcome in ANSWERED else call.words
    name, number = _called(order, call)
    assert actor.user_id is not None
    made = ReminderCall(
        supervision_id=order.id, caller_id=actor.user_id, called_id=call.called_id, called_name=name,
        number=masked(number), called_at=call.called_at, recorded_at=now, outcome=call.outcome,
        words=words[:WORDS_LIMIT],
    )
    db.session.add(made)
    db.session.flush()
    advance(ticket, Act.REMIND_BY_PHONE, actor=actor, words=told(made), version=version, supervision=order.id,
            call=made.id, outcome=str(call.outcome))
    return made


def told(call: ReminderCall) -> str:
    """A call in one sentence: whom, at what number, how it went and what was said."""
    number = f" {call.number}" if call.number else ""
    said = f"，{call.words}" if call.words else ""
    return f"{call.called_name}{number}　{call.outcome.label}{said}"


def calls_of(order: Supervision) -> Sequence[Row[Any]]:
    """The calls about an order with the callers' names, the latest first."""
    rows: Any = select(ReminderCall, User.name).join(User, User.id == ReminderCall.caller_id)
    mine = rows.where(ReminderCall.supervision_id == order.id).order_by(ReminderCall.id.desc())
    return db.session.execute(mine.limit(SHOWN)).all()


def to_call(order: Supervision) -> Sequence[Row[Any]]:
    """Who of the receiving unit can be called: id, name, title and number, its leaders first."""
    rows: Any = (
        select(User.id, User.name, Post.title, Post.role, User.phone)
        .join(Post, Post.user_id == User.id)
        .where(Post.organisation_id == order.receiver_id, Post.role.in_([Role.UNIT_LEADER, Role.CASE_OFFICER]),
               Post.ended_at.is_(None), User.is_active)
        .order_by(Post.role == Role.CASE_OFFICER, Post.rank, Post.id)
        .limit(SHOWN)
    )
    return db.session.execute(rows).all() if order.receiver_id else []


def masked(number: str) -> str:
    """``138****2607``; of a shorter one the last two digits: ``********12``."""
    digits = "".join(char for char in number if char.isdecimal())
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "*" * max(len(digits) - 2, 0) + digits[-2:]


def _called(order: Supervision, call: Call) -> tuple[str, str]:
    if call.called_id is None:
        name = ensure_said(call.name, "请选择收件人，或写明打给谁。", most=NAME_LIMIT)
        if not masked(call.number):
            raise BadInput("请写明打的号码。")
        return name, call.number
    row = next((row for row in to_call(order) if row.id == call.called_id), None)
    if row is None:
        raise NotFound
    return row.name, row.phone or ""
