"""六站轨: who brought the ticket through each station, when, and how much working time it took there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.clocks import ClockKind
from models.tickets import Act, OrderRole, Stage, Status
from operations.clocks.calendar import Limit
from operations.clocks.lights import Light, light_of
from operations.clocks.wording import moment, short_day, spent
from operations.insight.ticket_page.dossier import Dossier, Happening

BEFORE_DISPATCH = (Stage.ACCEPTANCE, Stage.COORDINATION)  # a new round begins behind them
TO_COME = {
    Stage.COORDINATION: ("受理后", "coordination"),
    Stage.REPLY: ("办结后", "reply"),
    Stage.FOLLOW_UP: ("反馈后", "follow_up"),
}


@dataclass(frozen=True, slots=True)
class Station:
    """One of the six: ``state`` is done, now, late or empty; ``lines`` are what there is to say."""

    name: str
    state: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Visit:
    """The ticket at one station: ``left_by`` is None while it stands there."""

    stage: Stage
    round: int
    entered_at: datetime
    left_by: Happening | None


def stations(d: Dossier) -> list[Station]:
    """The six stations of the present round."""
    visits = [visit for visit in _visits(d) if visit.round == d.ticket.round or visit.stage in BEFORE_DISPATCH]
    here = d.ticket.status.stage
    is_late = light_of(d.ticket, d.now) in (Light.RED, Light.DARK_RED)
    return [
        _station(d, stage, [v for v in visits if v.stage is stage], is_here=stage is here, is_late=is_late)
        for stage in Stage
    ]


def _visits(d: Dossier) -> Iterator[Visit]:
    """Every stay at a station, in order: it ends with the event that leads elsewhere."""
    begun: tuple[Stage, int, datetime] | None = None
    for event in reversed(d.happenings):
        stage = _stage(event.target)
        if event.target is None or event.source == event.target or (begun and begun[0] is stage):
            continue
        if begun:
            yield Visit(*begun, event)
        begun = (stage, event.round + _opens(event), event.at) if stage and event.round else None
    if begun:
        yield Visit(*begun, None)


def _opens(event: Happening) -> int:
    return int(event.action in (Act.REWORK, Act.REOPEN))


def _stage(code: str | None) -> Stage | None:
    return Status(code).stage if code else None


def _station(d: Dossier, stage: Stage, visits: Sequence[Visit], *, is_here: bool, is_late: bool) -> Station:
    if is_here:
        return Station(stage.label, "late" if is_late else "now", _now(d, visits))
    if visits and visits[-1].left_by is not None:
        left_by = visits[-1].left_by
        told = _joined(*_returns(d, stage), _who(left_by), f"用 {_used(d, visits)}")
        return Station(stage.label, "done", [moment(left_by.at), told])
    return Station(stage.label, "", _to_come(d, stage) if d.ticket.is_open else [])


def _now(d: Dossier, visits: Sequence[Visit]) -> list[str]:
    stage = d.ticket.status.stage
    begun = visits[-1].entered_at if visits else d.ticket.submitted_at
    return [f"{short_day(begun)} 起", _joined(*_returns(d, stage), _holder(d), f"已用 {_used(d, visits)}")]


def _used(d: Dossier, visits: Sequence[Visit]) -> str:
    calendar = d.rules.calendar
    stays = ((visit.entered_at, visit.left_by.at if visit.left_by else d.now) for visit in visits)
    return spent(sum(calendar.office_seconds(begun, ended) for begun, ended in stays), calendar.day_seconds)


def _returns(d: Dossier, stage: Stage | None) -> Iterator[str]:
    count = times_sent_back(d)
    if stage is Stage.COORDINATION and count:
        yield f"退回 {count} 次"


def times_sent_back(d: Dossier) -> int:
    """How often units have returned the ticket, over all rounds."""
    return sum(event.action == Act.SEND_BACK for event in d.happenings)


def _holder(d: Dossier) -> str:
    """Whose turn it is at the present station."""
    match d.ticket.status:
        case Status.AWAITING_SUPPLEMENT | Status.FOLLOWED_UP:
            return "等企业"
        case Status.HANDLING:
            leads = (row for row in d.signed_orders if row.ended_at is None and row.role is OrderRole.LEAD)
            return next((row.signer or row.short_name for row in leads), "")
        case Status.REPLIED:
            return "企业服务中心"
        case _:
            return d.stewards[0].name if d.stewards else "企业服务中心"


def _who(event: Happening) -> str:
    return event.who or ("企业" if event.action == Act.RATE else "系统")


def _to_come(d: Dossier, stage: Stage) -> list[str]:
    if stage is Stage.HANDLING and d.ticket.promised_on and d.ticket.round == 1:
        return [f"会议议定 {short_day(d.ticket.promised_on)}前"]
    if stage is Stage.HANDLING:
        return [f"派单后 {d.rules.limit(ClockKind.HANDLING, d.ticket.difficulty).label}"] if d.ticket.difficulty else []
    if stage not in TO_COME:
        return ["企业评价"]
    after, name = TO_COME[stage]
    return [f"{after} {Limit.stored(d.rules.policy('stage_limits')[name]).label}"]


def _joined(*parts: str) -> str:
    return "　".join(part for part in parts if part)
