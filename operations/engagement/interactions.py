"""记一笔: a steward notes an interaction; late notes show as late, and one may become a ticket (domain.md §3)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, select, update

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Enterprise, Stewardship
from models.engagement import Interaction, InteractionKind
from models.tickets import Attachment, Channel, Ticket, TicketKind
from operations import log, notices
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.withholding import asked_by, open_to_asker
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.clocks.calendar import WorkCalendar
from operations.engagement import cap, judging, talk_drafts
from operations.engagement.cadence import counting
from operations.errors import BadInput, NotAllowed, Refused
from operations.insight.lines import plain_rows
from operations.tickets import intake

CONTENT_LIMIT = 2000
SUBJECT_TAKEN = 40
LATE_AFTER = timedelta(days=1)
OLDEST = timedelta(days=366)
FURTHEST = timedelta(days=366)
ENDS_OF_SENTENCE = "。！？；\n"


@dataclass(frozen=True, slots=True)
class Talk:
    """一笔 as the steward states it. ``occurred_at`` empty is now; ``becomes`` makes it a ticket of that kind too.

    A visit is by invitation (``is_invited``), within the cap of its month, or says why not (``over_cap_reason``).
    """

    kind: InteractionKind
    content: str
    occurred_at: datetime | None = None
    next_contact_on: date | None = None
    becomes: TicketKind | None = None
    subject: str = ""
    is_invited: bool = False
    over_cap_reason: str = ""
    photos: Sequence[Attachment] = ()


@operation
def log_interaction(enterprise: Enterprise, *, actor: Actor, talk: Talk) -> Interaction:
    """记一笔：note what was said, and put the demand that came up on the line in the same transaction.

    Raises NotAllowed for somebody else's enterprise, BadInput for what cannot have been: said in the future, said
    nothing. Records are never deleted; a wrong one is put right by another.
    """
    return write_down(enterprise, actor=actor, talk=talk, standing=_standing(enterprise, actor))


def write_down(enterprise: Enterprise, *, actor: Actor, talk: Talk, standing: Standing) -> Interaction:
    """Within an operation: the note of somebody whose ``standing`` lets them make it. Raises BadInput."""
    now = clock.now()
    happened = talk.occurred_at or now
    _ensure_sound(talk)
    is_visit = talk.kind is InteractionKind.VISIT
    counts = is_visit and not talk.is_invited
    touch(enterprise, happened, talk.next_contact_on)  # locks the enterprise: of two notes at once one sees the other
    why = cap.ensure_within(enterprise, happened, reason=talk.over_cap_reason) if counts else ""
    ticket = intake.submit(_demand(enterprise, talk), actor=actor) if talk.becomes else None
    noted = Interaction(
        steward_id=actor.user_id,
        enterprise_id=enterprise.id,
        kind=talk.kind,
        content=talk.content,
        occurred_at=happened,
        recorded_at=now,
        next_contact_on=talk.next_contact_on,
        ticket_id=ticket.id if ticket else None,
        is_invited=is_visit and talk.is_invited,
        over_cap_reason=why,
    )
    judging.open_judgement(noted, talk.content)
    db.session.add(noted)
    db.session.flush()
    _keep(noted, talk.photos)
    talk_drafts.drop(actor=actor)
    if is_visit:
        counting.settle_visit(enterprise.id, noted.steward_id, happened)
    _record(noted, actor=actor, standing=standing)
    notices.tell_members(enterprise.id, f"{actor.name}记录了一次{talk.kind.label}，请确认", about=f"interaction.{noted.id}")
    return noted


@operation
def turn_into_ticket(noted: Interaction, *, actor: Actor, kind: TicketKind, subject: str = "") -> Ticket:
    """转为诉求办件：the demand in what was noted goes on the line. Once; raises Refused when it has become one already."""
    if noted.ticket_id is not None:
        raise Refused("这次互动已经转为诉求办件。")
    _standing(noted.enterprise, actor)
    talk = Talk(noted.kind, noted.content, becomes=kind, subject=subject)
    ticket = intake.submit(_demand(noted.enterprise, talk), actor=actor)
    taken = update(Interaction).where(Interaction.id == noted.id, Interaction.ticket_id.is_(None))
    if not db.session.connection().execute(taken.values(ticket_id=ticket.id)).rowcount:
        raise Refused("这次互动已经转为诉求办件。")
    log.record("turn_into_ticket", object_type="interaction", object_id=noted.id, actor=actor, ticket_id=ticket.id,
               details={"enterprise": noted.enterprise_id})
    return ticket


def ensure_happened(moment: datetime) -> None:
    """Raise BadInput for what has not happened yet, or more than a year ago. ``moment`` is aware."""
    now = clock.now()
    if moment > now:
        raise BadInput("互动时间不能晚于现在。")
    if moment < now - OLDEST:
        raise BadInput("只能补记一年以内的互动。")


def ensure_ahead(day: date) -> None:
    """Raise BadInput for a next contact before today, or more than a year away; ``day`` is a Shanghai date."""
    today = shanghai.today()
    if not today <= day <= today + FURTHEST:
        raise BadInput("下次联系的日期应在今天之后一年以内。")


def is_late(noted: Any) -> bool:
    """补录：written down more than a day after it happened. Takes an interaction or a plain row of one."""
    return noted.recorded_at - noted.occurred_at > LATE_AFTER and not noted.is_exchange


def get_own(actor: Actor, interaction_id: int) -> Interaction:
    """The interaction that the actor noted, with an enterprise that is still theirs; NotFound otherwise."""
    rows = select(Interaction).where(
        Interaction.id == interaction_id,
        Interaction.steward_id == actor.user_id,
        Interaction.enterprise_id.in_(scope.stewarded_by(actor.user_id)),
    )
    return the_one(rows)


def number_of_ticket(noted: Interaction) -> str:
    """The number of the ticket an interaction became; empty when it became none."""
    return db.session.scalar(select(Ticket.number).where(Ticket.id == noted.ticket_id)) or ""


def of_enterprise(
    enterprise: Enterprise, *, actor: Actor, before: int | None = None, limit: int = 20
) -> list[Any]:
    """Interactions with an enterprise, newest first, ``limit`` and one more: the last tells whether there are older.

    ``before`` is the id of the last one shown. Rows carry the steward's name and the number of the ticket.
    """
    rows = _TALKS if before is None else _TALKS.where(_is_older_than(before))
    return list(plain_rows(rows, {"enterprise": enterprise.id, "most": limit + 1} | asked_by(actor)))


def days_ahead() -> list[tuple[str, date]]:
    """The days offered for the next contact: tomorrow, in three days, next Monday, each moved on to a working day."""
    today = shanghai.today()
    offered = (("明天", 1), ("3 天后", 3), ("下周一", 7 - today.weekday()))
    calendar = rulebook.lately().calendar
    found: dict[date, str] = {}
    for words, ahead in offered:
        meant = today + timedelta(days=ahead)
        day = _working_day_from(calendar, meant)
        found.setdefault(day, words if day == meant else f"{day.month}月{day.day}日")
    return [(words, day) for day, words in found.items()]


def _standing(enterprise: Enterprise, actor: Actor) -> Standing:
    posts = actor.posts_as(Role.STEWARD)
    mine = scope.stewarded_by(actor.user_id).where(Stewardship.enterprise_id == enterprise.id)
    if not posts or db.session.scalar(mine.limit(1)) is None:
        raise NotAllowed
    return posts[0]


def _ensure_sound(talk: Talk) -> None:
    if not talk.content.strip():
        raise BadInput("请写谈了什么。")
    if len(talk.content) > CONTENT_LIMIT:
        raise BadInput(f"最多 {CONTENT_LIMIT} 字，现有 {len(talk.content)} 字。")
    if talk.occurred_at:
        ensure_happened(talk.occurred_at)
    if talk.next_contact_on:
        ensure_ahead(talk.next_contact_on)


def _demand(enterprise: Enterprise, talk: Talk) -> intake.Demand:
    assert talk.becomes is not None
    channel = Channel.VISIT if talk.kind is InteractionKind.VISIT else Channel.STEWARD
    return intake.Demand(enterprise, talk.subject or _first_sentence(talk.content), talk.content, kind=talk.becomes,
                         channel=channel)


def _first_sentence(content: str) -> str:
    ends = [place for mark in ENDS_OF_SENTENCE if (place := content.find(mark)) > 0]
    return content[: min([SUBJECT_TAKEN, *ends])].strip()


def _keep(noted: Interaction, photos: Sequence[Attachment]) -> None:
    for photo in photos:
        photo.interaction_id, photo.draft_key, photo.is_public = noted.id, None, True


def touch(enterprise: Enterprise, happened: datetime, next_contact_on: date | None = None) -> None:
    """The lists' own columns: a promise is kept by any contact on its day or after it."""
    kept_on = shanghai.day_of(happened)
    still_ahead = case((Enterprise.next_contact_on > kept_on, Enterprise.next_contact_on), else_=None)
    later = case((Enterprise.quiet_since < happened, happened), else_=Enterprise.quiet_since)
    db.session.execute(
        update(Enterprise)
        .where(Enterprise.id == enterprise.id)
        .values(quiet_since=later, next_contact_on=next_contact_on or still_ahead)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(enterprise, ["quiet_since", "next_contact_on"])


def _record(noted: Interaction, *, actor: Actor, standing: Standing) -> None:
    stated = f"{noted.id}\n{noted.occurred_at.isoformat()}\n{noted.content}"
    log.record(
        "log_interaction",
        object_type="interaction",
        object_id=noted.id,
        actor=actor,
        standing=standing,
        details={
            "enterprise": noted.enterprise_id,
            "kind": str(noted.kind),
            "occurred_at": noted.occurred_at.isoformat(),
            "digest": hashlib.sha256(stated.encode()).hexdigest(),
            "ticket": noted.ticket_id,
            "over_cap": True if noted.over_cap_reason else None,
        },
    )


def _is_older_than(interaction_id: int) -> Any:
    shown = select(Interaction.occurred_at).where(Interaction.id == interaction_id).scalar_subquery()
    same_moment = (Interaction.occurred_at == shown) & (Interaction.id < interaction_id)
    return (Interaction.occurred_at < shown) | same_moment


def _working_day_from(calendar: WorkCalendar, day: date) -> date:
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


_TALKS = (
    select(
        Interaction.id, Interaction.kind, Interaction.content, Interaction.occurred_at, Interaction.recorded_at,
        Interaction.next_contact_on, Interaction.is_invited, Interaction.over_cap_reason, Interaction.effect,
        Interaction.flaw, Interaction.is_exchange, Interaction.steward_id, User.name.label("steward"), Ticket.number,
    )
    .join(User, User.id == Interaction.steward_id)
    .outerjoin(Ticket, Ticket.id == Interaction.ticket_id)
    .where(Interaction.enterprise_id == bindparam("enterprise"), open_to_asker(Interaction.ticket_id))
    .order_by(Interaction.occurred_at.desc(), Interaction.id.desc())
    .limit(bindparam("most", type_=Integer))
)
