"""分配方案: proposed for enterprises without a steward, looked at, corrected, then carried out as a set."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select, update

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.bulk import among, insert_rows
from models.directory import Enterprise, PlanOutcome, PlanRow, Region, Steward, StewardPlan
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.base import operation
from operations.directory import matching, tenures, unowned
from operations.directory.matching import Candidate, Ground
from operations.directory.stewards import CAPACITY, HELD, on_duty
from operations.directory.stewardship import GIVERS, ensure_steward, givable
from operations.directory.tenures import Change
from operations.errors import NotAllowed, Refused

MOST = 10_000
BY_HAND = "人工指定"


@operation
def make_plan(actor: Actor, *, region_path: str = "") -> StewardPlan:
    """生成方案：for at most MOST enterprises of the actor's that nobody looks after, the longest silent first.

    ``region_path`` narrows to one region. Raises NotAllowed, Refused when there is nothing to propose.
    """
    standing = _standing(actor)
    rows = (
        unowned.unowned(actor.only(*GIVERS))
        .join(Region, Region.id == Enterprise.region_id)
        .with_only_columns(Enterprise.id, Region.path)
    )
    if region_path:
        rows = rows.where(Region.path.startswith(region_path, autoescape=True))
    found = db.session.execute(rows.order_by(Enterprise.quiet_since, Enterprise.id).limit(MOST)).all()
    if not found:
        raise Refused("没有需要分配的企业。")
    plan = StewardPlan(unit_id=standing.unit_id, made_by_id=actor.user_id, made_at=clock.now())
    db.session.add(plan)
    db.session.flush()
    matches = matching.propose(((row.id, row.path) for row in found), _candidates(), grounds=_grounds())
    insert_rows(db.session.connection(), PlanRow.__table__, [
        {"plan_id": plan.id, "enterprise_id": one.enterprise_id, "steward_id": one.steward_id, "reason": one.reason,
         "corrected_by_id": None, "outcome": None}
        for one in matches
    ])
    _record("make_plan", plan, actor=actor, standing=standing, rows=len(matches))
    return plan


@operation
def correct(row: PlanRow, *, actor: Actor, steward: User) -> None:
    """改派 one row of an open plan: somebody chosen by hand takes the proposed one's place."""
    _ensure_open(get_plan(actor, row.plan_id))
    ensure_steward(steward)
    row.steward_id, row.corrected_by_id, row.reason = steward.id, actor.user_id, f"{BY_HAND}：{steward.name}"


@operation
def carry_out(plan: StewardPlan, *, actor: Actor) -> dict[PlanOutcome, int]:
    """执行方案：every row as far as it still holds, in a handful of statements; answers how many ended how.

    What changed since is left as it is and reported: given to another, closed, no longer ours, the steward left.
    """
    standing = _standing(actor)
    get_plan(actor, plan.id)
    _end(plan, carried_out_at=clock.now())
    rows = db.session.execute(
        select(PlanRow.id, PlanRow.enterprise_id, PlanRow.steward_id, PlanRow.reason).where(PlanRow.plan_id == plan.id)
        .order_by(PlanRow.id)
    ).all()
    outcomes = _objections(rows, actor)
    changes = [Change(row.enterprise_id, row.steward_id, row.reason) for row in rows if row.id not in outcomes]
    opened = tenures.change(changes, actor=actor, standing=standing)
    for row in rows:
        outcomes.setdefault(row.id, PlanOutcome.DONE if row.enterprise_id in opened else PlanOutcome.CHANGED)
    counts: dict[PlanOutcome, int] = {}
    for outcome in PlanOutcome:
        ids = [key for key, value in outcomes.items() if value is outcome]
        if ids:
            counts[outcome] = len(ids)
            settling = update(PlanRow).where(among(PlanRow.id)).values(outcome=outcome)
            db.session.connection().execute(settling, {"ids": ids})
    _record("carry_out_plan", plan, actor=actor, standing=standing, **{str(key): n for key, n in counts.items()})
    return counts


@operation
def give_up(plan: StewardPlan, *, actor: Actor) -> None:
    """放弃方案：nothing was given to anybody."""
    standing = _standing(actor)
    get_plan(actor, plan.id)
    _end(plan, given_up_at=clock.now())
    _record("give_up_plan", plan, actor=actor, standing=standing)


def plans_of(actor: Actor) -> Select[StewardPlan]:
    """The plans of the actor's own units."""
    return select(StewardPlan).where(StewardPlan.unit_id.in_([post.unit_id for post in actor.posts_as(*GIVERS)]))


def get_plan(actor: Actor, plan_id: int) -> StewardPlan:
    """The plan, or NotFound."""
    return the_one(plans_of(actor).where(StewardPlan.id == plan_id))


def get_row(actor: Actor, row_id: int) -> PlanRow:
    """One row of a plan of the actor's own units, or NotFound."""
    plans = plans_of(actor).with_only_columns(StewardPlan.id)
    return the_one(select(PlanRow).where(PlanRow.id == row_id, PlanRow.plan_id.in_(plans)))


def _candidates() -> list[Candidate]:
    """Every steward on duty: the grid they know, else where their post is."""
    post_path = (
        select(Region.path).join(Post, Region.id == Post.region_id)
        .where(Post.user_id == User.id, Post.role == Role.STEWARD, Post.ended_at.is_(None))
        .order_by(Post.id).limit(1).correlate(User).scalar_subquery()
    )
    grid_path = select(Region.path).where(Region.id == Steward.grid_id).correlate(Steward).scalar_subquery()
    path = func.coalesce(grid_path, post_path).label("path")
    rows = (
        select(User.id, path, HELD.label("held"), CAPACITY.label("capacity"))
        .outerjoin(Steward, Steward.user_id == User.id)
        .where(on_duty())
        .order_by(User.id)
    )
    return [Candidate(row.id, row.path, row.held, row.capacity) for row in db.session.execute(rows) if row.path]


def _grounds() -> dict[str, Ground]:
    rows = db.session.execute(select(Region.path, Region.name, Region.level))
    return {path: Ground(name, level) for path, name, level in rows}


def _objections(rows: Sequence[Any], actor: Actor) -> dict[int, PlanOutcome]:
    """Why rows cannot be carried out any more, by the row's id; stewards on duty are held until the commit."""
    firms = [row.enterprise_id for row in rows]
    own, mains = givable(actor, firms), tenures.mains_of(firms)
    asked = {"ids": firms}
    live = set(db.session.scalars(select(Enterprise.id).where(among(Enterprise.id), unowned.is_live()), asked))
    held = select(Post.user_id).where(
        among(Post.user_id), Post.role == Role.STEWARD, Post.ended_at.is_(None)
    ).order_by(Post.id).with_for_update(read=True)
    people = {"ids": sorted({row.steward_id for row in rows if row.steward_id})}
    posted = set(db.session.scalars(held, people))
    present = posted & set(db.session.scalars(select(User.id).where(among(User.id), on_duty()), people))
    found: dict[int, PlanOutcome] = {}
    for row in rows:
        if row.steward_id is None:
            found[row.id] = PlanOutcome.EMPTY
        elif row.enterprise_id not in live:
            found[row.id] = PlanOutcome.CLOSED
        elif row.enterprise_id not in own:
            found[row.id] = PlanOutcome.NOT_OURS
        elif row.enterprise_id in mains:
            found[row.id] = PlanOutcome.CHANGED
        elif row.steward_id not in present:
            found[row.id] = PlanOutcome.LEFT
    return found


def _standing(actor: Actor) -> Standing:
    posts = actor.posts_as(*GIVERS)
    if not posts:
        raise NotAllowed
    return posts[0]


def _ensure_open(plan: StewardPlan) -> None:
    if not plan.is_open:
        raise Refused("方案已执行或已放弃，不能再改。")


def _end(plan: StewardPlan, **values: Any) -> None:
    ending = update(StewardPlan).where(
        StewardPlan.id == plan.id, StewardPlan.carried_out_at.is_(None), StewardPlan.given_up_at.is_(None)
    )
    ended = db.session.connection().execute(ending.values(**values)).rowcount
    db.session.expire(plan)
    if not ended:
        raise Refused("方案已执行或已放弃，不能再办。")


def _record(action: str, plan: StewardPlan, *, actor: Actor, standing: Standing, **details: Any) -> None:
    log.record(action, object_type="steward_plan", object_id=plan.id, actor=actor, standing=standing, details=details)
