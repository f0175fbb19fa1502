"""约谈、挂牌督办、移交问责 as pages show them: the register, what waits for somebody, the board, the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, or_, select

from models.access import Role, User
from models.base import LabelledEnum, db
from models.directory import Organisation
from models.measures import Decision, Measure, MeasureEnd, MeasureKind, MeasureProgress, Reconsideration
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.measure_scope import measure_scope
from operations.clocks.calendar import SHANGHAI
from operations.insight.keyset import TOP, Page, Place, paged

PAGE, WAITING_SHOWN, BOARD_SHOWN = 25, 50, 100
M = Measure


class State(LabelledEnum):
    """How a measure stands."""

    PROPOSED = "proposed", "待批准"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    DECLINED = "declined", "未批准"
    REVOKED = "revoked", "复核撤销"


STATES: dict[State, ColumnElement[bool]] = {
    State.PROPOSED: M.decided_at.is_(None) & M.ended_at.is_(None),
    State.RUNNING: (M.decision == Decision.APPROVED) & M.ended_at.is_(None),
    State.DONE: (M.ended_as == MeasureEnd.DONE) & M.revoked_at.is_(None),
    State.DECLINED: M.ended_as == MeasureEnd.DECLINED,
    State.REVOKED: M.revoked_at.is_not(None),
}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the register is narrowed to; ``quarter`` is the first day of one, by when it was proposed."""

    kind: MeasureKind | None = None
    state: State | None = None
    unit_id: int | None = None
    quarter: date | None = None
    in_force: bool = False


def state_of(measure: Any) -> State:
    """The state of anything with the columns of a measure."""
    if measure.revoked_at is not None:
        return State.REVOKED
    if measure.ended_as is not None:
        return State.DECLINED if measure.ended_as is MeasureEnd.DECLINED else State.DONE
    return State.RUNNING if measure.decision is Decision.APPROVED else State.PROPOSED


def register(actor: Actor, narrowing: Narrowing) -> Select[Any]:
    """The rows of the register: measures of the actor's scope with unit, ticket and responsible leader."""
    rows: Any = (
        select(
            M.id, M.kind, M.rule, M.reason, M.proposed_at, M.decided_at, M.decision, M.ended_at, M.ended_as,
            M.revoked_at, M.held_on, Organisation.short_name.label("unit"), Ticket.number.label("ticket"),
            Ticket.subject, User.name.label("responsible"),
        )
        .join(Organisation, Organisation.id == M.unit_id)
        .outerjoin(Ticket, Ticket.id == M.ticket_id)
        .outerjoin(User, User.id == M.responsible_id)
    )
    return rows.where(measure_scope(actor), *_narrowed(narrowing))


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the register, the latest first."""
    return paged(register(actor, narrowing), M.proposed_at, M.id, size=PAGE, place=place, is_descending=True)


def all_rows(actor: Actor, narrowing: Narrowing, *, limit: int) -> Sequence[Row[Any]]:
    """The register without pages, each with who acted, what was written and its reconsideration: for its file."""
    proposer, decider, again = User.__table__.alias("proposer"), User.__table__.alias("decider"), Reconsideration
    rows = (
        register(actor, narrowing)
        .outerjoin(proposer, proposer.c.id == M.proposed_by_id)
        .outerjoin(decider, decider.c.id == M.decided_by_id)
        .outerjoin(again, again.measure_id == M.id)
        .add_columns(
            proposer.c.name.label("proposed_by"), decider.c.name.label("decided_by"), M.decision_words, M.direct_name,
            M.direct_title, M.leading_name, M.leading_title, M.place, M.participants, M.words, again.requested_at,
            again.reasons, again.outcome, again.decided_at.label("reconsidered_at"),
        )
    )
    return db.session.execute(rows.order_by(M.proposed_at.desc(), M.id.desc()).limit(limit)).all()


def count(actor: Actor, narrowing: Narrowing) -> int:
    """How many measures the register lists."""
    counted = select(func.count()).select_from(M).where(measure_scope(actor), *_narrowed(narrowing))
    return db.session.scalar(counted) or 0


def waiting(actor: Actor) -> Sequence[Row[Any]]:
    """What waits for the actor: proposals to decide, talks to hold, outcomes to feed back; the oldest first."""
    mine = []
    if actor.holds(Role.LEADER):
        mine.append(STATES[State.PROPOSED] & (func.coalesce(M.proposed_by_id, 0) != actor.user_id))
    if actor.holds(Role.SUPERVISOR):
        mine.append(STATES[State.RUNNING] & (M.kind == MeasureKind.TALK))
    if actor.holds(Role.DISCIPLINE_OBSERVER):
        mine.append(STATES[State.RUNNING] & (M.kind == MeasureKind.REFERRAL))
    if not mine:
        return []
    rows = register(actor, Narrowing()).where(or_(false(), *mine)).order_by(M.proposed_at, M.id)
    return db.session.execute(rows.limit(WAITING_SHOWN)).all()


def board(actor: Actor) -> Sequence[Row[Any]]:
    """挂牌督办: what is listed now, the longest first, with the latest progress."""
    latest = (
        select(func.max(MeasureProgress.id)).where(MeasureProgress.measure_id == M.id).correlate(M).scalar_subquery()
    )
    rows = (
        register(actor, Narrowing(MeasureKind.LISTING, State.RUNNING))
        .outerjoin(MeasureProgress, and_(MeasureProgress.measure_id == M.id, MeasureProgress.id == latest))
        .add_columns(MeasureProgress.words.label("progress"), MeasureProgress.reported_at)
    )
    return db.session.execute(rows.order_by(M.decided_at, M.id).limit(BOARD_SHOWN)).all()


def units(actor: Actor) -> Sequence[Row[Any]]:
    """The units against which there is a measure, for the filter."""
    measured = select(M.unit_id).where(measure_scope(actor))
    rows: Any = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(measured))
    return db.session.execute(rows.order_by(Organisation.short_name)).all()


# head → what the figure counts, as a narrowing of the register; a revoked measure is counted in its own column only.
FIGURES: tuple[tuple[str, Narrowing], ...] = (
    *((kind.label, Narrowing(kind, in_force=True)) for kind in MeasureKind),
    ("待批准", Narrowing(state=State.PROPOSED)),
    ("未批准", Narrowing(state=State.DECLINED)),
    ("复核撤销", Narrowing(state=State.REVOKED)),
)


def figures(actor: Actor, quarter: date) -> list[tuple[int, str, list[int]]]:
    """每季每单位: each number equals the register so narrowed."""
    sums = [func.sum(case((and_(*_narrowed(narrowing)), 1), else_=0)) for _, narrowing in FIGURES]
    rows = (
        select(Organisation.id, Organisation.short_name, *sums)
        .select_from(M)
        .join(Organisation, Organisation.id == M.unit_id)
        .where(measure_scope(actor), *_narrowed(Narrowing(quarter=quarter)))
        .group_by(Organisation.id, Organisation.short_name)
        .order_by(func.count().desc(), Organisation.id)
    )
    return [(row[0], row[1], [int(count) for count in row[2:]]) for row in db.session.execute(rows)]


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _narrowed(n: Narrowing) -> list[ColumnElement[bool]]:
    found = [STATES[n.state]] if n.state else []
    if n.in_force:
        found += [M.decision == Decision.APPROVED, M.revoked_at.is_(None)]
    if n.kind:
        found.append(M.kind == n.kind)
    if n.unit_id is not None:
        found.append(M.unit_id == n.unit_id)
    if n.quarter:
        begins, ends = _bounds(n.quarter)
        found += [M.proposed_at >= begins, M.proposed_at < ends]
    return found


def _bounds(quarter: date) -> tuple[datetime, datetime]:
    first = quarter_of(quarter)
    past = first.month + 3 > 12
    following = first.replace(year=first.year + past, month=1 if past else first.month + 3)
    begins, ends = (datetime(day.year, day.month, 1, tzinfo=SHANGHAI).astimezone(UTC) for day in (first, following))
    return begins, ends
