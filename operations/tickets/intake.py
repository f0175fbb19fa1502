"""受理: a demand arrives, is completed, and is taken in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, select

from models import clock
from models.access import Role
from models.base import db
from models.directory import Enterprise, Organisation, Region
from models.log import Event
from models.notices import NoticeKind
from models.tickets import (
    Act,
    Attachment,
    Channel,
    Difficulty,
    OrderOutcome,
    Round,
    Status,
    Ticket,
    TicketKind,
    Urgency,
)
from operations import notices
from operations.access.actor import SYSTEM, Actor
from operations.access.scope import OFFICIALS
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, Refused
from operations.insight import indexing
from operations.supervision.letters import issuing
from operations.tickets import accused, numbers
from operations.tickets.advance import advance, begin
from operations.tickets.coordination import end_order, open_orders
from operations.tickets.ledger import leave_ledger

SUBJECT_LIMIT, CONTENT_LIMIT = 100, 4000
_REGION_PATH = select(Region.path).where(Region.id == bindparam("of_region")).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Demand:
    """诉求 as somebody states it, before it is a ticket.

    ``recorded_at`` is set where the demand was made earlier and elsewhere: an import submits it at its own time.
    ``promised_on`` is the day by which a meeting wants it done. ``accused``: whom a complaint or a report is about.
    """

    enterprise: Enterprise
    subject: str
    content: str
    kind: TicketKind = TicketKind.HELP
    urgency: Urgency = Urgency.ORDINARY
    category: str = ""
    channel: Channel = Channel.PLATFORM
    external_number: str | None = None
    contact_name: str = ""
    contact_phone: str = ""
    attachments: Sequence[Attachment] = field(default_factory=tuple)
    recorded_at: datetime | None = None
    promised_on: date | None = None
    accused: Organisation | None = None


@operation
def submit(demand: Demand, *, actor: Actor) -> Ticket:
    """提交：put a demand on the line; the acceptance clock starts and the steward is told. Returns the ticket."""
    _ensure_sayable(demand)
    _ensure_of_others(demand, actor)
    ticket = _insert(demand, actor)
    about = accused.name_at_intake(ticket, demand.accused, actor=actor) if demand.accused else None
    db.session.add(Round(ticket_id=ticket.id, number=1, opened_at=ticket.submitted_at))
    indexing.index_ticket(ticket)
    standing = begin(
        ticket,
        actor=actor,
        attachments=demand.attachments,
        digest=content_digest(ticket),
        kind=str(ticket.kind),
        channel=str(ticket.channel),
        enterprise=ticket.enterprise_id,
        recorded_at=demand.recorded_at.isoformat() if demand.recorded_at else None,
        promised_on=demand.promised_on.isoformat() if demand.promised_on else None,
        accused=about,
    )
    for attachment in demand.attachments:
        attachment.ticket_id, attachment.draft_key = ticket.id, None
    if standing.role is not Role.SYSTEM:
        notices.tell_stewards(ticket, f"新诉求：{ticket.subject}", kind=NoticeKind.TICKET)
    return ticket


@operation
def request_supplement(ticket: Ticket, *, actor: Actor, missing: str, version: int | None = None) -> None:
    """一次性告知：list everything that is missing, once; the enterprise has the ball (domain.md §4)."""
    standing = advance(ticket, Act.REQUEST_SUPPLEMENT, actor=actor, words=missing, version=version)
    ticket.supplement_requested_at = clock.now()
    issuing.give_supplement_notice(ticket, actor=actor, office=standing, missing=missing)
    notices.tell_enterprise(ticket, f"请补正材料：{ticket.subject}", words=missing)


@operation
def supplement(
    ticket: Ticket, *, actor: Actor, text: str, attachments: Sequence[Attachment] = (), version: int | None = None
) -> None:
    """补正：what was missing arrives; the acceptance clock goes on."""
    if not text.strip() and not attachments:
        raise BadInput("请写明补充内容，或上传材料。")
    advance(ticket, Act.SUPPLEMENT, actor=actor, words=text, attachments=attachments, version=version)
    for attachment in attachments:
        attachment.ticket_id, attachment.draft_key = ticket.id, None
    notices.tell_stewards(ticket, f"企业已补正：{ticket.subject}", kind=NoticeKind.TICKET)


@operation
def lapse_supplement(ticket: Ticket) -> None:
    """视为撤回：the supplement never came; the enterprise is told."""
    advance(ticket, Act.LAPSE_SUPPLEMENT, actor=SYSTEM)
    notices.tell_enterprise(ticket, f"逾期未补正，视为撤回：{ticket.subject}")


@operation
def accept(
    ticket: Ticket,
    *,
    actor: Actor,
    category: str,
    difficulty: Difficulty,
    is_confidential: bool = False,
    version: int | None = None,
) -> None:
    """受理：take the ticket in; whoever was asked first owns it until dispatch (首问负责)."""
    advance(ticket, Act.ACCEPT, actor=actor, words=category, version=version, difficulty=str(difficulty))
    ticket.category = category
    ticket.difficulty = difficulty
    ticket.is_confidential = is_confidential


@operation
def withdraw(ticket: Ticket, *, actor: Actor, reason: str, version: int | None = None) -> None:
    """撤回：by the enterprise, before the result; kept and counted."""
    notices.tell_handlers(ticket, f"企业已撤回：{ticket.subject}")
    advance(ticket, Act.WITHDRAW, actor=actor, words=reason, version=version)
    for order in open_orders(ticket):
        end_order(ticket, order, OrderOutcome.WITHDRAWN)
    leave_ledger(ticket)


def similar_open(enterprise: Enterprise, subject: str, *, seen: ColumnElement[bool]) -> list[Ticket]:
    """Open tickets of the enterprise that share words with ``subject``: shown before sending, newest first.

    ``seen`` is the condition on ``tickets`` of who is shown them.
    """
    rows = select(Ticket).where(Ticket.enterprise_id == enterprise.id, Ticket.closed_at.is_(None), seen)
    wanted = _bigrams(subject)
    recent = db.session.scalars(rows.order_by(Ticket.id.desc()).limit(50))
    return [ticket for ticket in recent if len(wanted & _bigrams(ticket.subject)) >= 3][:5]


def content_digest(ticket: Ticket) -> str:
    """摘要 of what was submitted, as printed on the receipt: SHA-256 over number, moment, subject and content."""
    stated = "\n".join((ticket.number, ticket.submitted_at.isoformat(), ticket.subject, ticket.content))
    return hashlib.sha256(stated.encode()).hexdigest()


def submission_event(ticket: Ticket) -> Event:
    """The sealed event of the submission: what the receipt's QR leads to."""
    rows = select(Event).where(Event.of_ticket(ticket.id), Event.action == Act.SUBMIT)
    return db.session.scalars(rows).one()


def _ensure_sayable(demand: Demand) -> None:
    if not demand.subject.strip() or len(demand.subject) > SUBJECT_LIMIT:
        raise BadInput(f"主题不能为空，也不能超过 {SUBJECT_LIMIT} 字。")
    if not demand.content.strip() or len(demand.content) > CONTENT_LIMIT:
        raise BadInput(f"内容不能为空，也不能超过 {CONTENT_LIMIT} 字。")


def _ensure_of_others(demand: Demand, actor: Actor) -> None:
    if actor.holds(*OFFICIALS) and accused.is_about_ones_own(actor, demand.accused):
        raise accused.AboutOnesOwn


def _insert(demand: Demand, actor: Actor) -> Ticket:
    enterprise = demand.enterprise
    row = {
        "subject": demand.subject,
        "content": demand.content,
        "kind": demand.kind,
        "urgency": demand.urgency,
        "category": demand.category,
        "channel": demand.channel,
        "external_number": demand.external_number,
        "is_confidential": False,
        "enterprise_id": enterprise.id,
        "region_id": enterprise.region_id,
        "submitted_by_id": actor.user_id,
        "contact_name": demand.contact_name or enterprise.contact_name,
        "contact_phone": demand.contact_phone or enterprise.contact_phone,
        "status": Status.SUBMITTED,
        "round": 1,
        "submitted_at": clock.now(),
        "promised_on": demand.promised_on,
        "is_provisional": False,
        "rung": 0,
        "version": 1,
    }
    inserting = insert_ignoring(Ticket).values(region_path=_REGION_PATH).returning(Ticket)
    for _ in range(numbers.TRIES):  # the unique key decides which number is free and whether the message is known
        made = db.session.scalar(inserting, {"number": numbers.draw(), "of_region": enterprise.region_id, **row})
        if made is not None:
            return made
        if demand.external_number and _known(demand):
            raise Refused(f"该渠道编号 {demand.external_number} 已经登记过。")
    raise Refused("暂时取不到编号，请再提交一次。")


def _known(demand: Demand) -> bool:
    rows = select(Ticket.id).where(Ticket.channel == demand.channel, Ticket.external_number == demand.external_number)
    return db.session.scalar(rows) is not None


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
