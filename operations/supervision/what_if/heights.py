"""否定报备 under other heights: on which desks the refusals of the last 90 days would have lain, and who sits in review."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from models.base import db
from models.refusals import FEWEST_MEMBERS, Endorsement, LevelOutcome, Refusal, RefusalEnd, RefusalLevel
from models.tickets import Ticket, TicketKind
from operations.clocks.rulebook import Rulebook

ABOVE_THE_SECTION = [level for level in RefusalLevel if level is not RefusalLevel.SECTION]


def height_under(rules: Rulebook, kind: TicketKind) -> RefusalLevel:
    """How high a refusal of a ticket of this kind must climb by these rules."""
    rule = rules.policy("refusal")
    return RefusalLevel(rule["heights"].get(str(kind), rule["height"]))


def climbed(old: Rulebook, new: Rulebook, *, since: datetime) -> dict[str, Any]:
    """Papers on each level's desk on both sides, seats in the joint review, and what ended below the new height.

    A level that ordered the handling then orders it again, so that those above it see nothing; vacant levels count.
    """
    ordered = and_(Endorsement.refusal_id == Refusal.id, Endorsement.outcome == LevelOutcome.ORDERED)
    rows = (
        select(Ticket.kind, Refusal.height, Endorsement.level, Refusal.ended_as, func.count())
        .join(Ticket, Ticket.id == Refusal.ticket_id).outerjoin(Endorsement, ordered)
        .where(Refusal.reported_at >= since)
        .group_by(Ticket.kind, Refusal.height, Endorsement.level, Refusal.ended_as)
    )
    desks: tuple[Counter[RefusalLevel], Counter[RefusalLevel]] = (Counter(), Counter())
    refusals = lower = 0
    for kind, height, ordered_by, ended_as, count in db.session.execute(rows):
        refusals += count
        lower += count * (ended_as is RefusalEnd.REFUSED and height.place < height_under(new, kind).place)
        for rules, counted in zip((old, new), desks, strict=True):
            top = height_under(rules, kind).place
            reached = min(top, ordered_by.place) if ordered_by else top
            counted.update({level: count for level in ABOVE_THE_SECTION if level.place <= reached})
    seats = [refusals * max(FEWEST_MEMBERS, int(rules.policy("refusal")["members"])) for rules in (old, new)]
    levels = [{"level": level.label, "old": [desks[0][level]], "new": [desks[1][level]]} for level in ABOVE_THE_SECTION]
    return {"refusals": refusals, "levels": levels, "seats": seats, "ended_lower": lower}
