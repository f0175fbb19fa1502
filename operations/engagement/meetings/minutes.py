"""会议纪要: who came, what was said, what was decided; a decision with an owner and a limit is a ticket."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, exists, func, insert, literal, or_, select, update

from models import clock
from models.access import Role
from models.base import UTCDateTime, db
from models.directory import Enterprise, Organisation, Stewardship
from models.engagement import (
    DutyAct,
    Effect,
    Interaction,
    InteractionKind,
    Meeting,
    MeetingDecision,
    MeetingGuest,
)
from models.tickets import Channel, Ticket, TicketKind
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.clocks.wording import short_day
from operations.engagement import judging
from operations.engagement.cadence import counting
from operations.engagement.meetings import planning
from operations.errors import BadInput, NotAllowed, Refused
from operations.tickets import intake

SUBJECT = 60


@dataclass(frozen=True, slots=True)
class Decided:
    """议定事项. With a unit and a limit it becomes a ticket of the enterprise it is about."""

    words: str
    enterprise: Enterprise | None = None
    unit: Organisation | None = None
    due_on: date | None = None


@operation
def write_minutes(meeting: Meeting, *, actor: Actor, words: str, came: Collection[int]) -> None:
    """写纪要：close the meeting with who came (ids of its guests). It is an interaction with each enterprise that came.

    One whose steward was among the people counts as the steward's. Raises Refused before the meeting or twice.
    """
    standing = planning.ensure_convenes(meeting, actor)
    planning.ensure_open(meeting)
    now = clock.now()
    if meeting.held_at > now:
        raise Refused("会议还没有开，不能写纪要。")
    if not words.strip():
        raise BadInput("请写纪要。")
    meeting.minutes, meeting.minuted_at, meeting.minuted_by_id = words, now, actor.user_id
    attendance = case((MeetingGuest.id.in_(list(came)), True), else_=False)
    db.session.execute(
        update(MeetingGuest).where(MeetingGuest.meeting_id == meeting.id).values(came=attendance)
        .execution_options(synchronize_session=False)
    )
    db.session.flush()
    talks = _note_interactions(meeting)
    counting.settle_person(meeting.chair_id, DutyAct.FORUM, meeting.held_at)
    planning.record("write_minutes", meeting, actor=actor, standing=standing, words=words, came=len(came), talks=talks)
    planning.tell_guests(meeting, f"会议纪要已写成：{meeting.theme}", "议定事项和办件可以在会议页上看。")


@operation
def decide(meeting: Meeting, decided: Decided, *, actor: Actor) -> MeetingDecision:
    """记议定事项. With an owner and a limit it goes on the line at once; the limit is that of its case clock.

    Raises Refused for a meeting without minutes, BadInput where half of what a ticket needs is missing.
    """
    standing = planning.ensure_convenes(meeting, actor)
    if meeting.minuted_at is None:
        raise Refused("请先写纪要，再记议定事项。")
    _ensure_whole(meeting, decided, actor)
    ticket = _submit(meeting, decided, actor) if decided.unit else None
    made = MeetingDecision(
        meeting_id=meeting.id,
        words=decided.words,
        enterprise_id=decided.enterprise.id if decided.enterprise else None,
        unit_id=decided.unit.id if decided.unit else None,
        due_on=decided.due_on,
        ticket_id=ticket.id if ticket else None,
        decided_by_id=actor.user_id,
        decided_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    planning.record("decide", meeting, actor=actor, standing=standing, decision=made.id, ticket=made.ticket_id)
    return made


def _ensure_whole(meeting: Meeting, decided: Decided, actor: Actor) -> None:
    if not decided.words.strip():
        raise BadInput("请写明议定了什么。")
    if (decided.unit is None) != (decided.due_on is None):
        raise BadInput("责任单位和时限要一起写：有责任单位、有时限的，转为办件。")
    if decided.unit and decided.enterprise is None:
        raise BadInput("转为办件的，请选择涉及哪家企业。")
    if decided.unit and not actor.holds(Role.CLERK):
        raise NotAllowed("转为办件由企业服务中心登记；可以先记为没有时限的议定事项。")
    if decided.due_on and decided.due_on < shanghai.day_of(meeting.held_at):
        raise BadInput("时限不能早于会议日期。")
    if decided.due_on and decided.due_on > shanghai.day_of(clock.now() + planning.FURTHEST):
        raise BadInput("时限应在一年以内。")


def _submit(meeting: Meeting, decided: Decided, actor: Actor) -> Ticket:
    assert decided.enterprise is not None and decided.unit is not None and decided.due_on is not None
    source = f"来源：{meeting.kind.label} {meeting.number}《{meeting.theme}》。"
    owner = f"会议确定的责任单位：{decided.unit.name}；会议要求的时限：{short_day(decided.due_on)}。"
    demand = intake.Demand(
        decided.enterprise, decided.words[:SUBJECT], f"{decided.words}\n{source}\n{owner}", kind=TicketKind.HELP,
        channel=Channel.MEETING, promised_on=decided.due_on,
    )
    return intake.submit(demand, actor=actor)


def _note_interactions(meeting: Meeting) -> int:
    """One interaction for each enterprise that came together with a present steward of its own; a set at a time."""
    now, at = clock.now(), meeting.held_at
    firms = select(MeetingGuest.enterprise_id).where(
        MeetingGuest.meeting_id == meeting.id, MeetingGuest.came.is_(True), MeetingGuest.enterprise_id.is_not(None)
    )
    people = select(MeetingGuest.user_id).where(
        MeetingGuest.meeting_id == meeting.id, MeetingGuest.came.is_(True), MeetingGuest.user_id.is_not(None)
    )
    then = (Stewardship.started_at <= at, or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > at))
    until = rulebook.current().calendar.due(now, judging.terms().window).due_at
    words = f"参加{meeting.kind.label}《{meeting.theme}》（{meeting.number}）。"
    talks = select(
        func.min(Stewardship.steward_id), Stewardship.enterprise_id, literal(InteractionKind.MEETING.value),
        literal(words), literal(at, UTCDateTime()), literal(now, UTCDateTime()), literal(until, UTCDateTime()),
        literal(False), literal(""), literal(Effect.PENDING.value), literal(False),
    ).where(Stewardship.enterprise_id.in_(firms), Stewardship.steward_id.in_(people), *then)
    columns = ["steward_id", "enterprise_id", "kind", "content", "occurred_at", "recorded_at", "window_ends_at",
               "is_invited", "over_cap_reason", "effect", "is_exchange"]
    noted = insert(Interaction).from_select(columns, talks.group_by(Stewardship.enterprise_id))
    noted = noted.execution_options(preserve_rowcount=True)
    count = int(db.session.connection().execute(noted).rowcount)
    spoken = exists().where(Interaction.enterprise_id == Enterprise.id, Interaction.occurred_at == at)
    db.session.execute(
        update(Enterprise).where(Enterprise.id.in_(firms), Enterprise.quiet_since < at, spoken).values(quiet_since=at)
        .execution_options(synchronize_session=False)
    )
    return count
