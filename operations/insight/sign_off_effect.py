"""签批的后果: what a signature would do to the time of a ticket, and what the approver must know of it first."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from models.tickets import Proposal, ProposalKind
from operations.clocks import shanghai
from operations.clocks.calendar import Limit
from operations.clocks.wording import moment, short_day, spent
from operations.insight.ticket_page.dossier import Dossier
from operations.insight.ticket_page.records import Paper, Record
from operations.tickets.proposals import close_of


def effect(d: Dossier, proposal: Proposal) -> list[tuple[str, str]]:
    """Term and value, for an extension, an entry on the ledger and striking off; nothing for what moves no date."""
    told = {ProposalKind.EXTENSION: _extension, ProposalKind.LEDGER: _ledger, ProposalKind.STRIKE_OFF: _strike_off}
    if proposal.kind not in told or d.case_clock is None:
        return []
    return [*_so_far(d, d.case_clock), *told[proposal.kind](d, proposal, d.case_clock)]


def _so_far(d: Dossier, running: Any) -> Iterator[tuple[str, str]]:
    calendar = d.rules.calendar
    used = calendar.office_seconds(running.started_at, running.paused_at or d.now)
    yield "原时限", f"{Limit.stored(running.limit).label}，{moment(running.started_at)} 起算"
    if running.original_due_at != running.due_at:
        yield "最初的到期", moment(running.original_due_at)
    yield "现在的到期", moment(running.due_at)
    yield "已过时间", f"{spent(used, calendar.day_seconds)}（工作时间，含暂停）" if running.pauses else spent(
        used, calendar.day_seconds)
    yield "以前的延期", "；".join(_earlier(one) for one in d.papers(Paper.EXTENSION)) or "没有"


def _earlier(one: Record) -> str:
    return f"第 {one.round} 轮 {moment(one.ended_at)} → {moment(one.until)}（{one.person}）"


def _extension(d: Dossier, proposal: Proposal, running: Any) -> Iterator[tuple[str, str]]:
    assert proposal.until is not None
    calendar, after = d.rules.calendar, close_of(proposal.until)
    more = calendar.office_seconds(running.due_at, after) / calendar.day_seconds
    yield "批准后的到期", f"{moment(after)}　多 {more:g} 个工作日"
    if more >= 1 and more.is_integer():
        words = calendar.explain(running.due_at, Limit(int(more), "d"))
        yield "新日期怎么算的", words.replace(" 收到", " 现在到期", 1)
    yield "不批准", f"仍按 {moment(running.due_at)} 到期，照常计时"


def _ledger(d: Dossier, proposal: Proposal, running: Any) -> Iterator[tuple[str, str]]:
    assert proposal.until is not None
    calendar = d.rules.calendar
    resumed = calendar.add_office_seconds(close_of(proposal.until - timedelta(days=1)), 0)
    entries = d.papers(Paper.LEDGER)
    yield "以前的挂账", f"{len(entries)} 次" if entries else "没有"
    if d.now > running.due_at:
        yield "批准后的到期", f"不变：{moment(running.due_at)} 已经到期，挂账不销超时"
    else:
        due_at = calendar.resume_due(d.now, running.due_at, resumed)
        left = spent(calendar.office_seconds(d.now, running.due_at), calendar.day_seconds)
        yield "批准后的到期", f"各时限停住，余 {left}；{short_day(proposal.until)}自动恢复，约 {moment(due_at)} 到期"


def _strike_off(d: Dossier, proposal: Proposal, running: Any) -> Iterator[tuple[str, str]]:
    calendar = d.rules.calendar
    entry = d.ledger_entry
    if entry is not None:
        yield "挂账", f"{moment(entry.at)} 起，已 {(shanghai.today() - shanghai.day_of(entry.at)).days} 天"
    if running.paused_at is not None:
        due_at = calendar.resume_due(running.paused_at, running.due_at, d.now)
        yield "批准后的到期", f"现在恢复计时，{moment(due_at)} 到期"
