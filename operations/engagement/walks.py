"""走流程: a walk is recorded with its steps and problems, walked again, and its problems put on the line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from models import clock
from models.access import Role
from models.base import db
from models.bulk import insert_rows
from models.directory import Enterprise, Region
from models.engagement import WalkMode, WalkProblem, WalkStep, Walkthrough
from models.tickets import Channel, Ticket, TicketKind
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL, units_of
from operations.base import operation
from operations.clocks import shanghai
from operations.errors import BadInput, NotAllowed, Refused
from operations.tickets import intake

RECORDING = (Role.LEADER, Role.UNIT_LEADER, Role.CLERK)
MOST_STEPS, MOST_PROBLEMS, MOST_COUNT = 12, 30, 99_999
SUBJECT = 60
OLDEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Step:
    """一个环节: minutes it took, papers it asked for, trips it needed."""

    name: str
    minutes: int
    materials: int
    trips: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk as somebody tells it; ``first`` is the earlier walk that it repeats."""

    walker_id: int
    walked_on: date
    item: str
    mode: WalkMode
    unit_id: int
    place: str = ""
    conclusion: str = ""
    steps: Sequence[Step] = field(default_factory=tuple)
    problems: Sequence[str] = field(default_factory=tuple)
    first: Walkthrough | None = None


@operation
def record_walk(walk: Walk, *, actor: Actor) -> Walkthrough:
    """记走流程. Raises NotAllowed to others, BadInput for what cannot be, Refused for a third walk."""
    standing = _standing(actor)
    _ensure_sound(walk)
    made = Walkthrough(
        walker_id=walk.walker_id, walked_on=walk.walked_on, item=walk.first.item if walk.first else walk.item,
        mode=walk.mode, place=walk.place, unit_id=walk.first.unit_id if walk.first else walk.unit_id,
        region_id=int(standing.region_path.rstrip("/").rpartition("/")[2]), conclusion=walk.conclusion,
        first_id=walk.first.id if walk.first else None, recorded_by_id=actor.user_id, recorded_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    steps = [
        {"walkthrough_id": made.id, "place": number, "name": step.name, "minutes": step.minutes,
         "materials": step.materials, "trips": step.trips}
        for number, step in enumerate(walk.steps, 1)
    ]
    insert_rows(db.session.connection(), WalkStep.__table__, steps)
    db.session.add_all(WalkProblem(walkthrough_id=made.id, words=words) for words in walk.problems)
    log.record("record_walk", object_type="walkthrough", object_id=made.id, actor=actor, standing=standing,
               details={"steps": len(steps), "problems": len(walk.problems), "first": made.first_id})
    return made


@operation
def put_on_line(problem: WalkProblem, enterprise: Enterprise, *, actor: Actor) -> Ticket:
    """问题转办件: the service centre says which enterprise it is about. Raises Refused when it is one already."""
    if problem.ticket_id is not None:
        raise Refused("这个问题已经转为办件。")
    standing = next(iter(actor.posts_as(Role.CLERK)), None)
    if standing is None:
        raise NotAllowed
    walk = db.session.get_one(Walkthrough, problem.walkthrough_id)
    content = f"{problem.words}\n来源：{walk.walker.name}走流程“{walk.item}”，责任单位 {walk.unit.name}。"
    demand = intake.Demand(enterprise, problem.words[:SUBJECT], content, kind=TicketKind.SUGGESTION,
                           channel=Channel.INSTRUCTION)
    ticket = intake.submit(demand, actor=actor)
    problem.ticket_id = ticket.id
    log.record("put_walk_problem_on_line", object_type="walkthrough", object_id=walk.id, actor=actor,
               standing=standing, details={"problem": problem.id, "ticket": ticket.id})
    return ticket


def walk_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``walkthroughs``: one's region's, one's unit's, and those one walked."""
    return or_(Walkthrough.walker_id == actor.user_id, *(_of_post(post) for post in actor.posts))


def visible(actor: Actor) -> Select[Walkthrough]:
    """Every walk the actor may read."""
    return select(Walkthrough).where(walk_scope(actor))


def get(actor: Actor, walk_id: int) -> Walkthrough:
    """The walk, or NotFound."""
    return the_one(visible(actor).where(Walkthrough.id == walk_id))


def problem_of(actor: Actor, problem_id: int) -> WalkProblem:
    """A problem of a walk that the actor may read, or NotFound."""
    rows = select(WalkProblem).join(Walkthrough, Walkthrough.id == WalkProblem.walkthrough_id)
    return the_one(rows.where(WalkProblem.id == problem_id, walk_scope(actor)))


def steps_of(walk: Walkthrough) -> Sequence[WalkStep]:
    """The steps in their order."""
    rows = select(WalkStep).where(WalkStep.walkthrough_id == walk.id).order_by(WalkStep.place)
    return db.session.scalars(rows).all()


def problems_of(walk: Walkthrough) -> Sequence[Any]:
    """The problems with the number and status of their tickets."""
    rows = select(WalkProblem, Ticket.number, Ticket.status).outerjoin(Ticket, Ticket.id == WalkProblem.ticket_id)
    return db.session.execute(rows.where(WalkProblem.walkthrough_id == walk.id).order_by(WalkProblem.id)).all()


def totals() -> tuple[ColumnElement[Any], ...]:
    """Beside each listed walk: steps, minutes, papers, trips, problems, and those that are tickets."""
    mine = WalkStep.walkthrough_id == Walkthrough.id
    sums = {"steps": func.count(), "minutes": func.sum(WalkStep.minutes), "materials": func.sum(WalkStep.materials),
            "trips": func.sum(WalkStep.trips)}
    found = [func.coalesce(select(what).where(mine).scalar_subquery(), 0).label(name) for name, what in sums.items()]
    brought = WalkProblem.walkthrough_id == Walkthrough.id
    problems = {"problems": func.count(), "tickets": func.count(WalkProblem.ticket_id)}
    return (*found, *(select(what).where(brought).scalar_subquery().label(name) for name, what in problems.items()))


def _of_post(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        below = select(Region.id).where(Region.path.startswith(post.region_path, autoescape=True))
        return Walkthrough.region_id.in_(below)
    if post.role is Role.UNIT_LEADER:
        return Walkthrough.unit_id.in_(units_of(post))
    return Walkthrough.id.is_(None)


def _standing(actor: Actor) -> Standing:
    posts = [post for post in actor.posts_as(*RECORDING) if post.region_path]
    if not posts:
        raise NotAllowed
    return posts[0]


def _ensure_sound(walk: Walk) -> None:
    today = shanghai.today()
    if not today - OLDEST <= walk.walked_on <= today:
        raise BadInput("走流程的日期应在过去一年以内。")
    if not walk.steps:
        raise BadInput("请至少写一个环节。")
    if len(walk.steps) > MOST_STEPS or len(walk.problems) > MOST_PROBLEMS:
        raise BadInput(f"最多写 {MOST_STEPS} 个环节、{MOST_PROBLEMS} 个问题。")
    if any(not 0 <= count <= MOST_COUNT for step in walk.steps for count in (step.minutes, step.materials, step.trips)):
        raise BadInput("用时、材料和次数应是不太大的整数。")
    if walk.first and db.session.scalar(select(Walkthrough.id).where(Walkthrough.first_id == walk.first.id)):
        raise Refused("这次走流程已经回头看过。")
    if walk.first and (walk.first.first_id or walk.walked_on < walk.first.walked_on):
        raise BadInput("回头看应在第一次之后，并且只比较第一次。")
