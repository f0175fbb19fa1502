"""What the reader of a 整改 may do about it now, and whether the words of the 差评 suggest a demand of its own."""

from collections.abc import Callable

from models import clock
from models.access import Role
from operations.access import rectification_scope as scope
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.errors import NotAllowed
from operations.insight.rectifications import Card
from operations.ratings import appeals


def may(card: Card, actor: Actor, verb: str) -> bool:
    """Whether any post of the actor lets them do this at all, whatever the state of the 整改."""
    ways: dict[str, Callable[[], object]] = {
        "sign": lambda: scope.signing_post(actor, card.row, card.unit),
        "call": lambda: scope.outside_post(actor, card.row, card.unit, roles=scope.CALLING),
        "decide": lambda: scope.outside_post(actor, card.row, card.unit, roles=(Role.SUPERVISOR,)),
    }
    try:
        ways.get(verb, lambda: scope.handling_post(actor, card.unit))()
    except NotAllowed:
        return False
    return True


def offered(card: Card, actor: Actor) -> list[str]:
    """The verbs of the page's forms; the operations decide again."""
    row, appeal = card.row, card.appeal
    if row.ended_at is not None:
        return []
    is_time = {
        "contact": row.contacted_at is None,
        "sign": row.reported_at is not None and row.signed_at is None,
        "report": row.contacted_at is not None and row.signed_at is None,
        "call": row.signed_at is not None,
        "appeal": appeal is None and clock.now() <= appeals.limit_of(row),
        "decide": appeal is not None and appeal.decided_at is None,
    }
    return [verb for verb, now in is_time.items() if now and may(card, actor, verb)]


def suggested(card: Card, actor: Actor) -> bool:
    """Whether a clerk of the region should be offered to raise a demand of what the rating says."""
    words = rulebook.current().policy("rectification")["suggesting"]
    is_clerk = actor.post_above(card.row.region_path, roles=(Role.CLERK,)) is not None
    return is_clerk and any(word in card.rating.words for word in words)
