"""What the pages of plans show: the plans of a unit, the rows of one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from models.access import User
from models.base import db
from models.directory import Enterprise, PlanOutcome, PlanRow, Region, StewardPlan
from operations.access.actor import Actor
from operations.directory.steward_plans import plans_of
from operations.directory.stewardship import GIVERS

PLANS_SHOWN, ROWS_SHOWN = 30, 50
TABS = {"all": "全部", "empty": "没有合适的管家", "corrected": "人工改过", "undone": "没有办成"}
_CONDITIONS: dict[str, Any] = {
    "all": PlanRow.id.is_not(None),
    "empty": PlanRow.steward_id.is_(None),
    "corrected": PlanRow.corrected_by_id.is_not(None),
    "undone": PlanRow.outcome != PlanOutcome.DONE,
}


def listed(actor: Actor) -> Sequence[Any]:
    """The latest plans of the actor's units: the plan, who made it, how many rows."""
    size = select(func.count()).where(PlanRow.plan_id == StewardPlan.id).correlate(StewardPlan).scalar_subquery()
    rows = (
        plans_of(actor)
        .join(User, User.id == StewardPlan.made_by_id)
        .with_only_columns(StewardPlan, User.name, size.label("size"))
        .order_by(StewardPlan.id.desc())
        .limit(PLANS_SHOWN)
    )
    return db.session.execute(rows).all()


def counts(plan: StewardPlan) -> dict[str, int]:
    """How many rows each tab has."""
    figures = [func.count().filter(condition).label(name) for name, condition in _CONDITIONS.items()]
    return dict(db.session.execute(select(*figures).where(PlanRow.plan_id == plan.id)).one()._mapping)


def rows_of(plan: StewardPlan, *, tab: str = "all", after: int | None = None) -> Sequence[Any]:
    """The rows of a plan in their order, one more than ROWS_SHOWN when there are further ones."""
    rows = (
        select(PlanRow.id, PlanRow.reason, PlanRow.outcome, PlanRow.corrected_by_id, Enterprise.name,
               Region.name.label("region"), User.name.label("steward"))
        .join(Enterprise, Enterprise.id == PlanRow.enterprise_id)
        .join(Region, Region.id == Enterprise.region_id)
        .outerjoin(User, User.id == PlanRow.steward_id)
        .where(PlanRow.plan_id == plan.id, _CONDITIONS[tab])
        .order_by(PlanRow.id)
        .limit(ROWS_SHOWN + 1)
    )
    if after is not None:
        rows = rows.where(PlanRow.id > after)
    return db.session.execute(rows).all()


def path_of(actor: Actor, region: str) -> str | None:
    """The path of a region by its name, under or above one of the actor's offices; None when there is none."""
    offices = [post.region_path for post in actor.posts_as(*GIVERS)]
    paths = db.session.scalars(select(Region.path).where(Region.name == region).order_by(Region.path)).all()
    return next((path for path in paths if any(path.startswith(office) for office in offices)), None)
