"""The statements behind a dossier: each built once and kept, with the ticket as its parameter."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from models.access import Post, User
from models.base import LabelledEnum, UTCDateTime, written
from models.clocks import Clock, ClockPause
from models.directory import Organisation, Stewardship
from models.log import Event, EventWords
from models.supervision import Supervision
from models.tickets import Act, Attachment, Proposal, Ticket, UnitOrder
from operations.tickets.avoidance import IN_THE_CHAIN

COUNTED = 1000
# The rail, the clock and 回避 are told from these, however far back they lie.
TOLD = sorted({
    *IN_THE_CHAIN, Act.SUBMIT, Act.REQUEST_SUPPLEMENT, Act.SUPPLEMENT, Act.SEND_BACK, Act.FOLLOW_UP, Act.REWORK,
    Act.RATE, Act.LAPSE_RATING, Act.LAPSE_SUPPLEMENT, Act.WITHDRAW, Act.REOPEN, Act.MERGE, Act.UNMERGE,
    Act.REPORT_REFUSAL, Act.ORDER_HANDLING, Act.VETO_REFUSAL, Act.CONCLUDE_REFUSAL,
})
MOVED = "move_clocks"  # a published calendar
MOVE_DEADLINES = sorted({
    Act.ACCEPT, Act.REQUEST_SUPPLEMENT, Act.SUPPLEMENT, Act.DISPATCH, Act.SEND_BACK, Act.TRANSFER, Act.GRANT_EXTENSION,
    Act.ENTER_ON_LEDGER, Act.RESUME_FROM_LEDGER, Act.STRIKE_OFF, Act.REPORT_RESULT, Act.REWORK, Act.REOPEN, Act.MERGE,
    Act.UNMERGE, Act.INSTRUCT, Act.RETURN_INSTRUCTION, Act.SUPERVISE, MOVED,
})


class Kind(LabelledEnum):
    """Which events the timeline shows."""

    ALL = "all", "全部"
    PUBLIC = "public", "企业可见"
    DEADLINES = "deadlines", "时限变化"


THE_TICKET: Any = bindparam("ticket_id")
NOW: Any = bindparam("now", type_=UTCDateTime())
Proposer, Decider, Signer = aliased(User), aliased(User), aliased(User)
Issuer, Receiver = aliased(Organisation), aliased(Organisation)

# Told with the ticket itself, so that nothing is read where there is nothing.
COUNTS = (
    select(func.count()).where(Attachment.ticket_id == Ticket.id, Attachment.discarded_at.is_(None)).scalar_subquery(),
    select(func.count()).where(Supervision.ticket_id == Ticket.id).scalar_subquery(),
)
ORDERS = (
    select(*UnitOrder.__table__.c, Organisation.name, Organisation.short_name, Organisation.path)
    .add_columns(Signer.name.label("signer"))
    .join(Organisation, Organisation.id == UnitOrder.unit_id)
    .outerjoin(Signer, Signer.id == UnitOrder.signed_by_id)
    .where(UnitOrder.ticket_id == THE_TICKET)
    .order_by(UnitOrder.id)
)
PAUSES = select(func.count()).where(ClockPause.clock_id == Clock.id).scalar_subquery()
PAUSED_FOR = (
    select(ClockPause.reason)
    .where(ClockPause.clock_id == Clock.id)
    .order_by(ClockPause.id.desc())
    .limit(1)
    .scalar_subquery()
)
CLOCKS = (
    select(*Clock.__table__.c, PAUSES.label("pauses"), PAUSED_FOR.label("paused_for"))
    .where(Clock.ticket_id == THE_TICKET)
    .order_by(Clock.id)
)
PROPOSALS = (
    select(*Proposal.__table__.c, Proposer.name.label("asked_by"), Decider.name.label("decided_by"))
    .join(Proposer, Proposer.id == Proposal.proposed_by_id)
    .outerjoin(Decider, Decider.id == Proposal.decided_by_id)
    .where(Proposal.ticket_id == THE_TICKET)
    .order_by(Proposal.id)
)
SUPERVISIONS = (
    select(Supervision, Issuer.short_name.label("issuer"), Receiver.short_name.label("receiver"))
    .outerjoin(Issuer, Issuer.id == Supervision.issuer_id)
    .outerjoin(Receiver, Receiver.id == Supervision.receiver_id)
    .where(Supervision.ticket_id == THE_TICKET)
    .order_by(Supervision.id.desc())
)
STEWARDS = (
    select(User.id, User.name, User.phone, Stewardship.kind)
    .join(Stewardship, Stewardship.steward_id == User.id)
    .where(
        Stewardship.enterprise_id == bindparam("enterprise_id"),
        Stewardship.started_at <= NOW,
        or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > NOW),
    )
    .order_by(Stewardship.kind, Stewardship.id)
)
FILES = (
    select(Attachment.public_id, Attachment.event_seq, Attachment.file_name, Attachment.size, Attachment.is_public)
    .where(Attachment.ticket_id == THE_TICKET, Attachment.discarded_at.is_(None))
    .order_by(Attachment.id)
)


@cache
def events(kind: Kind = Kind.ALL, *, is_older: bool = False) -> Select[*tuple[Any, ...]]:
    """The newest ``size`` events of a kind (before ``before`` when asked), the told ones, and how many there are."""
    wanted = [Event.of_ticket(THE_TICKET), *_only(kind)]
    if is_older:
        wanted.append(Event.seq < bindparam("before"))
    newest = select(Event.seq).where(*wanted).order_by(Event.seq.desc()).limit(bindparam("size"))
    some = select(Event.seq).where(*wanted).limit(COUNTED).subquery()
    counted = select(func.count()).select_from(some).scalar_subquery().label("counted")
    is_shown = Event.seq.in_(newest)
    return _told(is_shown.label("is_shown"), counted).where(or_(is_shown, Event.action.in_(written(TOLD))))


@cache
def events_since() -> Select[*tuple[Any, ...]]:
    """What happened after event ``seq``, newest first, at most ``size`` of them."""
    return _told().where(Event.seq > bindparam("seq")).limit(bindparam("size"))


def _only(kind: Kind) -> list[ColumnElement[bool]]:
    if kind is Kind.PUBLIC:
        return [Event.is_public.is_(True)]
    return [Event.action.in_(written(MOVE_DEADLINES))] if kind is Kind.DEADLINES else []


def _told(*more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(Event.seq, Event.at, Event.action, Event.round, Event.source, Event.target, Event.is_public, Event.body,
               Event.actor_id, EventWords.words, User.name, Post.role, Organisation.short_name, *more)
        .outerjoin(EventWords, EventWords.of_ticket(THE_TICKET))
        .outerjoin(User, User.id == Event.actor_id)
        .outerjoin(Post, Post.id == Event.post_id)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .where(Event.of_ticket(THE_TICKET))
        .order_by(Event.seq.desc())
    )
