"""The signs of a unit: pauses, closings and extensions at the last minute, returns, copied words, ratings."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from models import clock
from models.base import UTCDateTime
from models.clocks import Clock, ClockKind, ClockOutcome, ClockPause
from models.directory import Organisation
from models.ratings import Rating, RatingSource
from models.tickets import DeadlineExtension, OrderOutcome, OrderRole, Proposal, ProposalKind, Result, Ticket, UnitOrder
from operations.clocks.shanghai import month_bounds
from operations.clocks.wording import moment
from operations.insight.monitor.elapsed import seconds_between
from operations.insight.monitor.signal import Policy, Signal

Returned = aliased(UnitOrder)
OF_A_TICKET: dict[str, Any] = {
    "whose": Organisation.id, "whose_name": Organisation.short_name, "peers": Organisation.kind,
    "region_path": Ticket.region_path, "title": Ticket.subject, "number": Ticket.number, "link": "/tickets/{number}",
    "ticket_id": Ticket.id,
}
CASE_OF = {
    table: (Clock.ticket_id == table.ticket_id) & (Clock.round == table.round) & (Clock.kind == ClockKind.HANDLING)
    for table in (Result, Proposal)
}
EARLIER_DUE = func.coalesce(DeadlineExtension.due_before, Clock.due_at, type_=UTCDateTime())


def cases() -> Select[Any]:
    """Case clocks, at the unit that leads."""
    rows = _of_a_ticket(_select(Clock.started_at, Clock.paused_at).select_from(Clock), Clock)
    led = rows.join(Organisation, Organisation.id == Ticket.lead_unit_id)
    return led.where(Clock.kind == ClockKind.HANDLING)


def results() -> Select[Any]:
    """Results with the case clock of their round."""
    rows = _select(Result.reported_at, Clock.due_at, Clock.stopped_at, Result.text).select_from(Result)
    return _at_unit(_of_a_ticket(rows, Result), Result).join(Clock, CASE_OF[Result] & Clock.stopped_at.is_not(None))


def leads() -> Select[Any]:
    """Lead orders."""
    rows = _select(UnitOrder.ordered_at, UnitOrder.ended_at).select_from(UnitOrder)
    return _at_unit(_of_a_ticket(rows, UnitOrder), UnitOrder).where(UnitOrder.role == OrderRole.LEAD)


def extensions() -> Select[Any]:
    """Proposals of an extension with the due date that stood when they were made."""
    rows = _select(Proposal.proposed_at, EARLIER_DUE.label("due_at")).select_from(Proposal)
    joined = _at_unit(_of_a_ticket(rows, Proposal), Proposal).join(Clock, CASE_OF[Proposal])
    with_granted = joined.outerjoin(DeadlineExtension, DeadlineExtension.proposal_id == Proposal.id)
    return with_granted.where(Proposal.kind == ProposalKind.EXTENSION)


def ratings() -> Select[Any]:
    """Ratings whose source is known, at the unit that reported the round's result. Never who rated, nor the source."""
    rows = _select(Rating.rated_at, Rating.channel).select_from(Rating)
    rows = _of_a_ticket(rows, Rating).join(RatingSource, RatingSource.rating_id == Rating.id)
    rows = rows.join(Result, (Result.ticket_id == Rating.ticket_id) & (Result.round == Rating.round))
    return rows.join(Organisation, Organisation.id == Result.unit_id)


def _select(*columns: Any) -> Select[Any]:
    return select(*columns)


def _of_a_ticket(rows: Select[Any], table: Any) -> Select[Any]:
    return rows.join(Ticket, Ticket.id == table.ticket_id)


def _at_unit(rows: Select[Any], table: Any) -> Select[Any]:
    return rows.join(Organisation, Organisation.id == table.unit_id)


def was_paused(_policy: Policy, _month: date) -> ColumnElement[bool]:
    """It stood still at least once."""
    return select(ClockPause.id).where(ClockPause.clock_id == Clock.id).correlate(Clock).exists()


def time_paused() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Seconds that the case clock stood still, and those from its start to its end or to now: by the clock on the wall,
    which is as fair to the one as to the other and needs no calendar for each row."""
    until = func.coalesce(Clock.stopped_at, literal(clock.now(), UTCDateTime()), type_=UTCDateTime())
    ended = func.coalesce(ClockPause.ended_at, until, type_=UTCDateTime())
    stood = select(func.coalesce(func.sum(seconds_between(ClockPause.started_at, ended)), 0))
    return (stood.where(ClockPause.clock_id == Clock.id).correlate(Clock).scalar_subquery(),
            seconds_between(Clock.started_at, until))


def was_just_in_time(policy: Policy, _month: date) -> ColumnElement[bool]:
    """Reported in time, and within so many minutes of the due date."""
    left = seconds_between(Clock.stopped_at, Clock.due_at)
    return (Clock.outcome == ClockOutcome.MET) & (left <= policy["close_minutes"] * 60)


def was_returned_again(policy: Policy, _month: date) -> ColumnElement[bool]:
    """Sent back, on a ticket that was sent back so often."""
    times = select(func.count()).where(
        Returned.ticket_id == UnitOrder.ticket_id, Returned.outcome == OrderOutcome.SENT_BACK
    )
    often = times.correlate(UnitOrder).scalar_subquery() >= policy["returns"]
    return (UnitOrder.outcome == OrderOutcome.SENT_BACK) & often


def was_copied(policy: Policy, month: date) -> ColumnElement[bool]:
    """The same words as another result of the unit in the month."""
    begins, ends = month_bounds(month)
    other = aliased(Result)
    same = (
        select(other.unit_id, other.fingerprint)
        .where(other.reported_at >= begins, other.reported_at < ends, other.fingerprint.is_not(None))
        .group_by(other.unit_id, other.fingerprint)
        .having(func.count() >= policy["same_text"])
    )
    return tuple_(Result.unit_id, Result.fingerprint).in_(same)


def came_from_one_address(policy: Policy, month: date) -> ColumnElement[bool]:
    """From an address from which so many enterprises rated in the month."""
    begins, ends = month_bounds(month)
    other, source, ticket = aliased(Rating), aliased(RatingSource), aliased(Ticket)
    busy = (
        select(source.source)
        .join(other, other.id == source.rating_id)
        .join(ticket, ticket.id == other.ticket_id)
        .where(other.rated_at >= begins, other.rated_at < ends)
        .group_by(source.source)
        .having(func.count(ticket.enterprise_id.distinct()) >= policy["enterprises"])
    )
    return RatingSource.source.in_(busy)


def was_asked_last_minute(policy: Policy, _month: date) -> ColumnElement[bool]:
    """Asked for within so many minutes of the due date."""
    return seconds_between(Proposal.proposed_at, EARLIER_DUE) <= policy["extension_minutes"] * 60


SIGNALS = (
    Signal(
        name="paused", label="暂停计时", counted="办件", rows=cases, moment=Clock.started_at, row_id=Clock.id,
        hit=was_paused, spent=time_paused,
        about=lambda policy: "停着的时间（挂账、补正）占办件从起算到办结的全部时间；计入的是停过的办件",
        told=lambda row: f"{moment(row.started_at)} 起算{'，现在停着' if row.paused_at else ''}", **OF_A_TICKET,
    ),
    Signal(
        name="last-minute", label="临到期办结", counted="办结", rows=results, moment=Result.reported_at,
        row_id=Result.id, hit=was_just_in_time, **OF_A_TICKET,
        about=lambda policy: f"到期前 {policy['close_minutes']} 分钟内才办结报送的占全部办结",
        told=lambda row: f"{moment(row.stopped_at)} 办结，{moment(row.due_at)} 到期",
    ),
    Signal(
        name="returned", label="来回退件", counted="主办派单", rows=leads, moment=UnitOrder.ordered_at,
        row_id=UnitOrder.id, hit=was_returned_again, **OF_A_TICKET,
        about=lambda policy: f"退回过 {policy['returns']} 次以上的办件上，本单位退回的占主办派单",
        told=lambda row: f"{moment(row.ordered_at)} 派单，{moment(row.ended_at)} 退回",
    ),
    Signal(
        name="same-text", label="雷同结果", counted="办结", rows=results, moment=Result.reported_at, row_id=Result.id,
        hit=was_copied, told=lambda row: row.text, **OF_A_TICKET,
        about=lambda policy: f"当月与本单位另一件办理结果文字相同（{policy['same_text']} 件以上）的占全部办结",
    ),
    Signal(
        name="one-address", label="同址评价", counted="评价", rows=ratings, moment=Rating.rated_at, row_id=Rating.id,
        hit=came_from_one_address, **OF_A_TICKET,
        about=lambda policy: f"当月有 {policy['enterprises']} 家以上企业从同一网络地址评价的占全部评价；只比对加密摘要，不显示评价人和地址",
        told=lambda row: f"{moment(row.rated_at)} 评价，{row.channel.label}",
    ),
    Signal(
        name="last-hour", label="临到期延期", counted="延期申请", rows=extensions, moment=Proposal.proposed_at,
        row_id=Proposal.id, hit=was_asked_last_minute, **OF_A_TICKET,
        about=lambda policy: f"到期前 {policy['extension_minutes']} 分钟内才申请延期的占全部延期申请",
        told=lambda row: f"{moment(row.proposed_at)} 申请，{moment(row.due_at)} 到期",
    ),
)
