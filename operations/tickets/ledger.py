"""挂账与销号: a ticket that cannot move now stands on the ledger with a review date; its clocks are paused, not edited."""

from datetime import date, timedelta

from sqlalchemy import select

from models import clock
from models.base import db
from models.tickets import Act, LedgerClass, LedgerEntry, Proposal, Ticket
from operations import notices
from operations.access.actor import SYSTEM, Actor
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.errors import BadInput, Refused
from operations.tickets.advance import advance


def enter(ticket: Ticket, proposal: Proposal, *, actor: Actor, version: int | None = None) -> None:
    """挂账：the supervisor grants what the unit's leader proposed; every clock of the ticket pauses."""
    assert proposal.ledger_class is not None and proposal.until is not None
    advance(ticket, Act.ENTER_ON_LEDGER, actor=actor, words=proposal.reason, version=version,
            ledger_class=str(proposal.ledger_class), review_on=proposal.until.isoformat())
    db.session.add(
        LedgerEntry(
            ticket_id=ticket.id,
            round=ticket.round,
            unit_id=proposal.unit_id,
            proposal_id=proposal.id,
            ledger_class=proposal.ledger_class,
            evidence=proposal.reason,
            review_on=proposal.until,
            entered_by_id=actor.user_id,
            entered_at=clock.now(),
        )
    )
    notices.tell_enterprise(ticket, f"暂缓办理（{proposal.ledger_class.label}）：{ticket.subject}", words=proposal.reason)


def strike_off(ticket: Ticket, proposal: Proposal, *, actor: Actor, version: int | None = None) -> None:
    """销号：the reviewer strikes off on evidence, the enterprise's word and the leader's signature; clocks go on."""
    entry = _open_entry(ticket)
    advance(ticket, Act.STRIKE_OFF, actor=actor, words=proposal.reason, version=version)
    entry.left_at = entry.struck_off_at = clock.now()
    entry.struck_off_by_id = actor.user_id
    notices.tell_handlers(ticket, f"已销号，恢复办理：{ticket.subject}")


@operation
def resume_from_ledger(ticket: Ticket) -> None:
    """挂账到期恢复：the review date has come; the clocks go on by themselves."""
    entry = _open_entry(ticket)
    advance(ticket, Act.RESUME_FROM_LEDGER, actor=SYSTEM)
    entry.left_at = clock.now()
    notices.tell_handlers(ticket, f"挂账复核日已到，恢复计时：{ticket.subject}")


def leave_ledger(ticket: Ticket) -> None:
    """The ticket has left the line: what stood on the ledger is no longer reviewed."""
    entries = select(LedgerEntry).where(LedgerEntry.ticket_id == ticket.id, LedgerEntry.left_at.is_(None))
    for entry in db.session.scalars(entries):
        entry.left_at = clock.now()


def due_for_review() -> list[Ticket]:
    """Tickets whose review date is today or past, oldest first."""
    today = shanghai.today()
    rows = select(Ticket).join(LedgerEntry, LedgerEntry.ticket_id == Ticket.id)
    due = rows.where(LedgerEntry.left_at.is_(None), LedgerEntry.review_on <= today)
    return list(db.session.scalars(due.order_by(LedgerEntry.review_on, LedgerEntry.id)))


def ensure_allowed(ledger_class: LedgerClass | None, review_on: date | None) -> None:
    """A class and a review date at most 90 days ahead (setting); raises BadInput."""
    if ledger_class is None or review_on is None:
        raise BadInput("请选择挂账类别并填写复核日期。")
    today = shanghai.today()
    latest = today + timedelta(days=rulebook.current().policy("ledger")["review_days"])
    if not today < review_on <= latest:
        raise BadInput(f"复核日期应在今天之后，最晚 {latest:%Y年%m月%d日}。")


def _open_entry(ticket: Ticket) -> LedgerEntry:
    entries = select(LedgerEntry).where(LedgerEntry.ticket_id == ticket.id, LedgerEntry.left_at.is_(None))
    entry = db.session.scalar(entries)
    if entry is None:
        raise Refused("本件没有挂账。")
    return entry
