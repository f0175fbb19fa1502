"""发文 by people: 提示函, 工作提醒函 and 通报, one to units or one for each picked ticket, with a result per ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models import clock
from models.access import Post, Role
from models.base import db
from models.bulk import insert_rows
from models.clocks import ClockKind
from models.directory import Enterprise, Organisation
from models.letters import Letter, LetterAddressee, LetterKind
from models.notices import NoticeKind
from models.tickets import Ticket
from operations import log, notices
from operations.access.actor import Actor, Standing
from operations.base import operation, remembered
from operations.clocks import clocks, rulebook
from operations.clocks.calendar import Limit
from operations.clocks.wording import moment_in_full
from operations.errors import BadInput, DomainError, NotAllowed, Refused
from operations.supervision.in_bulk import Outcome, Picked
from operations.supervision.letters import raising, templates
from operations.supervision.letters.heads import heads_of, office_of
from operations.supervision.letters.orders import explained
from operations.supervision.letters.proof import ISSUED
from operations.supervision.letters.receiving import UNIT
from operations.supervision.letters.sheet import Sheet, drawn
from operations.supervision.letters.writing import Draft, write
from operations.words import ensure_said

BY_HAND = (LetterKind.HINT, LetterKind.REMINDER, LetterKind.BULLETIN)
WORDS_LIMIT, SUBJECT_LIMIT, MOST_UNITS, LONGEST_DAYS = 4000, 60, 50, 60
NO_NUMBER = "（发出时编号）"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for. ``subject`` where no ticket gives one; without ``answer_days`` no answer is due."""

    kind: LetterKind
    words: str
    subject: str = ""
    answer_days: int | None = None


@operation
def issue(units: Sequence[Organisation], *, actor: Actor, wanted: Wanted, ticket: Ticket | None = None) -> Letter:
    """发文：one letter to these units. Raises Refused without an addressee, NotAllowed for whom it is not."""
    office, draft = _drafted(units, actor, wanted, ticket)
    now = clock.now()
    letter_id = write([draft], now=now)[0]
    log.record(ISSUED, object_type="letter", object_id=letter_id, actor=actor, standing=office, at=now,
               ticket_id=ticket.id if ticket else None, details=draft.details)
    fires_at = raising.first_look(now, draft.answer_due_at, rules=rulebook.current())
    insert_rows(db.session.connection(), LetterAddressee.__table__, [
        {"letter_id": letter_id, "unit_id": unit.id, "returned_count": 0, "rung": 0, "fire_at": fires_at}
        for unit in units
    ])
    letter = db.session.get_one(Letter, letter_id)
    tell(letter, units, ticket)
    return letter


def preview(units: Sequence[Organisation], *, actor: Actor, wanted: Wanted, ticket: Ticket | None = None) -> Sheet:
    """The letter as it would be issued now. Writes nothing and takes no number."""
    _, draft = _drafted(units, actor, wanted, ticket)
    head = heads_of([draft.office_id])[draft.office_id]
    template = templates.current(wanted.kind, head.region_path)
    facts = draft.facts | {"发文机关": head.name, "联系方式": head.contact}
    return drawn(template, facts, number=NO_NUMBER, issued_at=clock.now())


def issue_each(picked: Sequence[Picked], *, actor: Actor, wanted: Wanted) -> list[Outcome]:
    """发文：one letter for each ticket, to the unit that has it; one refusal stops no other."""
    return [_attempt(item, actor, wanted) for item in one_per_ticket(picked)]


def one_per_ticket(picked: Sequence[Picked]) -> list[Picked]:
    """The first of each ticket's orders."""
    return list({item.ticket.id: item for item in reversed(picked)}.values())[::-1]


def objection_to(item: Picked) -> str | None:
    """What stands against a letter about this ticket."""
    if not item.ticket.is_open:
        return "办件已经办结，不再发函。"
    return None if item.order.receiver else "还没有责任单位，没有收文单位。"


@operation
def give_supplement_notice(ticket: Ticket, *, actor: Actor, office: Standing, missing: str) -> None:
    """一次性告知书：what the enterprise is told is missing, as a numbered paper, in the act that tells it."""
    if office.unit_id is None:
        return
    enterprise = db.session.get_one(Enterprise, ticket.enterprise_id)
    db.session.flush()
    until = clocks.find(ticket, ClockKind.SUPPLEMENT)
    draft = Draft(
        kind=LetterKind.SUPPLEMENT, office_id=office.unit_id, addressee=enterprise.name, ticket_id=ticket.id,
        issued_by_id=actor.user_id, post_id=office.post_id, answer_due_at=until.due_at if until else None,
        facts={
            "收文单位": enterprise.name, "办件号": ticket.number, "主题": ticket.subject, "企业": enterprise.name,
            "缺少材料": missing, "补正期限": moment_in_full(until.due_at) if until else "",
            "时限说明": explained(until) if until else "",
        },
    )
    letter_id = write([draft], now=clock.now())[0]
    log.record(ISSUED, object_type="letter", object_id=letter_id, actor=actor, standing=office, ticket_id=ticket.id,
               round=ticket.round, details=draft.details)


def _drafted(
    units: Sequence[Organisation], actor: Actor, wanted: Wanted, ticket: Ticket | None
) -> tuple[Standing, Draft]:
    office = office_of(actor)
    if office is None or office.unit_id is None or (wanted.kind, office.role) == (LetterKind.BULLETIN, Role.CLERK):
        raise NotAllowed
    if wanted.kind not in BY_HAND:
        raise BadInput("这种公文由系统随办理发出，不能手工发。")
    if not units:
        raise Refused("没有收文单位，不能发文。")
    if len(units) > MOST_UNITS:
        raise BadInput(f"一份公文最多发给 {MOST_UNITS} 个单位。")
    words = ensure_said(wanted.words, "请写明要说的内容。", most=WORDS_LIMIT)
    subject = ticket.subject if ticket else ensure_said(wanted.subject, "请填写事由。", most=SUBJECT_LIMIT)
    due_at = _answer_due(wanted.answer_days, clock.now())
    addressee = "，".join(unit.name for unit in units)
    draft = Draft(
        kind=wanted.kind, office_id=office.unit_id, addressee=addressee, ticket_id=ticket.id if ticket else None,
        issued_by_id=actor.user_id, post_id=office.post_id, answer_due_at=due_at,
        facts={
            "收文单位": addressee, "办件号": ticket.number if ticket else None, "主题": subject, "正文": words,
            "企业": db.session.get_one(Enterprise, ticket.enterprise_id).name if ticket else None,
            "答复期限": moment_in_full(due_at),
        },
    )
    return office, draft


def _answer_due(days: int | None, now: datetime) -> datetime | None:
    if not days:
        return None
    if not 0 < days <= LONGEST_DAYS:
        raise BadInput(f"答复期限为 1 到 {LONGEST_DAYS} 个工作日。")
    return rulebook.current().calendar.due(now, Limit(days, "d")).due_at


def _attempt(item: Picked, actor: Actor, wanted: Wanted) -> Outcome:
    number, subject, unit = item.ticket.number, item.ticket.subject, item.order.receiver
    name = unit.short_name if unit else "尚未派单"
    try:
        objection = objection_to(item)
        if objection or unit is None:
            raise Refused(objection)
        letter = issue([unit], actor=actor, wanted=wanted, ticket=item.ticket)
        words, is_done = f"已发出{letter.kind.label} {letter.number}", True
    except DomainError as refusal:
        words, is_done = str(refusal), False
    db.session.expire_all()
    return Outcome(number, subject, name, is_done, words)


def tell(letter: Letter, units: Sequence[Organisation], ticket: Ticket | None) -> None:
    """Queue one message for each officer and leader of the addressees: the first one delivered is the 送达."""
    ids = tuple(unit.id for unit in units)
    people = remembered(("addressees", ids), lambda: db.session.scalars(
        select(Post.user_id).where(Post.organisation_id.in_(ids), Post.role.in_(UNIT), Post.ended_at.is_(None))
    ).all())
    now = clock.now()
    later = notices.not_before(now)
    notices.queue([
        {"user_id": user_id, "kind": NoticeKind.SUPERVISION, "ticket_id": ticket.id if ticket else None,
         "subject": f"{letter.kind.label}：{letter.facts['主题']}"[:200], "words": "", "created_at": now,
         "dedup_key": notice_key(letter.id, user_id), "not_before": later}
        for user_id in sorted(set(people))
    ])


def notice_key(letter_id: int, user_id: int) -> str:
    """What the message about a letter is known by: when it was delivered is the first receipt."""
    return f"letter.{letter_id}.{user_id}"
