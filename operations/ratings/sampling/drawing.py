"""抽样: one number for each case, which follows from the plan's seed and the case's own number alone.

The number is HMAC-SHA256 with the seed's 64 characters as key over ``number/round``, of which the first 16 hexadecimal
digits are taken as a whole number and divided by a million; the remainder is the draw. It is called when the draw is
below 10,000 times the share in per cent. By hand: ``printf ZQ-2026-08-0000018/1 | openssl dgst -sha256 -hmac SEED``.
"""

import hmac
from typing import Any

from sqlalchemy import Select, and_, select

from models import clock
from models.base import db
from models.follow_ups import DRAWN_BELOW, PER_CENT, FollowUpDraw
from models.tickets import Act, Status, Ticket
from operations import notices
from operations.access.actor import SYSTEM
from operations.base import operation
from operations.ratings.sampling import plans
from operations.ratings.sampling.plans import InForce
from operations.tickets import musts
from operations.tickets.advance import advance


def value_of(seed: str, case: str) -> int:
    """The draw of a case: 0 to 999,999."""
    return int(digest_of(seed, case)[:16], 16) % DRAWN_BELOW


def digest_of(seed: str, case: str) -> str:
    """The keyed digest that the draw is taken from, hexadecimal."""
    return hmac.new(seed.encode(), case.encode(), "sha256").hexdigest()


def name_of(ticket: Ticket) -> str:
    """A ticket's round as the draw knows it."""
    return f"{ticket.number}/{ticket.round}"


def is_drawn(value: int, percent: int) -> bool:
    """Whether a draw is below the share."""
    return value < percent * PER_CENT


def decide(ticket: Ticket) -> None:
    """After 反馈, within its operation: where a plan holds, draw; what is neither drawn nor a must goes on to its rating.

    The system does it, and the event names plan, version, share and draw (domain.md §4, invariant 5).
    """
    found = plans.in_force(ticket.region_path)
    if found is None:
        return
    draw = _draw(ticket, found)
    db.session.add(draw)
    if draw.is_drawn or draw.is_must:
        return
    db.session.flush()  # the database refuses to spare what must be called
    advance(ticket, Act.SPARE_FOLLOW_UP, actor=SYSTEM, plan=found.plan.id, plan_version=found.plan.version,
            percent=draw.percent, draw=draw.value)
    notices.tell_enterprise(ticket, f"请评价：{ticket.subject}")


@operation
def call_after_all(ticket: Ticket) -> None:
    """改为必访：a reason has come since the draw spared it. Raises Refused, IllegalTransition."""
    advance(ticket, Act.CALL_AFTER_ALL, actor=SYSTEM)
    notices.tell_centre(ticket, f"改为必访，请回访：{ticket.subject}")


def to_call_after_all() -> list[Ticket]:
    """Every spared ticket that waits for its rating and was supervised, instructed or refused since."""
    return list(db.session.scalars(spared().where(musts.condition()).order_by(Ticket.id)))


def spared() -> Select[Any]:
    """The tickets that wait for their rating uncalled, because the draw spared them."""
    here = and_(FollowUpDraw.ticket_id == Ticket.id, FollowUpDraw.round == Ticket.round)
    return select(Ticket).join(FollowUpDraw, here).where(
        Ticket.status == Status.FOLLOWED_UP, Ticket.closed_at.is_(None), FollowUpDraw.is_drawn.is_(False),
        FollowUpDraw.is_must.is_(False),
    )


def _draw(ticket: Ticket, found: InForce) -> FollowUpDraw:
    percent = found.shares.of_ticket(unit_id=ticket.lead_unit_id, category=ticket.category, channel=ticket.channel)
    value = value_of(found.plan.seed, name_of(ticket))
    return FollowUpDraw(plan_id=found.plan.id, ticket_id=ticket.id, round=ticket.round, percent=percent, value=value,
                        is_drawn=is_drawn(value, percent), is_must=bool(musts.of([ticket.id])[ticket.id]),
                        drawn_at=clock.now())
