"""会议 as pages show them: whose they are, the list, and one meeting with its problems, decisions and tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import Role, User
from models.base import LabelledEnum, db
from models.directory import Enterprise, Organisation, Region
from models.engagement import Meeting, MeetingDecision, MeetingGuest, MeetingKind, MeetingProblem
from models.tickets import Ticket
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL, own_enterprise_ids, units_of
from operations.clocks import rulebook
from operations.clocks.lights import light_of
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.lines import words_left

SHOWN = 25
UNIT = aliased(Organisation)


class When(LabelledEnum):
    """Which meetings."""

    AHEAD = "ahead", "待召开"
    HELD = "held", "已召开"
    ALL = "all", "全部"


WHEN: dict[When, ColumnElement[bool]] = {
    When.AHEAD: and_(Meeting.minuted_at.is_(None), Meeting.cancelled_at.is_(None)),
    When.HELD: Meeting.minuted_at.is_not(None),
    When.ALL: Meeting.id.is_not(None),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """议定事项 with its ticket's light, as the office sees it."""

    row: Any
    light: str
    left: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One meeting whole."""

    meeting: Meeting
    chair: str
    region: str
    people: Sequence[Any]
    units: Sequence[Any]
    enterprises: Sequence[Any]
    problems: Sequence[Any]
    decisions: Sequence[Decision]

    @property
    def guests(self) -> list[Any]:
        """Everybody and everything that was asked, people first."""
        return [*self.people, *self.units, *self.enterprises]


def meeting_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``meetings``: one's region's, those one chairs, and those one or one's unit is asked to."""
    asked = select(MeetingGuest.meeting_id).where(MeetingGuest.user_id == actor.user_id)
    return or_(Meeting.chair_id == actor.user_id, Meeting.id.in_(asked), *(_of_post(post) for post in actor.posts))


def get(actor: Actor, meeting_id: int) -> Meeting:
    """The meeting, or NotFound."""
    return the_one(select(Meeting).where(meeting_scope(actor), Meeting.id == meeting_id))


def listed(actor: Actor, *, when: When = When.AHEAD, kind: MeetingKind | None = None, place: Place = TOP) -> Page:
    """会议列表：what is ahead from the next one on, what was held from the latest back. One statement."""
    asked = select(func.count()).where(
        MeetingGuest.meeting_id == Meeting.id, MeetingGuest.enterprise_id.is_not(None)
    )
    decided = select(func.count()).where(MeetingDecision.meeting_id == Meeting.id)
    rows = (
        select(Meeting, User.name.label("chair"), Region.name.label("region"),
               asked.scalar_subquery().label("enterprises"), decided.scalar_subquery().label("decisions"))
        .join(User, User.id == Meeting.chair_id)
        .join(Region, Region.id == Meeting.region_id)
        .where(meeting_scope(actor), WHEN[when])
    )
    if kind:
        rows = rows.where(Meeting.kind == kind)
    return paged(rows, Meeting.held_at, Meeting.id, size=SHOWN, place=place, is_descending=when is not When.AHEAD)


def dossier(meeting: Meeting) -> Dossier:
    """One meeting: a constant number of statements."""
    asked = (
        select(MeetingGuest, User.name.label("person"), Organisation.short_name.label("unit"),
               Enterprise.name.label("enterprise"))
        .outerjoin(User, User.id == MeetingGuest.user_id)
        .outerjoin(Organisation, Organisation.id == MeetingGuest.unit_id)
        .outerjoin(Enterprise, Enterprise.id == MeetingGuest.enterprise_id)
        .where(MeetingGuest.meeting_id == meeting.id)
        .order_by(MeetingGuest.id)
    )
    guests = db.session.execute(asked).all()
    brought = (
        select(MeetingProblem, UNIT.short_name.label("unit"), Enterprise.name.label("enterprise"))
        .outerjoin(UNIT, UNIT.id == MeetingProblem.unit_id)
        .outerjoin(Enterprise, Enterprise.id == MeetingProblem.enterprise_id)
        .where(MeetingProblem.meeting_id == meeting.id)
        .order_by(MeetingProblem.id)
    )
    return Dossier(
        meeting, meeting.chair.name, meeting.region.name,
        people=[row for row in guests if row.person], units=[row for row in guests if row.unit],
        enterprises=[row for row in guests if row.enterprise], problems=db.session.execute(brought).all(),
        decisions=_decisions(meeting),
    )


def firm_asked(meeting: Meeting, enterprise_id: int | None) -> Enterprise | None:
    """The enterprise of this id when it was asked to the meeting."""
    asked = select(MeetingGuest.enterprise_id).where(MeetingGuest.meeting_id == meeting.id)
    rows = select(Enterprise).where(Enterprise.id == enterprise_id, Enterprise.id.in_(asked))
    return db.session.scalar(rows) if enterprise_id else None


def of_member(actor: Actor, limit: int = 20) -> Sequence[Any]:
    """The meetings the actor's enterprises are asked to, the latest first, with what is not about others."""
    rows = (
        select(Meeting)
        .join(MeetingGuest, MeetingGuest.meeting_id == Meeting.id)
        .where(MeetingGuest.enterprise_id.in_(own_enterprise_ids(actor)))
        .order_by(Meeting.held_at.desc(), Meeting.id.desc())
        .limit(limit)
    )
    return db.session.scalars(rows).unique().all()


def decided_for(actor: Actor, meetings: Sequence[Meeting]) -> Sequence[Any]:
    """The decisions of these meetings about the actor's own enterprises, with the number of the ticket."""
    rows = (
        select(MeetingDecision.meeting_id, MeetingDecision.words, MeetingDecision.due_on,
               Organisation.short_name.label("unit"), Ticket.number)
        .outerjoin(Organisation, Organisation.id == MeetingDecision.unit_id)
        .outerjoin(Ticket, Ticket.id == MeetingDecision.ticket_id)
        .where(MeetingDecision.meeting_id.in_([meeting.id for meeting in meetings]),
               MeetingDecision.enterprise_id.in_(own_enterprise_ids(actor)))
        .order_by(MeetingDecision.id)
    )
    return db.session.execute(rows).all()


def _decisions(meeting: Meeting) -> list[Decision]:
    rows = (
        select(MeetingDecision.words, MeetingDecision.due_on, Enterprise.name.label("enterprise"),
               UNIT.short_name.label("unit"), Ticket.number, Ticket.status, Ticket.due_at, Ticket.warn_at,
               Ticket.paused_at, Ticket.rung, Ticket.closed_at)
        .outerjoin(UNIT, UNIT.id == MeetingDecision.unit_id)
        .outerjoin(Enterprise, Enterprise.id == MeetingDecision.enterprise_id)
        .outerjoin(Ticket, Ticket.id == MeetingDecision.ticket_id)
        .where(MeetingDecision.meeting_id == meeting.id)
        .order_by(MeetingDecision.id)
    )
    now = clock.now()
    return [_decision(row, now) for row in db.session.execute(rows)]


def _decision(row: Any, now: datetime) -> Decision:
    if row.number is None:
        return Decision(row, "", "")
    if row.closed_at:
        return Decision(row, "none", row.status.label)
    left = words_left(row, now=now, calendar=rulebook.current().calendar)
    return Decision(row, str(light_of(row, now)), left)


def _of_post(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        below = select(Region.id).where(Region.path.startswith(post.region_path, autoescape=True))
        return Meeting.region_id.in_(below)
    if post.role in (Role.CASE_OFFICER, Role.UNIT_LEADER):
        asked = select(MeetingGuest.meeting_id).where(MeetingGuest.unit_id.in_(units_of(post)))
        return Meeting.id.in_(asked)
    return Meeting.id.is_(None)
