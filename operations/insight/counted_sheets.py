"""待回访的窗口办件 as the follow-up desk shows it: whom to call, what was done, who has tried, whom I must not call."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func, or_, select

from models import clock
from models.access import Role, User
from models.base import LabelledEnum, db
from models.counted_follow_ups import CountedCall, CountedFollowUp, CountedOutcome
from models.directory import Enterprise, Organisation
from models.hall import CountedCase
from operations.access.actor import Actor
from operations.errors import NotFound
from operations.insight.keyset import TOP, Page, Place, paged
from operations.ratings import counted_calls

SHOWN, COUNTED = 25, 500
F, C = CountedFollowUp, CountedCase


class View(LabelledEnum):
    """What the list is asked for."""

    OPEN = "open", "待回访"
    LATE = "late", "逾期"
    AT_FAULT = "at_fault", "未解决或不满意"
    ENDED = "ended", "已回访"
    UNREACHED = "unreached", "未接通"


@dataclass(frozen=True, slots=True)
class CountedSheet:
    """One case with the attempts so far; ``barred``: why the actor must not call about it."""

    row: Any
    attempts: Sequence[Any]
    barred: Sequence[str]


@dataclass(frozen=True, slots=True)
class CountedSheets:
    """One page with the figures of every view."""

    sheets: Sequence[CountedSheet]
    counts: Mapping[View, int]
    page: Page


def to_call(actor: Actor, view: View, *, place: Place = TOP) -> CountedSheets:
    """One page of a view in the actor's region: what waits by due moment, what has ended the latest first."""
    is_open = view in (View.OPEN, View.LATE)
    rows = _rows().where(_condition(view), _in_region(actor))
    page = paged(rows, F.due_at if is_open else F.ended_at, F.counted_case_id, size=SHOWN, place=place,
                 is_descending=not is_open)
    return CountedSheets(_sheets(actor, page.rows), _counts(actor), page)


def one(actor: Actor, case_id: int) -> CountedSheet:
    """One case of the actor's region, or NotFound."""
    rows = db.session.execute(_rows().where(F.counted_case_id == case_id, _in_region(actor))).all()
    if not rows:
        raise NotFound
    return _sheets(actor, rows)[0]


def _sheets(actor: Actor, rows: Sequence[Any]) -> list[CountedSheet]:
    ids = [row.id for row in rows]
    attempts, barred = _attempts(ids), counted_calls.reasons(ids, actor.user_id)
    return [CountedSheet(row, attempts[row.id], barred[row.id]) for row in rows]


def _rows() -> Select[*tuple[Any, ...]]:
    window = Organisation.__table__.alias("hall_window")
    called: Any = func.coalesce(func.nullif(Enterprise.short_name, ""), Enterprise.name).label("enterprise")
    rows: Any = (
        select(C.id, C.number, C.item, C.finished_at, C.channel, F.is_must, F.due_at, F.ended_at, F.outcome,
               Organisation.short_name.label("unit"), window.c.short_name.label("window"), called, C.enterprise_id,
               Enterprise.contact_name, Enterprise.contact_phone)
        .select_from(F).join(C, C.id == F.counted_case_id).join(Enterprise, Enterprise.id == C.enterprise_id)
        .join(Organisation, Organisation.id == C.unit_id).outerjoin(window, window.c.id == C.window_id)
    )
    return cast("Select[*tuple[Any, ...]]", rows)


def _attempts(ids: list[int]) -> dict[int, list[Any]]:
    rows: Any = select(CountedCall.counted_case_id, CountedCall.called_at, CountedCall.was_reached, CountedCall.words,
                       CountedCall.rework_reason, User.name).join(User, User.id == CountedCall.called_by_id)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(rows.where(CountedCall.counted_case_id.in_(ids)).order_by(CountedCall.attempt)):
        found[row.counted_case_id].append(row)
    return found


def _counts(actor: Actor) -> dict[View, int]:
    """How many in each view, counted up to COUNTED so that a year of them costs no time."""
    def counted(view: View) -> Any:
        some = select(F.counted_case_id).where(_condition(view), _in_region(actor)).limit(COUNTED + 1).subquery()
        return select(func.count()).select_from(some).scalar_subquery()

    return dict(zip(View, db.session.execute(select(*map(counted, View))).one(), strict=True))


def _condition(view: View) -> ColumnElement[bool]:
    return {
        View.OPEN: F.ended_at.is_(None), View.LATE: F.ended_at.is_(None) & (F.due_at < clock.now()),
        View.ENDED: F.ended_at.is_not(None),
        View.AT_FAULT: F.ended_at.is_not(None) & (F.outcome == CountedOutcome.AT_FAULT),
        View.UNREACHED: F.ended_at.is_not(None) & (F.outcome == CountedOutcome.UNREACHED),
    }[view]


def _in_region(actor: Actor) -> ColumnElement[bool]:
    posts = (post for post in actor.posts_as(Role.CLERK) if post.region_path)
    return or_(*(F.region_path.startswith(post.region_path, autoescape=True) for post in posts))
