"""Clocks reckoned anew from the event log alone: what an inspector does, and what the stored rows must equal.

Pure: events in, clocks out (domain.md §4, invariant 4). It shares the workflow table, the calendar and nothing else
with the code that wrote the rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.clocks import ClockKind, ClockOutcome
from models.rectifications import RectificationAct
from models.tickets import Act, OrderRole, Status
from models.tickets.workflow import CLOSED_STATUSES
from operations.clocks.calendar import Limit, WorkCalendar
from operations.tickets import workflow

OF_A_UNIT = (ClockKind.SIGNING, ClockKind.CONTACT, ClockKind.ASSISTING)
OF_A_REFUSAL = (ClockKind.REFUSAL_LEVEL, ClockKind.GOVERNMENT_LEVEL, ClockKind.JOINT_REVIEW)
OF_A_RECTIFICATION = (ClockKind.RECTIFICATION_CONTACT, ClockKind.RECTIFICATION)
APART = (*OF_A_UNIT, *OF_A_RECTIFICATION, *OF_A_REFUSAL, ClockKind.INSTRUCTION)  # not the main line's


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a ticket as the log holds it."""

    act: Act | RectificationAct
    at: datetime
    round: int
    source: Status | None
    target: Status
    details: Mapping[str, Any]


@dataclass(slots=True)
class Reckoned:
    """One clock as the log says it must be."""

    round: int
    kind: ClockKind
    unit_id: int | None
    limit: str
    started_at: datetime
    due_at: datetime
    due_version: int = 1
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    outcome: ClockOutcome | None = None


@dataclass(slots=True)
class _Reckoner:
    calendar: WorkCalendar
    clocks: list[Reckoned] = field(default_factory=list)
    units: dict[int, str] = field(default_factory=dict)

    def running(self) -> list[Reckoned]:
        return [clock for clock in self.clocks if clock.stopped_at is None]

    def start(
        self, kind: ClockKind, event: Happened, round_now: int, unit_id: int | None = None, limit: str = ""
    ) -> None:
        if kind is not ClockKind.INSTRUCTION and any(c.kind is kind and c.unit_id == unit_id for c in self.running()):
            return
        limit = limit or event.details["limits"][kind]
        due = self.calendar.due(event.at, Limit.stored(limit))
        self.clocks.append(Reckoned(round_now, kind, unit_id, limit, event.at, due.due_at))

    def stop(self, clocks: Iterable[Reckoned], at: datetime, *, dropped: bool = False) -> None:
        for clock in clocks:
            clock.paused_at = None
            clock.stopped_at = at
            late = ClockOutcome.LATE if at > clock.due_at else ClockOutcome.MET
            clock.outcome = ClockOutcome.DROPPED if dropped else late

    def of(self, kinds: Iterable[ClockKind], unit_id: int | None = None) -> list[Reckoned]:
        wanted = tuple(kinds)
        return [c for c in self.running() if c.kind in wanted and unit_id in (None, c.unit_id)]

    def pause(self, at: datetime) -> None:
        for clock in self.running():
            clock.paused_at = clock.paused_at or at

    def resume(self, at: datetime) -> None:
        for clock in self.running():
            if clock.paused_at is not None:
                due_at = self.calendar.resume_due(clock.paused_at, clock.due_at, at)
                clock.paused_at = None
                self.move(clock, due_at)

    @staticmethod
    def move(clock: Reckoned, due_at: datetime) -> None:
        if due_at != clock.due_at:
            clock.due_at, clock.due_version = due_at, clock.due_version + 1

    def order(self, event: Happened, round_now: int) -> None:
        for unit_id, role in event.details.get("units", ()):
            self.units[unit_id] = role
            own = ClockKind.CONTACT if role == OrderRole.LEAD else ClockKind.ASSISTING
            for kind in (ClockKind.SIGNING, own):
                self.start(kind, event, round_now, unit_id, self._limit_of(kind, event, unit_id))

    def _limit_of(self, kind: ClockKind, event: Happened, unit_id: int) -> str:
        """Of the kind; a consultation may have set one for the work of a unit."""
        set_for_it = event.details.get("unit_limits") or {}
        if kind is ClockKind.ASSISTING and str(unit_id) in set_for_it:
            return str(set_for_it[str(unit_id)])
        return str(event.details["limits"].get(kind) or event.details["limits"][ClockKind.HANDLING])

    def end_order(self, unit_id: int, at: datetime, *, dropped: bool) -> None:
        if self.units.pop(unit_id, None) is not None:
            self.stop(self.of(OF_A_UNIT, unit_id), at, dropped=dropped)


def reckon(events: Iterable[Happened], calendar: WorkCalendar) -> list[Reckoned]:
    """Every clock of one ticket, in the order they started, from its events in the order of the log."""
    reckoner = _Reckoner(calendar)
    for event in events:
        if isinstance(event.act, RectificationAct):
            _rectification(reckoner, event, event.act)
            continue
        _main_line(reckoner, event)
        _units(reckoner, event)
    return reckoner.clocks


def _main_line(reckoner: _Reckoner, event: Happened) -> None:
    step = workflow.find(Act(event.act), event.source)
    round_now = event.round + (1 if step.opens_round else 0)
    if step.opens_round:
        reckoner.stop(reckoner.running(), event.at, dropped=True)
    if step.pauses:
        reckoner.pause(event.at)
    reckoner.stop(reckoner.of(kind for kind in step.stops if kind not in APART), event.at)
    reckoner.stop(reckoner.of(kind for kind in step.drops if kind not in APART), event.at, dropped=True)
    if event.target in CLOSED_STATUSES and step.targets:
        reckoner.stop(reckoner.running(), event.at, dropped=True)
    if step.resumes:
        reckoner.resume(event.at)
    for kind in step.starts:
        if kind in APART:
            continue
        if {ClockKind.HANDLING: Status.HANDLING, ClockKind.COORDINATION: Status.COORDINATING}.get(
            kind, event.target
        ) is event.target:
            reckoner.start(kind, event, round_now)


def _units(reckoner: _Reckoner, event: Happened) -> None:
    round_now, at, details = event.round, event.at, event.details
    match event.act:
        case Act.TRANSFER:
            for unit_id in (details["from_unit"], details["units"][0][0]):
                reckoner.end_order(unit_id, at, dropped=True)
        case Act.SEND_BACK | Act.WAIVE_ASSISTANCE:
            reckoner.end_order(details["unit"], at, dropped=True)
        case Act.REPORT_ASSISTANCE:
            reckoner.end_order(details["unit"], at, dropped=False)
        case Act.REPORT_RESULT:
            for unit_id in list(reckoner.units):
                reckoner.end_order(unit_id, at, dropped=False)
        case Act.WITHDRAW | Act.CONCLUDE_REFUSAL:
            reckoner.units.clear()
        case Act.SIGN:
            reckoner.stop(reckoner.of([ClockKind.SIGNING], details["unit"]), at)
        case Act.CONTACT:
            reckoner.stop(reckoner.of([ClockKind.CONTACT], details["unit"]), at)
        case Act.GRANT_EXTENSION:
            for clock in reckoner.of([ClockKind.HANDLING]):
                reckoner.move(clock, datetime.fromisoformat(details["due_after"]))
        case Act.INSTRUCT | Act.RETURN_INSTRUCTION:
            reckoner.start(ClockKind.INSTRUCTION, event, round_now, details.get("unit"), details["limit"])
        case Act.ANSWER_INSTRUCTION:
            given_at = datetime.fromisoformat(details["given_at"])
            reckoner.stop([c for c in reckoner.of([ClockKind.INSTRUCTION]) if c.started_at == given_at], at)
        case Act.UNMERGE:
            _let_go_on(reckoner, details)
        case Act.REPORT_REFUSAL | Act.ENDORSE_REFUSAL | Act.ORDER_HANDLING | Act.UPHOLD_REFUSAL | Act.VETO_REFUSAL:
            _refusal(reckoner, event)
        case Act.RATE if "rectifies" in details:
            for kind in OF_A_RECTIFICATION:
                reckoner.start(kind, event, round_now, details["rectifies"], details["rectification_limits"][kind])
    reckoner.order(event, round_now + (1 if workflow.find(Act(event.act), event.source).opens_round else 0))


def _refusal(reckoner: _Reckoner, event: Happened) -> None:
    """Each level has its clock while it lies there, the review its own; the end drops what still runs."""
    step, details = workflow.find(Act(event.act), event.source), event.details
    reckoner.stop(reckoner.of(kind for kind in step.stops if kind in OF_A_REFUSAL), event.at)
    if step.drops:
        reckoner.stop(reckoner.of(OF_A_REFUSAL), event.at, dropped=True)
    if event.act is Act.REPORT_REFUSAL:
        reckoner.start(ClockKind.JOINT_REVIEW, event, event.round, details["office"])
    if "next_clock" in details:
        reckoner.start(ClockKind(details["next_clock"]), event, event.round, details["next_unit"])


def _rectification(reckoner: _Reckoner, event: Happened, act: RectificationAct) -> None:
    """Contact and signature stop their clocks; what a call finds unsolved begins anew; the end drops what runs."""
    details, unit_id = event.details, event.details["unit"]
    match act:
        case RectificationAct.CONTACT:
            reckoner.stop(reckoner.of([ClockKind.RECTIFICATION_CONTACT], unit_id), event.at)
        case RectificationAct.SIGN:
            reckoner.stop(reckoner.of([ClockKind.RECTIFICATION], unit_id), event.at)
        case RectificationAct.CALL if details["begins_again"]:
            reckoner.start(ClockKind.RECTIFICATION, event, event.round, unit_id, details["limit"])
        case RectificationAct.DECIDE if details["accepted"]:
            reckoner.stop(reckoner.of(OF_A_RECTIFICATION, unit_id), event.at, dropped=True)


def _let_go_on(reckoner: _Reckoner, details: Mapping[str, Any]) -> None:
    merged_at = datetime.fromisoformat(details["merged_at"])
    for clock in reckoner.clocks:
        if clock.stopped_at == merged_at and clock.outcome is ClockOutcome.DROPPED:
            clock.stopped_at = clock.outcome = None
