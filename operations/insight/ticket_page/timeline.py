"""办理经过: each event of the log as people read it, newest first, by day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from models.access import Role
from models.clocks import ClockKind
from models.ratings import Grade
from models.refusals import RefusalLevel, Verdict
from models.supervision import Level
from models.tickets import Act, ProposalKind, ReplyMethod, ResultKind
from operations.access import vacancies
from operations.access.scope import REGIONAL
from operations.clocks import shanghai
from operations.clocks.calendar import SHANGHAI
from operations.clocks.wording import day as day_words
from operations.clocks.wording import moment
from operations.insight.ticket_page.dossier import Dossier, Happening
from operations.insight.ticket_page.records import Paper

# What somebody says, rather than does.
SAID = (Act.MESSAGE, Act.REPLY, Act.ANSWER)
# act → (title, icon, tone); what is missing here is titled by its own label.
LOOKS: dict[str, tuple[str, str, str]] = {
    Act.SUBMIT: ("提交诉求", "ticket", ""),
    Act.REQUEST_SUPPLEMENT: ("一次性告知，请企业补正", "return", "a"),
    Act.SUPPLEMENT: ("企业补正", "clip", ""),
    Act.LAPSE_SUPPLEMENT: ("逾期未补正，视为撤回", "clock", "r"),
    Act.ACCEPT: ("受理", "check", "b"),
    Act.ANSWER: ("直接答复", "chat", "b"),
    Act.DISPATCH: ("派单", "transfer", "b"),
    Act.SIGN: ("签收", "check", ""),
    Act.CONTACT: ("首次联系企业", "phone", ""),
    Act.PROPOSE_SEND_BACK: ("提请退回", "return", "a"),
    Act.SEND_BACK: ("退回", "return", "r"),
    Act.TRANSFER: ("转办", "transfer", "b"),
    Act.CONSULT: ("会商", "people", "b"),
    Act.REQUEST_EXTENSION: ("申请延期", "hourglass", "a"),
    Act.ENDORSE_EXTENSION: ("单位同意，上报延期", "hourglass", "a"),
    Act.GRANT_EXTENSION: ("批准延期", "hourglass", "a"),
    Act.PROPOSE_LEDGER: ("提请挂账", "pause", "a"),
    Act.ENTER_ON_LEDGER: ("挂账，暂停计时", "pause", "a"),
    Act.RESUME_FROM_LEDGER: ("复核日已到，恢复计时", "clock", "b"),
    Act.PROPOSE_STRIKE_OFF: ("提请销号", "check", "a"),
    Act.STRIKE_OFF: ("销号，恢复计时", "check", "b"),
    Act.DECLINE_PROPOSAL: ("不同意", "close", "r"),
    Act.REPORT_ASSISTANCE: ("协办报送", "people", "g"),
    Act.WAIVE_ASSISTANCE: ("免除协办", "people", ""),
    Act.PROPOSE_RESULT: ("提交办理结果，待签批", "pencil", ""),
    Act.REPORT_RESULT: ("办结报送", "check", "g"),
    Act.REPLY: ("向企业反馈", "chat", "b"),
    Act.ATTEMPT_FOLLOW_UP: ("回访未接通", "phone", "a"),
    Act.FOLLOW_UP: ("回访", "phone", "b"),
    Act.REWORK: ("重办，开新一轮", "refresh", "r"),
    Act.FIND_UNREASONABLE: ("回访员认为诉求不合理，待复核", "flag", "a"),
    Act.AGREE_UNREASONABLE: ("复核：认定诉求不合理，转入评价", "check", "a"),
    Act.DECLINE_UNREASONABLE: ("复核：不认定，开新一轮", "refresh", "r"),
    Act.SPARE_FOLLOW_UP: ("抽样没有抽中，不再回访", "phone", ""),
    Act.CALL_AFTER_ALL: ("改为必访", "phone", "a"),
    Act.RATE: ("企业评价", "star", "g"),
    Act.LAPSE_RATING: ("评价期满，结案", "clock", ""),
    Act.WITHDRAW: ("企业撤回", "undo", ""),
    Act.REOPEN: ("重启，开新一轮", "refresh", "r"),
    Act.MERGE: ("并单", "merge", "b"),
    Act.UNMERGE: ("撤销并单", "undo", ""),
    Act.INSTRUCT: ("领导批示", "flag", "v"),
    Act.ANSWER_INSTRUCTION: ("落实批示", "flag", "g"),
    Act.ACCEPT_INSTRUCTION: ("认可批示回报", "check", "g"),
    Act.RETURN_INSTRUCTION: ("退回批示回报", "return", "r"),
    Act.NOTE: ("内部备注", "lock", ""),
    Act.MESSAGE: ("留言", "chat", "b"),
    Act.REMIND: ("催办", "bell", "a"),
    Act.REMIND_BY_PHONE: ("电话催办", "phone", "a"),
    Act.SUPERVISE: ("督办", "mail", "r"),
    Act.SIGN_SUPERVISION: ("签收督办", "mail-open", ""),
    Act.ANSWER_SUPERVISION: ("答复督办", "mail", ""),
    Act.ACCEPT_ANSWER: ("认可督办答复", "check", "g"),
    Act.REJECT_ANSWER: ("退回督办答复", "return", "r"),
    Act.REPORT_REFUSAL: ("否定报备，逐级复核", "up", "a"),
    Act.ENDORSE_REFUSAL: ("同意否定，上报", "up", "a"),
    Act.PASS_VACANCY: ("岗位空缺，跳过", "up", ""),
    Act.ORDER_HANDLING: ("领导要求办理", "flag", "r"),
    Act.NAME_REVIEWERS: ("指定联审成员", "people", ""),
    Act.RELEASE_REVIEWER: ("联审换人", "people", ""),
    "give_opinion": ("发表联审意见", "chat", ""),
    "enter_opinion": ("录入外请成员意见", "chat", ""),
    Act.UPHOLD_REFUSAL: ("联审维持", "check", "a"),
    Act.VETO_REFUSAL: ("联审不予维持，继续办理", "flag", "r"),
    Act.CONCLUDE_REFUSAL: ("不予办理", "close", "r"),
    "open_supervision": ("打开督办", "mail-open", ""),
    "propose_measure": ("提请约谈、挂牌或问责", "flag", "r"),
    "approve_measure": ("批准约谈、挂牌或问责", "flag", "r"),
    "decline_measure": ("未批准约谈、挂牌或问责", "close", ""),
    "record_talk": ("约谈记录", "people", "r"),
    "keep_commitment": ("承诺已落实", "check", "g"),
    "report_measure_progress": ("报进展", "pencil", ""),
    "take_down_listing": ("摘牌", "check", "g"),
    "feed_back_referral": ("问责结果已反馈", "check", ""),
    "request_reconsideration": ("申请复核", "up", "a"),
    "decide_reconsideration": ("复核决定", "check", "b"),
    "move_clocks": ("工作日历变更，到期日随之改动", "calendar", "a"),
    "log_interaction": ("记一笔", "walk", ""),
    "make_rating_link": ("发出评价链接", "link", ""),
    "add_to_rating": ("追评", "star", ""),
    "contact_rectification": ("差评已联系", "phone", ""),
    "report_rectification": ("报差评整改结果", "pencil", ""),
    "sign_rectification": ("签发差评整改结果", "check", "b"),
    "call_rectification": ("差评整改回访", "phone", ""),
    "appeal_rating": ("差评申诉", "up", "a"),
    "decide_appeal": ("差评申诉裁定", "check", "b"),
    "enter_rating": ("回访时代录评价", "phone", ""),
    "name_accused": ("指明投诉举报的单位", "lock", "v"),
    "end_accused": ("更正投诉举报的单位", "lock", "a"),
}
UNKNOWN = ("其他记录", "info", "")
TONES_OF_LEVELS = {Level.REMINDER: "a"}
GRADES = {str(grade): grade.label for grade in Grade}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the page prints it. ``kind``: note (internal), say (the enterprise reads it) or empty."""

    icon: str
    tone: str
    title: str
    who: str
    tag: str
    at: str
    kind: str
    words: str
    files: list[Any] = field(default_factory=list)
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one Shanghai day."""

    label: str
    entries: list[Entry]


def days(d: Dossier) -> list[Day]:
    """The window of the timeline, newest day first."""
    files: dict[int | None, list[Any]] = {}
    for file in d.files:
        files.setdefault(file.event_seq, []).append(file)
    told = [(event, entry(event, d, files.get(event.seq, []))) for event in d.shown]
    by_day = groupby(told, key=lambda pair: shanghai.day_of(pair[0].at))
    today = shanghai.day_of(d.now)
    near = {today: "今天　", today - timedelta(days=1): "昨天　"}
    return [Day(near.get(date, "") + day_words(date), [one for _, one in pairs]) for date, pairs in by_day]


def entry(event: Happening, d: Dossier, files: Sequence[Any] = ()) -> Entry:
    """One event in words."""
    title, icon, tone = LOOKS.get(event.action, UNKNOWN)
    if event.action == Act.SUPERVISE:
        level = Level(event.details.get("level", Level.FIRST))
        title, tone = level.label, TONES_OF_LEVELS.get(level, tone)
    return Entry(
        icon=icon,
        tone=tone,
        title=title,
        who=_who(event),
        tag="　".join(_tags(event)),
        at=f"{event.at.astimezone(SHANGHAI):%H:%M}",
        kind="note" if event.action == Act.NOTE else "say" if event.action in SAID else "",
        words="\n".join(part for part in (_said(event, d), _words(event, d)) if part),
        files=list(files),
    )


def may_read_anonymous(d: Dossier) -> bool:
    """An anonymous rating is kept from everybody who had to do with the work: the ticket names the enterprise.

    The offices above read it, unless they are the rated unit themselves or look after the enterprise; where no unit had
    it, the service centre answered.
    """
    rated = {unit.id for _, unit in d.orders}
    above = REGIONAL if rated else tuple(role for role in REGIONAL if role is not Role.CLERK)
    return d.actor.holds(*above) and not rated & d.actor.houses and d.actor.user_id not in d.steward_ids


def _who(event: Happening) -> str:
    if event.role is Role.ENTERPRISE_MEMBER or (event.action == Act.RATE and not event.who):
        return f"{event.who}　企业".strip("　")
    return "　".join(part for part in (event.who, event.unit) if part) or "系统"


def _tags(event: Happening) -> Iterator[str]:
    if event.action == Act.SEND_BACK:
        yield "不重新计时"
    if event.action == Act.SUPERVISE and event.actor_id is None:
        yield "系统按规则"
    if event.details.get("in_place_of"):
        yield vacancies.TITLE
    if event.details.get("ruling"):
        yield "裁定"


def _words(event: Happening, d: Dossier) -> str:
    if event.action == Act.RATE and event.details.get("anonymous") and not may_read_anonymous(d):
        return ""
    return event.words


def _said(event: Happening, d: Dossier) -> str:
    """What the codes of the event say, in words."""
    details = event.details
    match event.action:
        case Act.SUBMIT:
            return d.ticket.content
        case Act.DISPATCH | Act.TRANSFER | Act.CONSULT:
            return _units(details.get("units") or (), d)
        case Act.REQUEST_EXTENSION | Act.PROPOSE_LEDGER if details.get("until"):
            return f"至 {details['until']}"
        case Act.GRANT_EXTENSION:
            return f"{_moment(details, 'due_before')} → {_moment(details, 'due_after')}"
        case "move_clocks":
            return "\n".join(_moved(clock) for clock in details["clocks"])
        case Act.REPORT_RESULT if details.get("result"):
            return ResultKind(details["result"]).label
        case Act.REPLY if details.get("method"):
            return f"{ReplyMethod(details['method']).label}告知"
        case Act.FOLLOW_UP:
            return "已接通，已解决，满意" if details.get("reached") else "多次未接通，转入评价"
        case Act.RATE:
            return _rating(event, d)
        case Act.REPORT_REFUSAL | Act.ENDORSE_REFUSAL | Act.PASS_VACANCY | Act.ORDER_HANDLING:
            return _level(details)
        case Act.UPHOLD_REFUSAL | Act.VETO_REFUSAL:
            return f"联审结论：{Verdict(details['verdict']).label}"
        case "give_opinion" | "enter_opinion":
            return Verdict(details["opinion"]).label
        case Act.DECLINE_PROPOSAL if details.get("kind"):
            return ProposalKind(details["kind"]).label
        case _:
            return ""


def _level(details: dict[str, Any]) -> str:
    """``分管副局长`` and, where it climbs, the level above."""
    level = RefusalLevel(details.get("level", RefusalLevel.SECTION)).label
    return f"{level} → {RefusalLevel(details['next']).label}" if details.get("next") else level


def _rating(event: Happening, d: Dossier) -> str:
    found = next((one for one in d.papers(Paper.RATING) if one.round == event.round), None)
    if found is None or (found.yes and not may_read_anonymous(d)):
        return "匿名" if found is not None else ""
    return grade_words(found.code)


def grade_words(code: str | None) -> str:
    """The grade by its code."""
    return GRADES.get(code or "", "")


def _units(units: Sequence[Sequence[Any]], d: Dossier) -> str:
    names = {unit.id: unit.short_name for _, unit in d.orders}
    roles = {"lead": "主办", "assist": "协办"}
    return "，".join(f"{roles.get(role, '')} {names.get(unit, '')}".strip() for unit, role in units)


def _moved(clock: dict[str, Any]) -> str:
    return f"{ClockKind(clock['kind']).label}时限 {_moment(clock, 'before')} → {_moment(clock, 'after')}"


def _moment(details: dict[str, Any], name: str) -> str:
    return moment(datetime.fromisoformat(details[name])) if details.get(name) else ""
