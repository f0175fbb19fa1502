"""指标: every rate of domain.md §9 in one table, each with what it counts, of what and when (facts.md §1.4, §2.4, §5).

A figure counts rows of one source. ``whole`` is the denominator, ``part`` the numerator within it, both conditions on
the source; the period is asked of the source's moment, the unit of its unit. The list behind a figure asks the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from models import clock
from models.access import Role
from models.base import LabelledEnum, db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.directory import Organisation
from models.ratings import FollowUp
from models.refusals import VETOES, Refusal, RefusalEnd
from models.supervision import Level, Supervision
from models.tickets import (
    IS_DEMAND,
    DeadlineExtension,
    LedgerEntry,
    OrderOutcome,
    OrderRole,
    Status,
    Ticket,
    UnitOrder,
)
from models.unreasonable import UnreasonableFinding
from operations.access.actor import Actor
from operations.access.scope import REGIONAL, units_of
from operations.access.wall_scope import rated_units
from operations.access.withholding import open_to
from operations.insight import follow_up_coverage
from operations.insight.completeness import Ground
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.period import Period
from operations.insight.wall import FEWEST, in_per_cent

READING = (Role.UNIT_LEADER, *REGIONAL)
PAGE = 25
WEIGHTS = {"response": 30, "solved": 35, "satisfied": 35}  # 三率 (facts.md §2.4)
AGES = (("30 天以内", 0, 30), ("31 至 90 天", 31, 90), ("90 天以上", 91, None))
# Whose time a clock measures: of stewards and the centre, or of the unit that the work lies with.
DESKS = (ClockKind.ACCEPTANCE, ClockKind.COORDINATION, ClockKind.REPLY, ClockKind.FOLLOW_UP)
UNITS = (ClockKind.SIGNING, ClockKind.CONTACT, ClockKind.HANDLING, ClockKind.ASSISTING)
ACCEPTED_CLOCK = (ClockOutcome.MET, ClockOutcome.LATE)
LEFT = (Status.WITHDRAWN, Status.REFUSED, Status.MERGED)


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that are counted: of which table, joined to their ticket, at which moment, of which unit."""

    model: Any
    moment: Any
    unit: Any
    row_id: Any
    is_one: ColumnElement[bool]


SOURCES: Mapping[str, Source] = {
    "closed": Source(Ticket, Ticket.closed_at, Ticket.lead_unit_id, Ticket.id,
                     IS_DEMAND & (Ticket.status == Status.CLOSED)),
    "accepted": Source(Clock, Clock.stopped_at, Ticket.lead_unit_id, Clock.id,
                       (Clock.kind == ClockKind.ACCEPTANCE) & Clock.outcome.in_(ACCEPTED_CLOCK)),
    "clocks": Source(Clock, Clock.started_at, func.coalesce(Clock.unit_id, Ticket.lead_unit_id), Clock.id, true()),
    "stopped": Source(Clock, Clock.stopped_at, func.coalesce(Clock.unit_id, Ticket.lead_unit_id), Clock.id,
                      Clock.outcome.in_(ACCEPTED_CLOCK)),
    "due": Source(Clock, Clock.due_at, Ticket.lead_unit_id, Clock.id,
                  (Clock.kind == ClockKind.HANDLING)
                  & or_(Clock.outcome.is_(None), Clock.outcome != ClockOutcome.DROPPED)),
    "orders": Source(UnitOrder, UnitOrder.ordered_at, UnitOrder.unit_id, UnitOrder.id,
                     UnitOrder.role == OrderRole.LEAD),
    "calls": Source(FollowUp, FollowUp.called_at, Ticket.lead_unit_id, FollowUp.id, FollowUp.was_reached.is_(True)),
    "supervisions": Source(Supervision, Supervision.opened_at, Supervision.receiver_id, Supervision.id,
                           Supervision.level.in_((Level.FIRST, Level.SECOND)) & Supervision.revoked_at.is_(None)),
    "refusals": Source(Refusal, Refusal.reported_at, Refusal.unit_id, Refusal.id, true()),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate. ``written`` is where its formula stands; ``is_sought``: what makes a row of the part is elsewhere."""

    code: str
    label: str
    source: str
    part: ColumnElement[bool]
    written: str
    whole: ColumnElement[bool] = true()
    is_sought: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure with its numerator and denominator."""

    figure: Figure
    count: int
    of: int

    @property
    def words(self) -> str:
        """In per cent; a dash of nothing, and no rate of fewer than FEWEST."""
        return in_per_cent(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A period and perhaps a unit, a region, or both."""

    period: Period
    unit_id: int | None = None
    ground: Ground | None = None

    @property
    def region(self) -> ColumnElement[bool]:
        """On ``tickets``."""
        if self.ground is None:
            return true()
        path, own = self.ground.path, Ticket.region_path
        return own == path if self.ground.is_own else own.startswith(path, autoescape=True)


class Side(LabelledEnum):
    """Which of a figure's two lists."""

    PART = "part", "分子"
    WHOLE = "whole", "分母"


def _kept(kind: ClockKind) -> ColumnElement[bool]:
    """Whether an order's own clock of this kind was kept."""
    other = aliased(Clock)
    return exists().where(other.ticket_id == UnitOrder.ticket_id, other.round == UnitOrder.round, other.kind == kind,
                          other.unit_id == UnitOrder.unit_id, other.outcome == ClockOutcome.MET,
                          other.started_at >= UnitOrder.ordered_at,
                          or_(UnitOrder.ended_at.is_(None), other.started_at < UnitOrder.ended_at))


def _pressed(level: Level) -> ColumnElement[bool]:
    return exists().where(Supervision.ticket_id == Ticket.id, Supervision.level == level,
                          Supervision.revoked_at.is_(None))


def _without_extensions() -> ColumnElement[Any]:
    """The due date that a clock had before its first extension; its own where it has none."""
    first = select(func.min(DeadlineExtension.due_before)).where(DeadlineExtension.clock_id == Clock.id)
    return func.coalesce(first.correlate(Clock).scalar_subquery(), Clock.due_at)


_MET = Clock.outcome == ClockOutcome.MET
_RESTS = exists().where(UnreasonableFinding.follow_up_id == FollowUp.id, UnreasonableFinding.is_agreed.is_(True))
_REWORKED = exists().where(FollowUp.ticket_id == Ticket.id, FollowUp.was_reached.is_(True), ~_RESTS,
                           ~and_(FollowUp.is_solved.is_(True), FollowUp.is_satisfied.is_(True)))
FIGURES: tuple[Figure, ...] = (
    Figure("accepted_in_time", "及时受理率", "clocks", _MET, "按时受理÷提交", Clock.kind == ClockKind.ACCEPTANCE),
    Figure("signed_in_time", "及时签收率", "clocks", _MET, "限内签收÷派出", Clock.kind == ClockKind.SIGNING),
    Figure("contacted_in_time", "首联及时率", "clocks", _MET, "限内首联÷派出", Clock.kind == ClockKind.CONTACT),
    Figure("on_time", "按时办结率（含延期）", "due", Clock.stopped_at <= Clock.due_at, "限内办结÷期内到期"),
    Figure("on_time_unextended", "按时办结率（不含延期）", "due", Clock.stopped_at <= _without_extensions(),
           "同上，按延期前的时限"),
    Figure("finished", "办结率", "accepted", Ticket.status == Status.CLOSED, "办结÷（受理－撤回－依法终止）",
           Ticket.status.not_in(LEFT)),
    Figure("finished_at_once", "一次办结率", "closed", Ticket.round == 1, "一轮办结÷办结"),
    Figure("returned", "退回率", "orders", UnitOrder.outcome == OrderOutcome.SENT_BACK, "退回÷派出"),
    Figure("reworked", "重办率", "closed", _REWORKED, "重办÷办结", is_sought=True),
    Figure("called_back", "回访覆盖率", "closed", follow_up_coverage.condition(follow_up_coverage.Part.CALLED),
           "回访÷办结", is_sought=True),
    Figure("response", "响应率", "orders", and_(_kept(ClockKind.SIGNING), _kept(ClockKind.CONTACT)),
           "限内签收并联系÷应响应", is_sought=True),
    Figure("solved", "解决率", "calls", FollowUp.is_solved.is_(True), "已解决÷回访有效件"),
    Figure("satisfied", "满意率（回访）", "calls", FollowUp.is_satisfied.is_(True), "满意÷回访有效件"),
    Figure("supervised", "督办率", "accepted", _pressed(Level.FIRST), "一次督办÷受理"),
    Figure("supervised_again", "二次督办率", "accepted", _pressed(Level.SECOND), "二次督办÷一次督办",
           _pressed(Level.FIRST)),
    Figure("read", "信函已读率", "supervisions", Supervision.read_at.is_not(None), "已读÷发出的督办函"),
    Figure("refused", "否定率", "refusals", Refusal.ended_as == RefusalEnd.REFUSED, "不予办理÷否定报备"),
    Figure("overturned", "撤销率", "refusals", Refusal.verdict.in_(VETOES), "撤销、责令重办÷已联审",
           Refusal.reviewed_at.is_not(None)),
)
# 用时: no rates; their lists show whose time was counted (see time_spent.py).
STAGES = {kind: Figure(f"spent-{kind.value}", f"{kind.label}用时", "stopped", true(), "本期停止的时限",
                       Clock.kind == kind) for kind in (*DESKS, *UNITS)}
_BY_SOURCE = {code: [figure for figure in FIGURES if figure.source == code] for code in SOURCES
              if any(figure.source == code for figure in FIGURES)}
BY_CODE = {figure.code: figure for figure in (*FIGURES, *STAGES.values())}


def counted(actor: Actor, narrowing: Narrowing) -> list[Counted]:
    """Every figure: those of one source by one statement, since each reads the period's rows; what is sought in other
    tables by its own, or it would be sought row by row."""
    parts, wholes = {}, {}
    for source, of_one in _BY_SOURCE.items():
        counts = [func.count().filter(condition) for figure in of_one
                  for condition in (figure.whole, false() if figure.is_sought else and_(figure.whole, figure.part))]
        rows = _rows(source, actor, narrowing, *counts).where(or_(*(figure.whole for figure in of_one)))
        told = iter(db.session.execute(rows).one())
        for figure in of_one:
            wholes[figure.code], parts[figure.code] = next(told), next(told)
            if figure.is_sought:
                sought = rows_of(figure, actor, narrowing, func.count()).where(figure.part)
                parts[figure.code] = db.session.scalar(sought) or 0
    return [Counted(figure, parts[figure.code], wholes[figure.code]) for figure in FIGURES]


def score(found: Sequence[Counted]) -> float | None:
    """综合得分 of the three rates, 30/35/35; None while one of them has too few."""
    by_code = {one.figure.code: one for one in found}
    rates = {code: by_code[code] for code in WEIGHTS}
    if any(one.of < FEWEST for one in rates.values()):
        return None
    return sum(WEIGHTS[code] * one.count / one.of for code, one in rates.items())


def page_of(actor: Actor, figure: Figure, side: Side, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """The tickets behind a numerator or a denominator, a line for each row that counts, the latest first."""
    source = SOURCES[figure.source]
    rows = rows_of(figure, actor, narrowing, source.row_id, source.moment.label("moment"), Ticket.number,
                   Ticket.subject, Ticket.status)
    rows = rows if side is Side.WHOLE else rows.where(figure.part)
    return paged(rows, source.moment, source.row_id, size=PAGE, place=place, is_descending=True)


def ageing(actor: Actor, narrowing: Narrowing) -> list[tuple[str, int]]:
    """挂账 by how long it has lasted: what is on the ledger now."""
    now, found = clock.now(), []
    for label, least, most in AGES:
        since = LedgerEntry.entered_at > now - timedelta(days=most + 1) if most is not None else true()
        rows = select(func.count()).select_from(LedgerEntry).join(Ticket, Ticket.id == LedgerEntry.ticket_id).where(
            LedgerEntry.left_at.is_(None), LedgerEntry.entered_at <= now - timedelta(days=least), since,
            _scope(actor, LedgerEntry.unit_id), narrowing.region,
            LedgerEntry.unit_id == narrowing.unit_id if narrowing.unit_id else true())
        found.append((label, db.session.scalar(rows) or 0))
    return found


def units(actor: Actor) -> Sequence[Any]:
    """The units that the actor may narrow to and that have had an order, by name."""
    ordered = exists().where(UnitOrder.unit_id == Organisation.id)
    rows: Any = select(Organisation.id, Organisation.short_name).where(rated_units(actor), ordered)
    return db.session.execute(rows.order_by(Organisation.short_name)).all()


def rows_of(figure: Figure, actor: Actor, narrowing: Narrowing, *columns: Any) -> Any:
    """What the denominator counts, as a statement of these columns."""
    return _rows(figure.source, actor, narrowing, *columns).where(figure.whole)


def _rows(code: str, actor: Actor, narrowing: Narrowing, *columns: Any) -> Any:
    source = SOURCES[code]
    rows: Any = select(*columns).select_from(source.model)
    if source.model is not Ticket:
        rows = rows.join(Ticket, Ticket.id == source.model.ticket_id)
    span = (source.moment >= narrowing.period.since, source.moment < narrowing.period.until)
    unit = source.unit == narrowing.unit_id if narrowing.unit_id else true()
    return rows.where(source.is_one, *span, unit, narrowing.region, _scope(actor, source.unit))


def ground_of(actor: Actor) -> Any:
    """All that ``_scope`` goes by: who has the same is shown the same figures."""
    paths = ((post.role in REGIONAL, post.region_path if post.role in REGIONAL else post.unit_path)
             for post in actor.posts_as(*READING))
    return frozenset(paths), actor.houses


def _scope(actor: Actor, unit: Any) -> ColumnElement[bool]:
    """The offices above count their region's tickets, a leader what the own units did; nobody what is withheld."""
    posts = actor.posts_as(*READING)
    ground = [Ticket.region_path.startswith(post.region_path, autoescape=True) if post.role in REGIONAL
              else unit.in_(units_of(post)) for post in posts]
    return and_(or_(*ground), open_to(actor, Ticket.id))
