"""诉求进度: what the enterprise sees of its ticket: public events, never an internal note or an officer's phone."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from models.access import Post, Role, User
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Organisation
from models.log import Event, EventWords
from models.ratings import Rating
from models.supervision import Level
from models.tickets import Act, Attachment, OrderRole, Stage, Status, Ticket
from operations.clocks import clocks
from operations.clocks.calendar import Limit
from operations.clocks.lights import Light, light_of
from operations.clocks.wording import moment, short_day
from operations.insight.lines import plain_rows
from operations.tickets import attachments
from operations.tickets.situation import Situation

ENTRIES_SHOWN = 30
# Acts whose words are meant for the enterprise; of the others it sees that they happened.
WORDS_TOLD = frozenset({
    Act.REQUEST_SUPPLEMENT, Act.SUPPLEMENT, Act.ANSWER, Act.REPORT_RESULT, Act.REPLY, Act.REWORK, Act.RATE,
    Act.WITHDRAW, Act.REOPEN, Act.MERGE, Act.UNMERGE, Act.ENTER_ON_LEDGER, Act.MESSAGE, Act.TRANSFER,
    Act.CONCLUDE_REFUSAL, Act.AGREE_UNREASONABLE, Act.DECLINE_UNREASONABLE,
})
MILESTONES: dict[Act, Stage] = {
    Act.SUBMIT: Stage.ACCEPTANCE, Act.ACCEPT: Stage.ACCEPTANCE,
    Act.DISPATCH: Stage.COORDINATION, Act.TRANSFER: Stage.COORDINATION, Act.ANSWER: Stage.COORDINATION,
    Act.CONTACT: Stage.HANDLING, Act.GRANT_EXTENSION: Stage.HANDLING, Act.ENTER_ON_LEDGER: Stage.HANDLING,
    Act.REPORT_RESULT: Stage.HANDLING, Act.CONCLUDE_REFUSAL: Stage.HANDLING,
    Act.REPLY: Stage.REPLY, Act.FOLLOW_UP: Stage.FOLLOW_UP, Act.REWORK: Stage.FOLLOW_UP,
    Act.AGREE_UNREASONABLE: Stage.FOLLOW_UP, Act.DECLINE_UNREASONABLE: Stage.FOLLOW_UP,
    Act.RATE: Stage.RATING, Act.LAPSE_RATING: Stage.RATING,
}
OF_ANY_ROUND = (Stage.ACCEPTANCE, Stage.COORDINATION)  # a new round begins behind them
TO_COME = {
    Stage.ACCEPTANCE: "管家核对后受理", Stage.COORDINATION: "找到负责的单位", Stage.HANDLING: "责任单位办理",
    Stage.REPLY: "管家告诉您结果", Stage.FOLLOW_UP: "企业服务中心电话核实", Stage.RATING: "您来打分",
}
DUE_WORDS = {
    Status.SUBMITTED: "受理", Status.COORDINATING: "转到责任单位", Status.HANDLING: "办结",
    Status.HANDLED: "向您反馈", Status.REPLIED: "电话回访您",
}
TASKS = {Status.AWAITING_SUPPLEMENT: "补充材料", Status.FOLLOWED_UP: "评价"}
LIGHT_WORDS = {
    Light.GREEN: "按时办理中", Light.AMBER: "加紧办理中", Light.RED: "已超期", Light.DARK_RED: "已超期，二次督办",
    Light.HOLD: "暂停计时", Light.NONE: "已办结",
}


@dataclass(slots=True)
class Entry:
    """One thing that happened, as the enterprise may know it."""

    seq: int
    at: datetime
    act: Act
    who: str
    round: int
    words: str = ""
    is_mine: bool = False
    files: list[Attachment] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Station:
    """One of the six: ``state`` is done, now, late or empty; ``lines`` are what there is to say."""

    name: str
    state: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the enterprise may expect next, by when, and how that date came about."""

    light: Light
    words: str
    due_words: str
    explanation: str = ""
    is_provisional: bool = False


def entries(ticket: Ticket, *, before: int | None = None) -> tuple[list[Entry], int | None]:
    """A page of the public timeline, newest first, and the ``before`` of the next page, if there is one."""
    rows = _LATEST.where(Event.seq < before) if before else _LATEST
    found = [_entry(row, ticket) for row in plain_rows(rows, {"ticket": ticket.id})]
    shown = found[:ENTRIES_SHOWN]
    _name_units(shown)
    return shown, shown[-1].seq if len(found) > ENTRIES_SHOWN else None


def _name_units(shown: Sequence[Entry]) -> None:
    """Who was ordered: 主办 and 协办 by name, in place of the clerk's basis."""
    ordered = {entry.seq: entry.details.get("units") or [] for entry in shown}
    ids = {unit_id for units in ordered.values() for unit_id, _ in units}
    if not ids:
        return
    rows = db.session.execute(select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(ids)))
    names = {unit_id: name for unit_id, name in rows}
    for entry in shown:
        told = "，".join(f"{OrderRole(role).label}：{names[unit_id]}" for unit_id, role in ordered[entry.seq])
        entry.words = "\n".join(filter(None, (told, entry.words)))


def hand_out_files(ticket: Ticket, shown: Sequence[Entry]) -> list[Attachment]:
    """Put each public file beside the entry it came with; returns all of them for the list of materials."""
    files = attachments.of_ticket(ticket, with_internal=False)
    by_seq = {entry.seq: entry for entry in shown}
    for file in files:
        if file.event_seq in by_seq:
            by_seq[file.event_seq].files.append(file)
    return files


def milestones(ticket: Ticket) -> list[Entry]:
    """The public events that the rail is told from, oldest first."""
    return [_entry(row, ticket) for row in plain_rows(_MILESTONES, {"ticket": ticket.id})][::-1]


def stations(ticket: Ticket, told: Sequence[Entry], promise: Promise) -> list[Station]:
    """The six stations of this round."""
    here, is_late = _place(ticket, told), promise.light in (Light.RED, Light.DARK_RED)
    return [_station(ticket, stage, told, place - here, promise, is_late) for place, stage in enumerate(Stage)]


def promise_of(situation: Situation) -> Promise:
    """The light, the next date and its explanation (domain.md §5)."""
    ticket, running = situation.ticket, _governing(situation)
    light = light_of(ticket, situation.now)
    if ticket.status is Status.FOLLOWED_UP and running is not None and situation.is_rated:
        return Promise(Light.NONE, "已匿名评价", f"评价期满（{moment(running.due_at)}）自动办结")
    if ticket.status in TASKS and running is not None:
        return _promise(situation, running, Light.AMBER, f"请您{TASKS[ticket.status]}", f"最晚 {moment(running.due_at)}")
    if running is None:
        return Promise(Light.NONE, ticket.status.label, moment(ticket.closed_at))
    if running.paused_at is not None:
        return _promise(situation, running, Light.HOLD, LIGHT_WORDS[Light.HOLD], "挂账期间不计时，复核日恢复")
    due = "办结" if running.kind is ClockKind.HANDLING else DUE_WORDS.get(ticket.status, "办理")
    return _promise(situation, running, light, LIGHT_WORDS[light], _until(situation, running, due))


def _until(situation: Situation, running: Clock, due: str) -> str:
    if situation.now <= running.due_at:
        return f"最晚 {moment(running.due_at)} {due}"
    pressed = "，已督办责任单位" if situation.ticket.rung >= Level.FIRST.rung else ""
    return f"应于 {moment(running.due_at)} {due}{pressed}"


def asked_for(ticket: Ticket) -> str:
    """What the one-time notice asked the enterprise for, word for word; empty when there was none."""
    rows = select(EventWords.words).join(Event, EventWords.of_ticket(ticket.id))
    asked = rows.where(Event.of_ticket(ticket.id), Event.action == Act.REQUEST_SUPPLEMENT)
    return db.session.scalar(asked.order_by(Event.seq.desc()).limit(1)) or ""


def rating_of(ticket: Ticket) -> Rating | None:
    """The rating of this round, or of the case it is the proxy of, if it has been given: for the enterprise's own page
    only."""
    case_id = ticket.counted_case_id
    of_it = Rating.counted_case_id == case_id if case_id else Rating.ticket_id == ticket.id
    return db.session.scalar(select(Rating).where(of_it, Rating.round == ticket.round))


def _governing(situation: Situation) -> Clock | None:
    if situation.ticket.status is Status.AWAITING_SUPPLEMENT:
        return clocks.find(situation.ticket, ClockKind.SUPPLEMENT)
    ours = [one for one in situation.clocks if one.kind in clocks.GOVERNING]
    return situation.case_clock or min(ours, key=lambda one: one.due_at, default=None)


def _promise(situation: Situation, running: Clock, light: Light, words: str, due_words: str) -> Promise:
    explanation = situation.rules.calendar.explain(running.started_at, Limit.stored(running.limit))
    if running.due_at != running.original_due_at:
        explanation += f"；因延期或暂停，现为 {moment(running.due_at)}"
    return Promise(light, words, due_words, explanation, running.is_provisional)


def _place(ticket: Ticket, told: Sequence[Entry]) -> int:
    """How many stations lie behind: all six once it is closed, those it had passed when it left the line."""
    stage = ticket.status.stage
    if stage is None and ticket.status is not Status.CLOSED:
        reached = [MILESTONES[entry.act] for entry in told if entry.act is not Act.SUBMIT]
        return list(Stage).index(reached[-1]) + 1 if reached else 0
    return len(Stage) if stage is None else list(Stage).index(stage)


def _station(
    ticket: Ticket, stage: Stage, told: Sequence[Entry], offset: int, promise: Promise, is_late: bool
) -> Station:
    is_here = offset == 0 and ticket.is_open
    state = ("late" if is_late else "now") if is_here else "done" if offset < 0 else ""
    lines = list(_told_of(ticket, stage, told)) if offset <= 0 else []
    if stage is Stage.HANDLING and offset < 0 and not lines:
        lines = ["直接答复，不用转办"]
    if is_here:
        lines.append(promise.due_words if ticket.status not in TASKS else f"{promise.words}，{promise.due_words}")
    elif offset > 0 and ticket.is_open:
        lines.append(TO_COME[stage])
    return Station(stage.label, state, lines)


def _told_of(ticket: Ticket, stage: Stage, told: Sequence[Entry]) -> Iterator[str]:
    for entry in told:
        if MILESTONES[entry.act] is stage and (stage in OF_ANY_ROUND or entry.round == ticket.round):
            yield f"{moment(entry.at)}　{_line(entry, ticket)}"


def _line(entry: Entry, ticket: Ticket) -> str:
    match entry.act:
        case Act.SUBMIT:
            return "已提交" if entry.is_mine else f"{entry.who}代为提交"
        case Act.DISPATCH | Act.TRANSFER:
            return f"转{ticket.lead_unit.short_name}" if ticket.lead_unit else "已转责任单位"
        case Act.GRANT_EXTENSION:
            return f"办理时限延至 {short_day(datetime.fromisoformat(entry.details['due_after']))}"
        case Act.CONTACT:
            return f"{entry.who}已联系您"
        case Act.CONCLUDE_REFUSAL:
            return "经逐级复核和联审，不予办理"
        case Act.RATE | Act.LAPSE_RATING:
            return entry.act.label if entry.act is Act.LAPSE_RATING else "已评价"
        case _:
            return f"{entry.who}已{entry.act.label}"


_TICKET: Any = bindparam("ticket")
_EVENTS = (
    select(Event.seq, Event.at, Event.action, Event.round, Event.body, EventWords.words, Post.role,
           Post.enterprise_id, Organisation.short_name, User.name)
    .outerjoin(EventWords, EventWords.of_ticket(_TICKET))
    .outerjoin(Post, Post.id == Event.post_id)
    .outerjoin(Organisation, Organisation.id == Post.organisation_id)
    .outerjoin(User, User.id == Event.actor_id)
    .where(Event.of_ticket(_TICKET), Event.is_public.is_(True))
    .order_by(Event.seq.desc())
)
_LATEST = _EVENTS.limit(ENTRIES_SHOWN + 1)
_MILESTONES = _EVENTS.where(Event.action.in_(MILESTONES))


def _entry(row: Any, ticket: Ticket) -> Entry:
    act = Act(row.action)
    words = row.words if act in WORDS_TOLD and row.words else ""
    mine = row.role is Role.ENTERPRISE_MEMBER and row.enterprise_id == ticket.enterprise_id
    return Entry(row.seq, row.at, act, _who(row, act), row.round, words, mine, details=json.loads(row.body)["details"])


def _who(row: Any, act: Act) -> str:
    """People of the enterprise and stewards by name, everybody else as the unit they speak for."""
    match row.role:
        case Role.ENTERPRISE_MEMBER:
            return row.name or "企业"
        case Role.STEWARD:
            return f"管家{row.name}"
        case None:
            return "企业" if act is Act.RATE else "系统"
        case _:
            return row.short_name or "系统"
