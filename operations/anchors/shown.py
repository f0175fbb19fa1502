"""How far the log is anchored, in words: for whoever looks after the site, and for whoever holds a paper."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from models import clock
from models.anchors import Anchor, AnchorReceipt
from models.base import db
from models.log import Event
from operations.anchors import standing
from operations.anchors.anchoring import Plan
from operations.clocks.wording import moment_in_full

SEAL_SHOWN, GROUP = 16, 4
LATE_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether the anchors keep up, in words; ``seconds`` since the last, None when there is none."""

    is_well: bool
    words: str
    seconds: int | None


def condition(plan: Plan) -> Condition:
    """By the file, the table and what the witness has taken: two small statements and the end of a file."""
    objection = standing.objection(plan.file, plan.key)
    last = standing.last_of_table()
    if last is None:
        return Condition(False, objection or "还没有锚点", None)
    said = last.said
    age = clock.now() - said.made_at
    witnessed, is_taken = _witnessed(plan, said.number)
    words = f"第 {said.number} 号，{_ago(age)}，封到日志第 {said.seq:,} 条，{witnessed}"
    return Condition(not objection and age <= LATE_AFTER and is_taken, objection or words, int(age.total_seconds()))


def seal_of(event: Event) -> str:
    """存证：where an event stands in the log, as papers show it: ``第 123 条 abcd-ef01-…``, the beginning of its hash."""
    digits = event.hash[:SEAL_SHOWN]
    return f"第 {event.seq} 条 " + "-".join(digits[place:place + GROUP] for place in range(0, len(digits), GROUP))


def latest() -> str:
    """The last anchor, for whoever reads the log; empty where the site has none."""
    last = standing.last_of_table()
    if last is None:
        return ""
    return f"第 {last.said.number} 号，{moment_in_full(last.said.made_at)}，封到第 {last.said.seq:,} 条"


def covering(seq: int) -> str:
    """By which anchor an event is vouched for, as a paper's check says it; empty where the site has no anchors."""
    taken = select(func.max(AnchorReceipt.anchor_number)).scalar_subquery().label("taken")
    rows = select(Anchor.number, Anchor.made_at, taken).where(Anchor.seq >= seq)
    row = db.session.execute(rows.order_by(Anchor.number).limit(1)).one_or_none()
    if row is None:
        return "还没有封锚，10 分钟后再查" if db.session.scalar(select(func.max(Anchor.number))) else ""
    is_taken = row.taken is not None and row.taken >= row.number
    return f"第 {row.number} 号锚点，{moment_in_full(row.made_at)}" + ("，见证方已收下" if is_taken else "")


def _witnessed(plan: Plan, number: int) -> tuple[str, bool]:
    """What the witness has, and whether it has it in time."""
    if not plan.witness:
        return "另存在库外的文件里，没有见证方", True
    taken = db.session.scalar(select(func.max(AnchorReceipt.anchor_number))) or 0
    if taken >= number:
        return "见证方已收下", True
    since = db.session.scalar(select(func.min(Anchor.made_at)).where(Anchor.number > taken))
    is_late = since is not None and clock.now() - since > LATE_AFTER
    return f"见证方收到第 {taken} 号为止", not is_late


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    return f"{minutes} 分钟前" if minutes > 0 else "刚刚"
