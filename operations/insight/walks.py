"""走流程 as pages show it: the list, and a walk beside the one it repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from models.access import User
from models.base import db
from models.directory import Organisation
from models.engagement import Walkthrough
from operations.access.actor import Actor
from operations.engagement.walks import steps_of, totals, walk_scope

MEASURES = (("steps", "环节", "个"), ("minutes", "用时", "分钟"), ("materials", "材料", "份"), ("trips", "跑动", "次"))
SHOWN = 50
SECOND = aliased(Walkthrough)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of two walks; ``saved`` is how much less the second took."""

    label: str
    unit: str
    first: int
    second: int

    @property
    def words(self) -> str:
        """``少 3 份``, ``多 1 次``, ``不变``."""
        saved = self.first - self.second
        return "不变" if not saved else f"{'少' if saved > 0 else '多'} {abs(saved)} {self.unit}"

    @property
    def is_better(self) -> bool:
        """Whether the second took less."""
        return self.second < self.first


def listed(actor: Actor, *, before: tuple[date, int] | None = None) -> Sequence[Any]:
    """走流程记录, the latest first: SHOWN and one more. One statement."""
    rows = (
        select(Walkthrough, User.name.label("walker"), Organisation.short_name.label("unit"), *totals(),
               SECOND.id.label("second_id"))
        .join(User, User.id == Walkthrough.walker_id)
        .join(Organisation, Organisation.id == Walkthrough.unit_id)
        .outerjoin(SECOND, SECOND.first_id == Walkthrough.id)
        .where(walk_scope(actor))
    )
    if before:
        on, walk_id = before
        same_day = (Walkthrough.walked_on == on) & (Walkthrough.id < walk_id)
        rows = rows.where((Walkthrough.walked_on < on) | same_day)
    return db.session.execute(rows.order_by(Walkthrough.walked_on.desc(), Walkthrough.id.desc()).limit(SHOWN + 1)).all()


def second_of(walk: Walkthrough) -> Walkthrough | None:
    """The walk that repeats this one."""
    return db.session.scalar(select(Walkthrough).where(Walkthrough.first_id == walk.id))


def first_of(walk: Walkthrough) -> Walkthrough | None:
    """The walk that this one repeats."""
    return db.session.scalar(select(Walkthrough).where(Walkthrough.id == walk.first_id))


def compared(first: Walkthrough, second: Walkthrough) -> list[Compared]:
    """回头看: what each of two walks took."""
    told = [_measured(walk) for walk in (first, second)]
    return [Compared(label, unit, told[0][name], told[1][name]) for name, label, unit in MEASURES]


def _measured(walk: Walkthrough) -> dict[str, int]:
    steps = steps_of(walk)
    sums = {name: sum(getattr(step, name) for step in steps) for name, _, _ in MEASURES[1:]}
    return {"steps": len(steps), **sums}
