"""抽样 as its pages show it: what a plan drew in a month, each figure with its list, and one case reckoned again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true

from models.base import LabelledEnum, db
from models.follow_ups import DRAWN_BELOW, PER_CENT, FollowUpDraw, FollowUpPlan, Stratum
from models.tickets import Channel, Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.clocks.shanghai import month_bounds
from operations.errors import DomainError
from operations.insight import units
from operations.insight.keyset import TOP, Page, Place, paged
from operations.ratings.sampling import drawing
from operations.ratings.sampling.plans import Shares

PAGE = 25
D = FollowUpDraw


class Came(LabelledEnum):
    """What came of a draw."""

    ALL = "all", "进入抽样"
    DRAWN = "drawn", "抽中"
    MUST = "must", "未抽中但必访"
    SPARED = "spared", "未抽中，免访"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One case reckoned anew from seed and number, beside what is stored."""

    case: str
    digest: str
    value: int
    below: int
    stored: FollowUpDraw | None

    @property
    def agrees(self) -> bool:
        """Whether what is stored is what comes out."""
        return self.stored is not None and self.stored.value == self.value


def counts(actor: Actor, plan_id: int, month: date) -> Mapping[Came, int]:
    """How many of each in a month, in one statement."""
    sums = [func.coalesce(func.sum(case((_came(one), 1), else_=0)), 0) for one in Came]
    rows = select(*sums).select_from(D).join(Ticket, Ticket.id == D.ticket_id).where(*_within(actor, plan_id, month))
    return dict(zip(Came, db.session.execute(rows).one(), strict=True))


def draws(actor: Actor, plan_id: int, month: date, *, came: Came, place: Place = TOP) -> Page:
    """One page of them, the latest first."""
    rows: Any = select(D.id, D.drawn_at, D.round, D.percent, D.value, D.is_drawn, D.is_must, Ticket.number,
                       Ticket.subject, Ticket.status).join(Ticket, Ticket.id == D.ticket_id)
    rows = rows.where(_came(came), *_within(actor, plan_id, month))
    return paged(rows, D.drawn_at, D.id, size=PAGE, place=place, is_descending=True)


def reckoned(actor: Actor, plan: FollowUpPlan, number: str) -> Reckoned | None:
    """The draw of a ticket's latest round that this plan was asked about; None where there is none to be seen."""
    try:
        ticket = scope.get_ticket(actor, number.strip())
    except DomainError:
        return None
    drawn = select(D).where(D.ticket_id == ticket.id, D.plan_id == plan.id).order_by(D.round.desc()).limit(1)
    stored = db.session.scalar(drawn)
    name = f"{ticket.number}/{stored.round if stored else ticket.round}"
    return Reckoned(name, drawing.digest_of(plan.seed, name), drawing.value_of(plan.seed, name),
                    stored.percent * PER_CENT if stored else DRAWN_BELOW, stored)


def in_words(shares: Shares) -> list[tuple[str, str, int]]:
    """The shares as a table: stratum, of what, per cent."""
    own = [(Stratum.TICKETS.label, "没有单列的", shares.tickets), (Stratum.COUNTED.label, "没有单列的", shares.counted)]
    names: dict[Stratum, Any] = {Stratum.UNIT: lambda code: units.name_of(int(code)), Stratum.CATEGORY: str,
                                 Stratum.CHANNEL: lambda code: Channel(code).label}
    return own + [(one.stratum.label, names[one.stratum](one.code), one.percent) for one in shares.narrower]


def _came(came: Came) -> ColumnElement[bool]:
    return {
        Came.ALL: true(), Came.DRAWN: D.is_drawn.is_(True), Came.MUST: and_(D.is_drawn.is_(False), D.is_must.is_(True)),
        Came.SPARED: and_(D.is_drawn.is_(False), D.is_must.is_(False)),
    }[came]


def _within(actor: Actor, plan_id: int, month: date) -> tuple[ColumnElement[bool], ...]:
    begins, ends = month_bounds(month)
    return D.plan_id == plan_id, D.drawn_at >= begins, D.drawn_at < ends, scope.ticket_scope(actor)
