"""诉求不合理: a caller finds that what the enterprise still wants cannot be had; a supervisor agrees, or it begins anew.

Without a countersign nothing keeps an unsolved case from its new round: the ticket waits in 待回访 with a clock of its
own, and another call is not made meanwhile.
"""

from models import clock
from models.base import db
from models.ratings import FollowUp
from models.tickets import Act, Ticket
from models.unreasonable import UnreasonableFinding
from operations import notices
from operations.access.actor import Actor
from operations.access.finding_scope import held_finding
from operations.base import operation
from operations.errors import Refused
from operations.tickets.advance import advance, allowed
from operations.tickets.rework import begin_round
from operations.words import ensure_said

WORDS_LIMIT = 500


def find(ticket: Ticket, *, actor: Actor, reason: str, version: int | None) -> str:
    """提请认定, within the operation of the call: the clock of the countersign starts. Returns the reason as kept."""
    said = ensure_said(reason, "请写明为什么认为诉求不合理、依据是什么。", most=WORDS_LIMIT)
    advance(ticket, Act.FIND_UNREASONABLE, actor=actor, words=said, version=version)
    notices.tell_office(ticket, f"诉求不合理待复核：{ticket.subject}", words=said)
    return said


def keep(ticket: Ticket, call: FollowUp, *, actor: Actor, reason: str) -> None:
    """The row of it, when the call has its own."""
    db.session.add(UnreasonableFinding(
        follow_up_id=call.id, ticket_id=ticket.id, round=ticket.round, region_path=ticket.region_path, reason=reason,
        found_by_id=actor.user_id, found_at=clock.now(),
    ))


@operation
def agree(finding_id: int, *, actor: Actor, words: str) -> None:
    """同意认定：by a supervisor who had no part in it. The case goes on to its rating; the enterprise is told why.

    Raises NotFound, NotAllowed, Refused, BadInput.
    """
    found, ticket = _open(finding_id, actor)
    said = ensure_said(words, "请写明同意的理由，企业会看到。", most=WORDS_LIMIT)
    seen = allowed(ticket, Act.AGREE_UNREASONABLE, actor=actor)
    _decide(found, actor, said, is_agreed=True)
    advance(ticket, Act.AGREE_UNREASONABLE, actor=actor, words=said, seen=seen, finding=found.id)
    notices.tell_enterprise(ticket, f"回访复核已有结论，请评价：{ticket.subject}", words=said)
    notices.tell_person(found.found_by_id, ticket, f"已同意认定诉求不合理：{ticket.subject}", words=said)


@operation
def decline(finding_id: int, *, actor: Actor, words: str) -> None:
    """不同意认定：what the enterprise said holds, and a new round begins with the class that the call has named.

    Raises NotFound, NotAllowed, Refused, BadInput.
    """
    found, ticket = _open(finding_id, actor)
    said = ensure_said(words, "请写明不同意的理由。", most=WORDS_LIMIT)
    call = db.session.get_one(FollowUp, found.follow_up_id)
    begin_round(ticket, Act.DECLINE_UNREASONABLE, actor=actor, reason=said, cause=call.rework_reason)
    _decide(found, actor, said, is_agreed=False)
    notices.tell_person(found.found_by_id, ticket, f"不同意认定诉求不合理，已开新一轮：{ticket.subject}", words=said)


def _open(finding_id: int, actor: Actor) -> tuple[UnreasonableFinding, Ticket]:
    found = held_finding(actor, finding_id)
    if found.decided_at is not None:
        raise Refused("已经有结论。")
    return found, db.session.get_one(Ticket, found.ticket_id)


def _decide(found: UnreasonableFinding, actor: Actor, said: str, *, is_agreed: bool) -> None:
    """Written down at once: the database lets the ticket rest only when it is agreed."""
    found.is_agreed, found.decision = is_agreed, said
    found.decided_at, found.decided_by_id = clock.now(), actor.user_id
    db.session.flush()
