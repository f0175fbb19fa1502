"""The entries of an enterprise's timeline in words: title, sign, who, and what was said or changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.correspondence import Side
from models.directory import StewardshipKind
from models.engagement import Effect, Flaw, InteractionKind, MeetingKind
from models.ratings import Grade
from models.tickets import Act
from operations.directory.fact_kinds import label_of, told
from operations.engagement import interactions
from operations.insight.ticket_page.timeline import LOOKS

TALK_ICONS = {
    InteractionKind.PHONE: "phone", InteractionKind.VISIT: "walk", InteractionKind.PLATFORM: "chat",
    InteractionKind.VIDEO: "video", InteractionKind.MEETING: "meeting",
}


@dataclass(slots=True)
class Entry:
    """One thing that happened. ``before`` and ``after`` are of a changed fact; ``link`` is a ticket's number."""

    at: datetime
    title: str
    icon: str
    tone: str = ""
    who: str = ""
    words: str = ""
    link: str = ""
    subject: str = ""
    before: str = ""
    after: str = ""
    noted_at: datetime | None = None
    on_day: date | None = None
    verdict: str = ""


def entry_of(source: str, row: Any) -> Entry:
    """The entry of a row that the source of this name selected."""
    return WRITERS[source](row)


def _talk(row: Any) -> Entry:
    kind = InteractionKind(row.title)
    is_late = row.noted_at is not None and row.noted_at - row.at > interactions.LATE_AFTER
    verdict = Effect(row.effect).label + (f"：{Flaw(row.flaw).label}" if row.flaw else "")
    return Entry(row.at, kind.label, TALK_ICONS[kind], "b", row.who, row.words, row.link or "",
                 noted_at=row.noted_at if is_late else None, on_day=row.on_day, verdict=verdict)


def _message(row: Any) -> Entry:
    return Entry(row.at, f"{Side(row.title).label}发消息", "chat", "", row.who, row.words)


def _broadcast(row: Any) -> Entry:
    return Entry(row.at, f"群发：{row.title}", "megaphone", "", row.who, row.words)


def _meeting(row: Any) -> Entry:
    return Entry(row.at, MeetingKind(row.title).label, "meeting", "b", f"{row.who}主持", row.words)


def _ticket(row: Any) -> Entry:
    act = Act(row.title)
    title, icon, tone = LOOKS.get(act, (act.label, "ticket", ""))
    return Entry(row.at, title, icon, tone, row.who or "系统", link=row.link, subject=row.words)


def _rating(row: Any) -> Entry:
    grade = Grade(row.title)
    return Entry(row.at, f"评价：{grade.label}", "star", "r" if grade.is_bad else "g", link=row.link, subject=row.words)


def _fact(row: Any) -> Entry:
    source = f"来源：{row.words}" if row.words else ""
    return Entry(row.at, label_of(row.title), "pencil", "", row.who or "系统", source,
                 before=told(row.title, row.before), after=told(row.title, row.after))


def _duty(words: str, icon: str) -> Callable[[Any], Entry]:
    def write(row: Any) -> Entry:
        return Entry(row.at, f"{StewardshipKind(row.title).label}{words}", icon, "", row.who, row.words or "")

    return write


def _merge(words: str, icon: str) -> Callable[[Any], Entry]:
    def write(row: Any) -> Entry:
        return Entry(row.at, words.format(row.title), icon, "a", row.who or "系统", row.words or "")

    return write


def _registered(row: Any) -> Entry:
    return Entry(row.at, "登记入库", "plus", words=f"来源：{row.words}" if row.words else "")


WRITERS: dict[str, Callable[[Any], Entry]] = {
    "talk": _talk,
    "message": _message,
    "broadcast": _broadcast,
    "meeting": _meeting,
    "ticket": _ticket,
    "rating": _rating,
    "fact": _fact,
    "steward_began": _duty("到任", "user"),
    "steward_ended": _duty("卸任", "user"),
    "merged": _merge("并入“{}”", "merge"),
    "unmerged": _merge("从“{}”撤出", "undo"),
    "took_in": _merge("并进“{}”", "merge"),
    "gave_back": _merge("“{}”撤出", "undo"),
    "registered": _registered,
}
