"""抽样方案: how many of a hundred cases are called, by region and stratum, from a day on. Without one all are.

A plan is followed by the next and never changed; a region's own goes before that of the region above it.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, false, func, literal, or_, select

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Region, RegionLevel
from models.follow_ups import FollowUpPlan, FollowUpShare, Stratum
from operations import log
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.base import insert_ignoring, operation, remembered
from operations.clocks import shanghai
from operations.clocks.reckoning import midnight
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.words import ensure_said

SETTING, READING = (Role.SUPERVISOR,), (Role.SUPERVISOR, Role.CLERK, Role.DISCIPLINE_OBSERVER)
REASON_LIMIT, AHEAD, MOST_NARROWER, SHOWN = 200, timedelta(days=366), 100, 50


@dataclass(frozen=True, slots=True)
class Share:
    """So many of a hundred cases of a unit, a category or a channel."""

    stratum: Stratum
    code: str
    percent: int


@dataclass(frozen=True, slots=True)
class Shares:
    """A whole plan: of tickets and of counted cases, and what is set for narrower strata."""

    tickets: int
    counted: int
    narrower: tuple[Share, ...] = ()

    def of_ticket(self, *, unit_id: int | None, category: str, channel: str) -> int:
        """How many of a hundred such tickets: the most that any of its strata says, else the plan's own."""
        return self._most(self.tickets, unit_id, category, channel)

    def of_counted(self, *, unit_id: int | None) -> int:
        """How many of a hundred counted cases of a unit."""
        return self._most(self.counted, unit_id)

    def _most(self, otherwise: int, unit_id: int | None, category: str = "", channel: str = "") -> int:
        fits = {Stratum.UNIT: lambda code: code == str(unit_id), Stratum.CHANNEL: lambda code: code == channel,
                Stratum.CATEGORY: lambda code: category == code or category.startswith(f"{code}/")}
        found = [one.percent for one in self.narrower if fits[one.stratum](one.code)]
        return max(found, default=otherwise)


@dataclass(frozen=True, slots=True)
class InForce:
    """The plan that holds, with its shares."""

    plan: FollowUpPlan
    shares: Shares


@operation
def set_plan(region_id: int, *, actor: Actor, shares: Shares, begins_on: date, reason: str) -> int:
    """定方案：by a supervisor over the region, from a day to come on, with a seed of its own. Returns the plan's id.

    Raises NotAllowed, BadInput; Refused where another plan begins on that day.
    """
    region = the_one(select(Region).where(Region.id == region_id))
    post = actor.post_above(region.path, roles=SETTING)
    if post is None:
        raise NotAllowed
    said = ensure_said(reason, "请写明为什么抽样、依据是什么。", most=REASON_LIMIT)
    _ensure_sound(shares, begins_on)
    latest = db.session.scalar(select(func.max(FollowUpPlan.version)).where(FollowUpPlan.region_id == region_id))
    row = {"region_id": region_id, "region_path": region.path, "version": (latest or 0) + 1, "set_at": clock.now(),
           "begins_at": midnight(begins_on), "reason": said, "seed": secrets.token_hex(32), "set_by_id": actor.user_id}
    made = db.session.scalar(insert_ignoring(FollowUpPlan).values(row).returning(FollowUpPlan.id))
    if made is None:
        raise Refused("这一天已经有一版方案起用，请改用另一天。")
    rows = _rows(shares)
    db.session.add_all(FollowUpShare(plan_id=made, **one) for one in rows)
    log.record("set_follow_up_plan", object_type="follow_up_plan", object_id=made, actor=actor, standing=post,
               words=said,
               details={"region": region_id, "version": row["version"], "begins_on": begins_on.isoformat(),
                        "seed": row["seed"], "shares": [[str(o["stratum"]), o["code"], o["percent"]] for o in rows]})
    return made


def in_force(region_path: str, at: datetime | None = None) -> InForce | None:
    """The plan that holds for a region now: its own, else the nearest above it; None where everything is called."""
    moment = at or clock.now()
    holding = (
        select(FollowUpPlan)
        .where(literal(region_path).startswith(FollowUpPlan.region_path), FollowUpPlan.begins_at <= moment)
        .order_by(func.length(FollowUpPlan.region_path).desc(), FollowUpPlan.begins_at.desc())
        .limit(1)
    )
    plan = remembered(("follow_up_plan", region_path), lambda: db.session.scalar(holding))
    return InForce(plan, shares_of([plan.id])[plan.id]) if plan is not None else None


def shares_of(plan_ids: Iterable[int]) -> Mapping[int, Shares]:
    """The shares of plans, by plan."""
    ids = list(plan_ids)
    own: dict[tuple[int, Stratum], int] = {}
    narrower: dict[int, list[Share]] = {plan_id: [] for plan_id in ids}
    rows = select(FollowUpShare).where(FollowUpShare.plan_id.in_(ids)).order_by(
        FollowUpShare.stratum, FollowUpShare.percent.desc(), FollowUpShare.code)
    for row in db.session.scalars(rows):
        if row.code:
            narrower[row.plan_id].append(Share(row.stratum, row.code, row.percent))
        else:
            own[row.plan_id, row.stratum] = row.percent
    return {one: Shares(own[one, Stratum.TICKETS], own[one, Stratum.COUNTED], tuple(narrower[one])) for one in ids}


def visible_plans(actor: Actor) -> Any:
    """The plans that hold, held or will hold for the actor's region or within it, with region and who set them."""
    near = [
        FollowUpPlan.region_path.startswith(post.region_path, autoescape=True)
        | literal(post.region_path).startswith(FollowUpPlan.region_path)
        for post in actor.posts_as(*READING) if post.region_path
    ]
    rows: Any = (
        select(FollowUpPlan, Region.name.label("region"), User.name.label("set_by"))
        .join(Region, Region.id == FollowUpPlan.region_id).join(User, User.id == FollowUpPlan.set_by_id)
    )
    return rows.where(or_(false(), *near))


def versions(actor: Actor) -> Sequence[Row[Any]]:
    """The newest versions, what is still to come first."""
    rows = visible_plans(actor).order_by(FollowUpPlan.begins_at.desc(), FollowUpPlan.id.desc()).limit(SHOWN)
    return db.session.execute(rows).all()


def get_plan(actor: Actor, plan_id: int) -> Row[Any]:
    """The plan with region and who set it, or NotFound."""
    found = db.session.execute(visible_plans(actor).where(FollowUpPlan.id == plan_id)).first()
    if found is None:
        raise NotFound
    return found


def settable_regions(actor: Actor) -> Sequence[Row[Any]]:
    """The regions for which the actor may set a plan: their own and the counties below."""
    posts = [post for post in actor.posts_as(*SETTING) if post.region_path]
    own = [Region.path == post.region_path for post in posts]
    below = [Region.path.startswith(post.region_path, autoescape=True) for post in posts]
    counties = and_(or_(false(), *below), Region.level == RegionLevel.COUNTY)
    rows: Any = select(Region.id, Region.name).where(or_(false(), *own, counties))
    return db.session.execute(rows.order_by(Region.path)).all()


def _rows(shares: Shares) -> list[dict[str, Any]]:
    own = ((Stratum.TICKETS, "", shares.tickets), (Stratum.COUNTED, "", shares.counted))
    narrower = ((one.stratum, one.code, one.percent) for one in shares.narrower)
    return [{"stratum": stratum, "code": code, "percent": percent} for stratum, code, percent in (*own, *narrower)]


def _ensure_sound(shares: Shares, begins_on: date) -> None:
    rows = _rows(shares)
    if not all(0 <= row["percent"] <= 100 for row in rows):
        raise BadInput("比例应为 0 到 100 的整数。")
    if len({(row["stratum"], row["code"]) for row in rows}) != len(rows):
        raise BadInput("同一个单位、类别或渠道写了两次。")
    if len(shares.narrower) > MOST_NARROWER:
        raise BadInput(f"单列的比例最多 {MOST_NARROWER} 条。")
    if not shanghai.today() < begins_on <= shanghai.today() + AHEAD:
        raise BadInput("起用日期应在明天以后、一年以内。")
