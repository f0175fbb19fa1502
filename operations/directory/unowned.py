"""无管家企业: enterprises that nobody on duty looks after; nothing may stay among them unseen (domain.md §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, EnterpriseStatus, Region, Stewardship
from models.tickets import Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.access.withholding import open_to
from operations.directory import tenures
from operations.insight import dated
from operations.insight.keyset import TOP, Place, paged
from operations.insight.lines import Cursor

SHOWN = 50
TABS = {"all": "全部", "left": "待交接", "never": "从未分配"}


@dataclass(frozen=True, slots=True)
class Unowned:
    """One page with the figures of all tabs; ``counted_at`` is None where they were counted just now."""

    rows: Sequence[Any]
    counts: dict[str, int]
    counted_at: datetime | None
    before: Cursor | None
    after: Cursor | None


def is_unowned() -> ColumnElement[bool]:
    """The condition on ``enterprises``: goes on, and no steward on duty has it. A substitute alone is not enough."""
    main, post = aliased(Stewardship), aliased(Post)
    holds = exists().where(post.user_id == main.steward_id, post.role == Role.STEWARD, post.ended_at.is_(None))
    kept = exists().where(main.enterprise_id == Enterprise.id, tenures.is_main(main), main.ended_at.is_(None), holds)
    return and_(~kept, is_live())


def is_live() -> ColumnElement[bool]:
    """The condition on ``enterprises`` that ``Enterprise.is_live`` tells of one."""
    return and_(Enterprise.merged_into_id.is_(None), Enterprise.status != EnterpriseStatus.DEREGISTERED)


def unowned(actor: Actor) -> Select[Enterprise]:
    """Every enterprise without a steward that the actor answers for."""
    return scope.visible_enterprises(actor).where(is_unowned())


def listed(actor: Actor, *, tab: str = "all", words: str = "", place: Place = TOP) -> Unowned:
    """The longest silent first, with who was steward last and since when nobody is."""
    any_main, latest = aliased(Stewardship), aliased(Stewardship)
    had = exists().where(any_main.enterprise_id == Enterprise.id, tenures.is_main(any_main))
    base = unowned(actor)
    # Found as a set and then put in order: walked in order, a city's directory is read to its end for these few.
    left = base.where(had).with_only_columns(Enterprise.id).cte("left_behind").prefix_with("MATERIALIZED")
    tabs: dict[str, Any] = {"all": true(), "left": Enterprise.id.in_(select(left.c.id)), "never": ~had}
    counts, counted_at = _counts(actor, base, had)
    last = (
        select(latest.id)
        .where(latest.enterprise_id == Enterprise.id, tenures.is_main(latest))
        .order_by(latest.started_at.desc(), latest.id.desc()).limit(1).correlate(Enterprise).scalar_subquery()
    )
    held = select(func.count()).where(
        Ticket.enterprise_id == Enterprise.id, Ticket.closed_at.is_(None), open_to(actor, Ticket.id)
    )
    rows = (
        base.where(tabs[tab])
        .join(Region, Region.id == Enterprise.region_id)
        .outerjoin(Stewardship, Stewardship.id == last)
        .outerjoin(User, User.id == Stewardship.steward_id)
        .with_only_columns(
            Enterprise.id, Enterprise.name, Enterprise.category, Region.name.label("region"), Enterprise.quiet_since,
            User.name.label("former"), Stewardship.ended_at, held.scalar_subquery().label("open_count"),
        )
    )
    if words:
        rows = rows.where(or_(Enterprise.name.startswith(words, autoescape=True),
                              Enterprise.credit_code == words.upper()))
    page = paged(rows, Enterprise.quiet_since, Enterprise.id, size=SHOWN, place=place)
    return Unowned(page.rows, counts, counted_at, page.previous, page.next)


def count(actor: Actor) -> int:
    """How many enterprises of the actor's nobody looks after; of a large directory, a few minutes ago."""
    found = dated.sums(actor, clock.now(), "unowned")
    if found:
        return found.figures["unowned"]
    return db.session.scalar(unowned(actor).with_only_columns(func.count())) or 0


def _counts(actor: Actor, base: Select[Any], had: ColumnElement[bool]) -> tuple[dict[str, int], datetime | None]:
    """The figures of the tabs, and when they were counted if not now."""
    found = dated.sums(actor, clock.now(), "unowned", "left")
    if found:
        total, left = found.figures["unowned"], found.figures["left"]
    else:
        counted = base.with_only_columns(func.count(), func.count().filter(had))
        total, left = db.session.execute(counted).one()
    return {"all": total, "left": left, "never": total - left}, found.at if found else None
