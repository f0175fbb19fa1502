"""抽样 as its pages show it: what a plan drew in a month, each figure with its list, and one case reckoned again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, false, func, literal, or_, select, true

from models.base import LabelledEnum, db
from models.follow_ups import DRAWN_BELOW, PER_CENT, FollowUpDraw, FollowUpPlan, Stratum
from models.hall import CountedCase
from models.tickets import Channel, Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.clocks.shanghai import month_bounds
from operations.insight import units
from operations.insight.follow_up_coverage import Kind
from operations.insight.keyset import TOP, Page, Place, paged
from operations.ratings.sampling import drawing, plans
from operations.ratings.sampling.plans import Shares

PAGE = 25
D, C = FollowUpDraw, CountedCase


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


def counts(actor: Actor, plan_id: int, month: date, kind: Kind) -> Mapping[Came, int]:
    """How many of each in a month, in one statement."""
    sums = [func.coalesce(func.sum(case((_came(one), 1), else_=0)), 0) for one in Came]
    rows = _joined(select(*sums).select_from(D), kind).where(*_within(actor, plan_id, month, kind))
    return dict(zip(Came, db.session.execute(rows).one(), strict=True))


def draws(actor: Actor, plan_id: int, month: date, kind: Kind, *, came: Came, place: Place = TOP) -> Page:
    """One page of them, the latest first; ``name`` is what was drawn by, ``asked`` what `reckoned` takes."""
    told: Mapping[Kind, tuple[Any, ...]] = {
        Kind.TICKETS: (Ticket.number.concat("/").concat(cast(D.round, String)).label("name"),
                       Ticket.number.label("asked"), Ticket.number.label("ticket"), Ticket.subject.label("subject")),
        Kind.COUNTED: (C.system.concat("/").concat(C.number).label("name"),
                       C.system.concat("/").concat(C.number).label("asked"), literal("").label("ticket"),
                       C.item.label("subject")),
    }
    rows: Any = select(D.id, D.drawn_at, D.percent, D.value, D.is_drawn, D.is_must, *told[kind]).select_from(D)
    rows = _joined(rows, kind).where(_came(came), *_within(actor, plan_id, month, kind))
    return paged(rows, D.drawn_at, D.id, size=PAGE, place=place, is_descending=True)


def reckoned(actor: Actor, plan: FollowUpPlan, asked: str) -> Reckoned | None:
    """The draw of a ticket's latest round, or of a counted case (system/number), that this plan was asked about; None
    where there is none to be seen."""
    name, drawn = _ticket_draws(actor, asked.strip()) or _case_draws(actor, asked.strip()) or ("", None)
    if drawn is None:
        return None
    stored = db.session.scalar(drawn.where(D.plan_id == plan.id))
    if stored is not None and stored.round is not None:
        name = f"{asked.strip()}/{stored.round}"
    return Reckoned(name, drawing.digest_of(plan.seed, name), drawing.value_of(plan.seed, name),
                    stored.percent * PER_CENT if stored else DRAWN_BELOW, stored)


def in_words(shares: Shares) -> list[tuple[str, str, int]]:
    """The shares as a table: stratum, of what, per cent."""
    own = [(Stratum.TICKETS.label, "没有单列的", shares.tickets), (Stratum.COUNTED.label, "没有单列的", shares.counted)]
    names: dict[Stratum, Any] = {Stratum.UNIT: lambda code: units.name_of(int(code)), Stratum.CATEGORY: str,
                                 Stratum.CHANNEL: lambda code: Channel(code).label}
    return own + [(one.stratum.label, names[one.stratum](one.code), one.percent) for one in shares.narrower]


def _ticket_draws(actor: Actor, number: str) -> tuple[str, Select[FollowUpDraw]] | None:
    """What the ticket's draw is called now, and its draws, the latest round first."""
    ticket = db.session.scalar(scope.visible_tickets(actor).where(Ticket.number == number))
    if ticket is None:
        return None
    return f"{number}/{ticket.round}", select(D).where(D.ticket_id == ticket.id).order_by(D.round.desc()).limit(1)


def _case_draws(actor: Actor, name: str) -> tuple[str, Select[FollowUpDraw]] | None:
    system, _, number = name.partition("/")
    case_id = db.session.scalar(select(C.id).where(C.system == system, C.number == number, _seen(actor, Kind.COUNTED)))
    return None if case_id is None else (name, select(D).where(D.counted_case_id == case_id))


def _joined(rows: Any, kind: Kind) -> Any:
    if kind is Kind.TICKETS:
        return rows.join(Ticket, Ticket.id == D.ticket_id)
    return rows.join(C, C.id == D.counted_case_id)


def _seen(actor: Actor, kind: Kind) -> ColumnElement[bool]:
    """Tickets that the actor may open; the counted cases of the regions whose plans they read."""
    if kind is Kind.TICKETS:
        return scope.ticket_scope(actor)
    posts = (post for post in actor.posts_as(*plans.READING) if post.region_path)
    return or_(false(), *(C.region_path.startswith(post.region_path, autoescape=True) for post in posts))


def _came(came: Came) -> ColumnElement[bool]:
    return {
        Came.ALL: true(), Came.DRAWN: D.is_drawn.is_(True), Came.MUST: and_(D.is_drawn.is_(False), D.is_must.is_(True)),
        Came.SPARED: and_(D.is_drawn.is_(False), D.is_must.is_(False)),
    }[came]


def _within(actor: Actor, plan_id: int, month: date, kind: Kind) -> tuple[ColumnElement[bool], ...]:
    begins, ends = month_bounds(month)
    return D.plan_id == plan_id, D.drawn_at >= begins, D.drawn_at < ends, _seen(actor, kind)
