"""督办 in bulk: one act on many orders, each a transaction of its own with rights and rungs checked anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.base import db
from models.supervision import Supervision
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.base import operation
from operations.errors import DomainError
from operations.supervision import supervision


@dataclass(frozen=True, slots=True)
class Picked:
    """One order as the page showed it: its ticket, and the ticket's version then."""

    order: Supervision
    ticket: Ticket
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item."""

    number: str
    subject: str
    is_done: bool
    words: str


@operation
def begin() -> None:
    """Claim the form of a bulk act by ``once=``: sent twice, it is done once."""


def supervise_all(picked: Sequence[Picked], *, actor: Actor, reason: str) -> list[Outcome]:
    """督办：issue the next order on each ticket; one refusal stops no other."""

    def issue(item: Picked) -> str:
        order = supervision.supervise(item.ticket, actor=actor, reason=reason, version=item.version)
        return f"已发出{order.level.label}"

    return [_attempt(item, issue) for item in picked]


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
        return "已退回答复，限期重新计算"

    return [_attempt(item, reject) for item in picked]


def _attempt(item: Picked, act: Callable[[Picked], str]) -> Outcome:
    number, subject = item.ticket.number, item.ticket.subject
    try:
        return Outcome(number, subject, True, act(item))
    except DomainError as refusal:
        return Outcome(number, subject, False, str(refusal))
    finally:
        db.session.expire_all()
