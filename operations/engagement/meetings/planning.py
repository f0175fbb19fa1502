"""召集会议: the meeting, who is asked, the problems that are brought; or it is called off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models import clock
from models.access import Post, Role
from models.base import db
from models.bulk import insert_rows
from models.engagement import Meeting, MeetingGuest, MeetingKind, MeetingProblem
from models.notices import NoticeKind
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.clocks.calendar import SHANGHAI
from operations.clocks.wording import moment
from operations.errors import BadInput, NotAllowed, Refused

CONVENING = (Role.CLERK, Role.SUPERVISOR)
MOST_GUESTS, MOST_PROBLEMS = 200, 100
FURTHEST = timedelta(days=366)
TOLD = (Role.CASE_OFFICER, Role.UNIT_LEADER)


@dataclass(frozen=True, slots=True)
class Plan:
    """A meeting as it is planned. ``held_at`` is aware."""

    kind: MeetingKind
    theme: str
    held_at: datetime
    place: str
    chair_id: int
    agenda: str = ""
    people: Sequence[int] = field(default_factory=tuple)
    units: Sequence[int] = field(default_factory=tuple)
    enterprises: Sequence[int] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Brought:
    """A problem for the list, and what is proposed beforehand."""

    words: str
    enterprise_id: int | None = None
    unit_id: int | None = None
    solution: str = ""


@operation
def convene(plan: Plan, *, actor: Actor) -> Meeting:
    """召集：number the meeting, write down who is asked, and tell them. Raises NotAllowed, BadInput."""
    standing = convening(actor)
    _ensure_sound(plan)
    now = clock.now()
    year = plan.held_at.astimezone(SHANGHAI).year
    last = db.session.scalar(select(func.max(Meeting.sequence)).where(Meeting.year == year)) or 0
    meeting = Meeting(
        year=year, sequence=last + 1, kind=plan.kind, theme=plan.theme, held_at=plan.held_at, place=plan.place,
        agenda=plan.agenda, region_id=_region_of(standing), chair_id=plan.chair_id, planned_by_id=actor.user_id,
        planned_at=now,
    )
    db.session.add(meeting)
    db.session.flush()
    insert_rows(db.session.connection(), MeetingGuest.__table__, _guests(meeting, plan))
    record("convene_meeting", meeting, actor=actor, standing=standing, kind=str(plan.kind),
           units=len(plan.units), enterprises=len(plan.enterprises))
    tell_guests(meeting, f"请参加{plan.kind.label}：{plan.theme}", f"{moment(plan.held_at)}，{plan.place}。会前请准备问题清单。")
    return meeting


@operation
def bring(meeting: Meeting, brought: Brought, *, actor: Actor) -> MeetingProblem:
    """列入会前问题清单. Raises Refused when the meeting is over."""
    standing = ensure_convenes(meeting, actor)
    ensure_open(meeting)
    if not brought.words.strip():
        raise BadInput("请写明问题。")
    count = db.session.scalar(select(func.count()).where(MeetingProblem.meeting_id == meeting.id)) or 0
    if count >= MOST_PROBLEMS:
        raise Refused(f"一次会议最多列 {MOST_PROBLEMS} 个问题。")
    problem = MeetingProblem(
        meeting_id=meeting.id, words=brought.words, enterprise_id=brought.enterprise_id, unit_id=brought.unit_id,
        solution=brought.solution, added_by_id=actor.user_id, added_at=clock.now(),
    )
    db.session.add(problem)
    db.session.flush()
    record("bring_problem", meeting, actor=actor, standing=standing, problem=problem.id)
    return problem


@operation
def call_off(meeting: Meeting, *, reason: str, actor: Actor) -> None:
    """取消会议: it stays on the list with its reason; who was asked is told."""
    standing = ensure_convenes(meeting, actor)
    ensure_open(meeting)
    meeting.cancelled_at, meeting.cancel_reason = clock.now(), reason
    record("cancel_meeting", meeting, actor=actor, standing=standing, words=reason)
    tell_guests(meeting, f"会议取消：{meeting.theme}", reason)


def convening(actor: Actor) -> Standing:
    """The post by which the actor convenes meetings; NotAllowed without one."""
    posts = [post for post in actor.posts_as(*CONVENING) if post.region_path]
    if not posts:
        raise NotAllowed
    return posts[0]


def ensure_convenes(meeting: Meeting, actor: Actor) -> Standing:
    """The post by which the actor runs this meeting; NotAllowed without one."""
    found = actor.post_above(meeting.region.path, roles=CONVENING)
    if found is None:
        raise NotAllowed
    return found


def ensure_open(meeting: Meeting) -> None:
    """Raise Refused when the meeting was held or called off."""
    if not meeting.is_open:
        raise Refused("会议已经结束或取消，不能再改。")


def tell_guests(meeting: Meeting, subject: str, words: str) -> None:
    """One message to each who was asked: persons, the people of units, members of enterprises, and the chair."""
    asked = select(MeetingGuest).where(MeetingGuest.meeting_id == meeting.id).subquery()
    of_unit = select(Post.user_id).where(
        Post.organisation_id.in_(select(asked.c.unit_id)), Post.role.in_(TOLD), Post.ended_at.is_(None)
    )
    members = select(Post.user_id).where(Post.enterprise_id.in_(select(asked.c.enterprise_id)), Post.ended_at.is_(None))
    persons = select(asked.c.user_id).where(asked.c.user_id.is_not(None))
    people = {*db.session.scalars(of_unit.union(members, persons)), meeting.chair_id}
    now = clock.now()
    later, stamp = notices.not_before(now), int(now.timestamp() * 1000)
    notices.queue([
        {
            "user_id": user_id, "kind": NoticeKind.SYSTEM, "ticket_id": None, "subject": subject[:200],
            "words": words[:notices.WORDS_SHOWN], "created_at": now, "not_before": later,
            "dedup_key": f"meeting.{meeting.id}.{notices.hash_of(subject)}.{stamp}.{user_id}",
        }
        for user_id in sorted(people)
    ])


def record(action: str, meeting: Meeting, *, actor: Actor, standing: Standing, words: str = "", **details: Any) -> None:
    """One event of a meeting."""
    log.record(action, object_type="meeting", object_id=meeting.id, actor=actor, standing=standing, words=words,
               details=details)


def _region_of(standing: Standing) -> int:
    """The region a post answers for: the last id of its path."""
    return int(standing.region_path.rstrip("/").rpartition("/")[2])


def _guests(meeting: Meeting, plan: Plan) -> list[dict[str, Any]]:
    columns = {"user_id": plan.people, "unit_id": plan.units, "enterprise_id": plan.enterprises}
    nobody = {"meeting_id": meeting.id, **dict.fromkeys(columns), "came": None}
    return [nobody | {name: one} for name, ids in columns.items() for one in dict.fromkeys(ids)]


def _ensure_sound(plan: Plan) -> None:
    if not plan.theme.strip() or not plan.place.strip():
        raise BadInput("请写明会议主题和地点。")
    if plan.held_at > clock.now() + FURTHEST or plan.held_at < clock.now() - FURTHEST:
        raise BadInput("会议时间应在前后一年以内。")
    if len(plan.people) + len(plan.units) + len(plan.enterprises) > MOST_GUESTS:
        raise BadInput(f"一次会议最多邀请 {MOST_GUESTS} 个单位、企业和人员。")
    if not plan.enterprises:
        raise BadInput("请写明邀请哪些企业。")
