"""接口收件: a batch of finished cases from a hall's system, each answered by itself; sent again it adds nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exists, select

from models import clock
from models.base import LabelledEnum, db
from models.bulk import among, insert_rows
from models.hall import CaseChannel, CountedCase
from models.hall_intake import ArrivedCase, HallCodeKind, HallSystem, IntakeWay
from models.ratings import Rating
from operations import log
from operations.access.actor import SYSTEM
from operations.base import be_patient, operation
from operations.directory.imports import lookups
from operations.errors import BadInput
from operations.hall import codes, days, facts, settling, visitors
from operations.hall.days import Counts
from operations.ratings import case_links
from operations.tables.words import Unfit

MOST = 1000
REQUIRED = ("number", "item", "unit", "finished_at")
K = HallCodeKind
CODED = ((K.UNIT, "unit"), (K.WINDOW, "window"), (K.OFFICER, "officer"))
A = ArrivedCase.__table__
Item = Mapping[str, Any]


class Fate(LabelledEnum):
    """What became of one case that was sent."""

    NEW = "new", "新增"
    CHANGED = "changed", "已更新"
    REPEATED = "repeated", "没有变化"
    RATED = "rated", "已评价，未改动"
    WAITING = "waiting", "等待对应"
    REFUSED = "refused", "未收"


@dataclass(slots=True)
class Answer:
    """To one case: its number as it was sent, what became of it, why, and the fields that it was read into.

    ``token`` opens its rating, where the system asked for that and may.
    """

    number: Any
    fate: Fate
    why: str = ""
    said: dict[str, Any] | None = None
    token: str = ""


@operation
def arrive(
    system: HallSystem, items: Sequence[Any], *, site_key: str, key_name: str, links: bool = False
) -> list[Answer]:
    """收件：count what is new, renew what nobody has rated, let wait what names unknown codes. Raises BadInput.

    Nothing of whoever came is kept but the digest; no text of an item goes into the log.
    """
    if not 0 < len(items) <= MOST:
        raise BadInput(f"一次 1 到 {MOST} 件。")
    if links and not system.may_link:
        raise BadInput("这个系统没有获准索取评价链接，请填报员在“大厅办件”允许。")
    be_patient()
    answers = _read(items)
    good = [answer for answer in answers if answer.said is not None]
    _resolve(system, good, visitors.key_of(site_key))
    known = _known(system, [answer.said["number"] for answer in good if answer.said])
    for answer in good:
        answer.fate = _fate(answer.said or {}, known.get((answer.said or {})["number"]))
    _write(system, [answer.said for answer in good if answer.said and answer.fate in (
        Fate.NEW, Fate.CHANGED, Fate.WAITING)])
    if links:
        _link(system, good)
    counts = _counts(answers)
    days.add(system.id, IntakeWay.API, counts)
    log.record("receive_cases", object_type="hall_system", object_id=system.id, actor=SYSTEM,
               details={"key": key_name, "received": len(items), "new": counts.new, "changed": counts.changed,
                        "refused": counts.refused, "waiting": counts.waiting})
    return answers


def _read(items: Sequence[Any]) -> list[Answer]:
    readers, seen = facts.readers(clock.now()), set[str]()
    answers = []
    for item in items:
        number = item.get("number") if isinstance(item, Mapping) else None
        answer = Answer(number if isinstance(number, str) else None, Fate.REFUSED)
        try:
            said = _said(item, readers)
            if said["number"] in seen:
                raise Unfit("number：与本批前面的一件重复")
            seen.add(said["number"])
            answer.said = said
        except Unfit as reason:
            answer.why = str(reason)
        answers.append(answer)
    return answers


def _said(item: Any, readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise Unfit("不是一个对象")
    said: dict[str, Any] = {}
    for name, read in readers.items():
        value = item.get(name)
        if value is not None and not isinstance(value, str):
            raise Unfit(f"{name}：应为字符串")
        if value and "\0" in value:
            raise Unfit(f"{name}：含有空字符")
        try:
            said[name] = read(value)
        except Unfit as reason:
            raise Unfit(f"{name}：{reason}") from None
        if name in REQUIRED and not said[name]:
            raise Unfit(f"{name}：为空")
    unknown = sorted(str(name)[:32] for name in item if name not in readers)
    if unknown:
        raise Unfit(f"没有这个字段：{unknown[0]}")
    return said


def _resolve(system: HallSystem, good: Sequence[Answer], key: bytes) -> None:
    """Whom the codes mean, which enterprise it was, and the digest in the place of the visitor."""
    book, unknown = codes.book(system.id), set[codes.Seen]()
    known: dict[HallCodeKind, dict[str, Any]] = {K.UNIT: book.units, K.WINDOW: book.windows, K.OFFICER: book.officers}
    firms = lookups.by_code([one.said["credit_code"] for one in good if one.said and one.said["credit_code"]])
    for said in (one.said for one in good if one.said):
        said["is_ready"] = True
        for kind, name in CODED:
            code = said[name]
            said[f"{name}_id"] = known[kind].get(code) if code else None
            if code and code not in known[kind]:
                said["is_ready"] = False
                unknown.add((kind, code, said[f"{name}_name"] or ""))
        firm = firms.get(said["credit_code"] or "")
        said["enterprise_id"] = (firm.merged_into_id or firm.id) if firm else None
        said["visitor"] = visitors.digest(said["visitor"], key=key)
        said["channel"] = said["channel"] or CaseChannel.WINDOW.value
    codes.meet(system.id, unknown)


def _known(system: HallSystem, numbers: Sequence[str]) -> dict[str, Any]:
    rated = exists().where(Rating.counted_case_id == CountedCase.id)
    rows = select(CountedCase, rated.label("is_rated")).where(
        CountedCase.system == system.code, CountedCase.number.in_(numbers), CountedCase.withdrawn_at.is_(None)
    )
    found = db.session.execute(rows.execution_options(populate_existing=True))
    return {case.number: (case, is_rated) for case, is_rated in found}


def _fate(said: dict[str, Any], known: Any) -> Fate:
    """As ``settling.differs`` has it: an empty field says nothing."""
    case, is_rated = known or (None, False)
    if case is None:
        return Fate.NEW if said["is_ready"] else Fate.WAITING
    sure = ("channel", "item", "unit_id", "finished_at")
    maybe = ("window_id", "officer_id", "enterprise_id", "item_code", "visitor")
    differs = any(said[name] != getattr(case, name) for name in sure) or any(
        said[name] and said[name] != getattr(case, name) for name in maybe)
    if is_rated:
        return Fate.RATED if differs else Fate.REPEATED
    if not said["is_ready"]:
        return Fate.WAITING
    return Fate.CHANGED if differs else Fate.REPEATED


def _write(system: HallSystem, coming: Sequence[dict[str, Any]]) -> None:
    """Everything arrives first; what is ready is counted at once, what is not waits."""
    if not coming:
        return
    now = clock.now()
    rows = [{
        "system_id": system.id, "number": said["number"], "channel": said["channel"],
        "item_code": said["item_code"] or "", "item": said["item"], "unit_code": said["unit"],
        "window_code": said["window"] or "", "officer_code": said["officer"] or "",
        "unit_id": said["unit_id"], "window_id": said["window_id"], "officer_id": said["officer_id"],
        "is_ready": said["is_ready"], "enterprise_id": said["enterprise_id"], "visitor": said["visitor"],
        "finished_at": said["finished_at"], "batch_id": None, "arrived_at": now,
    } for said in sorted(coming, key=lambda said: said["number"])]
    mine = (A.c.system_id == system.id, A.c.number.in_([row["number"] for row in rows]))
    db.session.execute(sa.delete(A).where(*mine))
    insert_rows(db.session.connection(), A, rows, ignoring=True)
    ready = db.session.scalars(select(A.c.id).where(*mine, A.c.is_ready)).all()
    if ready:
        taken = among(A.c.id, "taken", ids=ready)
        settling.settle(A, taken, batch_id=None, actor_id=None, ready=len(ready))
        db.session.execute(sa.delete(A).where(taken))


def _link(system: HallSystem, good: Sequence[Answer]) -> None:
    """A link to each case that is counted and has no rating; an earlier one is void."""
    open_ones = [answer for answer in good if answer.fate in (Fate.NEW, Fate.CHANGED, Fate.REPEATED)]
    known = _known(system, [answer.said["number"] for answer in open_ones if answer.said])
    tokens = case_links.make([case for case, is_rated in known.values() if not is_rated])
    for answer in open_ones:
        case, _ = known[(answer.said or {})["number"]]
        answer.token = tokens.get(case.id, "")


def _counts(answers: Sequence[Answer]) -> Counts:
    by_fate = {fate: sum(1 for answer in answers if answer.fate is fate) for fate in Fate}
    return Counts(new=by_fate[Fate.NEW], changed=by_fate[Fate.CHANGED], waiting=by_fate[Fate.WAITING],
                  repeated=by_fate[Fate.REPEATED] + by_fate[Fate.RATED], refused=by_fate[Fate.REFUSED])
