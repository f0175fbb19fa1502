"""督办 in bulk: one act on many orders, foretold first, then each done by itself with rights and rungs checked anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.access import Role
from models.base import LabelledEnum, db
from models.measures import MeasureKind
from models.supervision import Level, Supervision
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.scope import supervision_scope
from operations.base import operation
from operations.clocks import rulebook
from operations.errors import DomainError, NotFound, Refused
from operations.supervision import ladder, supervision
from operations.supervision.measures import proposing
from operations.supervision.measures.proposing import Grounds
from operations.supervision.receipts import Receipt, receipt_of
from operations.tickets import conversation
from operations.tickets.checks import above_its_rung

MOST = 50
NOBODY = "还没有责任单位，没有约谈对象。"
OWED = {Receipt.UNOPENED: "打开并签收督办", Receipt.UNSIGNED: "签收督办", Receipt.UNANSWERED: "答复督办"}


class BulkAct(LabelledEnum):
    """What may be done to many orders at once."""

    SUPERVISE = "supervise", "督办"
    ACCEPT = "accept", "认可答复"
    REJECT = "reject", "退回答复"
    REMIND = "remind", "催办"
    TALK = "talk", "提请约谈"


ONCE_A_TICKET = (BulkAct.SUPERVISE, BulkAct.REMIND, BulkAct.TALK)


@dataclass(frozen=True, slots=True)
class Picked:
    """One order with its ticket, and the ticket's version as the page showed it (None: not shown yet)."""

    order: Supervision
    ticket: Ticket
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What will become, or has become, of one item."""

    number: str
    subject: str
    unit: str
    is_done: bool
    words: str


def pick(actor: Actor, ids: Sequence[int], versions: Mapping[int, int | None] | None = None) -> list[Picked]:
    """Those of the orders that the actor may see, the latest first. Raises NotFound when there is none at all."""
    rows = (
        select(Supervision, Ticket)
        .join(Ticket, Ticket.id == Supervision.ticket_id)
        .options(joinedload(Supervision.receiver))
        .where(Supervision.id.in_(list(ids)[:MOST]), supervision_scope(actor))
        .order_by(Supervision.clock_due_at, Supervision.id)
    )
    picked = [Picked(order, ticket, (versions or {}).get(order.id)) for order, ticket in db.session.execute(rows)]
    if not picked:
        raise NotFound
    return picked


def forecast(picked: Sequence[Picked], act: BulkAct, *, actor: Actor) -> list[Outcome]:
    """What the act will do to each item as things stand, or what stands against it. Writes nothing."""
    foretell = FORETOLD[act]
    found = []
    for item in _one_per_ticket(picked) if act in ONCE_A_TICKET else picked:
        objection, words = foretell(item, _role(actor, item.order))
        found.append(_outcome(item, objection is None, objection or words))
    return found


@operation
def begin() -> None:
    """Claim the form of a bulk act by ``once=``: sent twice, it is done once."""


def supervise_all(picked: Sequence[Picked], *, actor: Actor, reason: str) -> list[Outcome]:
    """督办：issue the next order on each ticket; one refusal stops no other."""

    def issue(item: Picked) -> str:
        order = supervision.supervise(item.ticket, actor=actor, reason=reason, version=item.version)
        return f"已发出{order.level.label}" if order.level in ladder.WITH_LIMITS else f"已{order.level.label}"

    return [_attempt(item, issue) for item in _one_per_ticket(picked)]


def accept_all(picked: Sequence[Picked], *, actor: Actor) -> list[Outcome]:
    """认可答复：of each order; one refusal stops no other."""

    def accept(item: Picked) -> str:
        supervision.accept_answer(item.order, item.ticket, actor=actor, version=item.version)
        return "已认可答复，办件推进后解除督办"

    return [_attempt(item, accept) for item in picked]


def reject_all(picked: Sequence[Picked], *, actor: Actor, reason: str) -> list[Outcome]:
    """退回答复：of each order, with one reason; one refusal stops no other."""

    def reject(item: Picked) -> str:
        supervision.reject_answer(item.order, item.ticket, actor=actor, reason=reason, version=item.version)
        return "已退回答复"

    return [_attempt(item, reject) for item in picked]


def remind_all(picked: Sequence[Picked], *, actor: Actor, words: str) -> list[Outcome]:
    """催办：whoever must act on each ticket is told once, with one text; one refusal stops no other."""

    def remind(item: Picked) -> str:
        objection = _not_to_remind(item.order)
        if objection:
            raise Refused(objection)
        conversation.remind(item.ticket, actor=actor, words=words, version=item.version)
        return f"已催办：{item.order.receiver.short_name if item.order.receiver else '当前责任人'}"

    return [_attempt(item, remind) for item in _one_per_ticket(picked)]


def propose_talks(picked: Sequence[Picked], *, actor: Actor, reason: str) -> list[Outcome]:
    """提请约谈：of the leading unit, about each ticket, with one reason; one refusal stops no other."""

    def propose(item: Picked) -> str:
        objection = _not_to_talk(item, _role(actor, item.order))
        if objection or item.order.receiver is None:
            raise Refused(objection or NOBODY)
        measure = proposing.propose(item.order.receiver, actor=actor, grounds=Grounds(MeasureKind.TALK, reason),
                                    ticket=item.ticket, version=item.version)
        return f"已提请约谈 {measure.number}，等领导批准"

    return [_attempt(item, propose) for item in _one_per_ticket(picked)]


def _attempt(item: Picked, act: Callable[[Picked], str]) -> Outcome:
    shown = _outcome(item, False, "")
    try:
        words, is_done = act(item), True
    except DomainError as refusal:
        words, is_done = str(refusal), False
    db.session.expire_all()
    return Outcome(shown.number, shown.subject, shown.unit, is_done, words)


def _outcome(item: Picked, is_done: bool, words: str) -> Outcome:
    unit = item.order.receiver.short_name if item.order.receiver else "尚未派单"
    return Outcome(item.ticket.number, item.ticket.subject, unit, is_done, words)


def _one_per_ticket(picked: Sequence[Picked]) -> list[Picked]:
    return list({item.ticket.id: item for item in reversed(picked)}.values())[::-1]


def _role(actor: Actor, order: Supervision) -> Role:
    post = actor.post_above(order.region_path, roles=(Role.CLERK, Role.SUPERVISOR))
    return post.role if post else Role.CLERK


def _foretell_order(item: Picked, role: Role) -> tuple[str | None, str]:
    rung = item.ticket.rung
    objection = "办件已经办结，不再督办。" if not item.ticket.is_open else above_its_rung(role, rung)
    if objection:
        return objection, ""
    level, rules = supervision.next_level(list(Level)[rung - 1] if rung else None, role), rulebook.current()
    if level not in ladder.WITH_LIMITS:
        return None, level.label
    return None, f"发出{level.label}，{rules.rung_limit('answer').label}内答复"


def _foretell_accepting(item: Picked, role: Role) -> tuple[str | None, str]:
    return supervision.not_to_judge(item.order, role), "认可答复，办件推进后解除督办"


def _foretell_rejecting(item: Picked, role: Role) -> tuple[str | None, str]:
    order, rules = item.order, rulebook.current()
    if order.level in ladder.WITH_LIMITS and order.rejected_count + 1 >= rules.policy("ladder")["rejections"]:
        words = f"第 {order.rejected_count + 1} 次退回，随即升为{ladder.NEXT[order.level].label}"
    else:
        words = f"退回答复，{rules.rung_limit('answer').label}内重新答复"
    return supervision.not_to_judge(order, role), words


def _foretell_reminding(item: Picked, role: Role) -> tuple[str | None, str]:
    receipt = receipt_of(item.order)
    return _not_to_remind(item.order), f"通知责任单位：{OWED[receipt]}" if receipt in OWED else "通知责任单位抓紧办理"


def _foretell_talk(item: Picked, role: Role) -> tuple[str | None, str]:
    return _not_to_talk(item, role), "提请约谈主办单位，由领导批准"


def _not_to_talk(item: Picked, role: Role) -> str | None:
    if role is not Role.SUPERVISOR:
        return "约谈由营商办提请。"
    if item.order.ended_at is not None:
        return "这份督办已经结束。"
    if item.order.receiver is None:
        return NOBODY
    return proposing.not_to_propose(item.order.receiver, MeasureKind.TALK, item.ticket)


def _not_to_remind(order: Supervision) -> str | None:
    if order.ended_at is not None:
        return "这份督办已经结束。"
    return "已经答复，等督办单位认可。" if order.answered_at is not None and order.accepted_at is None else None


FORETOLD = {
    BulkAct.SUPERVISE: _foretell_order,
    BulkAct.ACCEPT: _foretell_accepting,
    BulkAct.REJECT: _foretell_rejecting,
    BulkAct.REMIND: _foretell_reminding,
    BulkAct.TALK: _foretell_talk,
}
