"""How many orders stand behind each filter of the queue: one statement over the open orders of the scope."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, String, cast, func, literal, null, select, type_coerce, union_all

from models.base import db
from models.directory import Organisation, Region
from models.supervision import Level
from operations.access.actor import Actor
from operations.access.scope import REGIONAL, supervision_scope
from operations.clocks.lights import Light
from operations.insight.queue import LATE_DAYS, PRESSING, Narrowing, S, late_days, light, narrowed, receipt, slow
from operations.supervision.receipts import Receipt

UNITS_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit or a region that the list may be narrowed to, with how many orders there would be."""

    id: int
    name: str
    count: int


@dataclass(slots=True)
class Counts:
    """Each number is that of the list after ticking the filter, the other filters as they are.

    ``pressed``, ``unopened`` and ``unopened_slow`` are the whole scope's: the sentence under the title.
    """

    total: int = 0
    slow: int = 0
    pressed: int = 0
    unopened: int = 0
    unopened_slow: int = 0
    levels: Counter[Level] = field(default_factory=Counter)
    receipts: Counter[Receipt] = field(default_factory=Counter)
    late: Counter[int] = field(default_factory=Counter)
    lights: Counter[Light] = field(default_factory=Counter)
    units: list[Choice] = field(default_factory=list)
    regions: list[Choice] = field(default_factory=list)


def counts(actor: Actor, narrowing: Narrowing) -> Counts:
    """Every number of the queue page: one grouped statement, and one each for the names of units and regions."""
    found, by_unit, by_region = Counts(), Counter[int](), Counter[int]()
    bases = sorted(post.region_path for post in actor.posts_as(*REGIONAL))
    for facet, code, state, unit, late, is_slow, lit, n in db.session.execute(_statement(actor, narrowing)):
        match facet:
            case "state":
                _add_state(found, narrowing, (Level(code), state, late, is_slow, Light(lit)), n)
            case "all":
                _add_all(found, (Level(code), state, is_slow), n)
            case "unit" if unit is not None:
                by_unit[unit] += n
            case "region":
                by_region[_child_of(bases, code)] += n
    found.units = _choices(Organisation, Organisation.short_name, by_unit)
    found.regions = _choices(Region, Region.name, by_region)
    return found


def _statement(actor: Actor, narrowing: Narrowing) -> Any:
    columns = [
        type_coerce(S.level, String).label("level"), receipt().label("receipt"), late_days().label("late"),
        slow().label("slow"), light().label("light"), S.receiver_id, S.region_path,
    ]
    standing = select(*columns).where(supervision_scope(actor), S.ended_at.is_(None)).cte("standing")
    c = standing.c
    keys = {"level": c.level, "receipt": c.receipt, "late": c.late, "slow": c.slow, "light": c.light,
            "receiver_id": c.receiver_id, "region_path": c.region_path}
    text, number = cast(null(), String), cast(null(), Integer)

    def facet(name: str, *shown: Any, by: tuple[Any, ...], but: str | None) -> Any:
        where = narrowed(keys, narrowing, but=but) if but is not None else []
        return select(literal(name), *shown, func.count()).where(*where).group_by(*by)

    states = (c.level, c.receipt, c.late, c.slow, c.light)
    return union_all(
        facet("state", c.level, c.receipt, number, c.late, c.slow, c.light, by=states, but="state"),
        facet("all", c.level, c.receipt, number, number, c.slow, text, by=(c.level, c.receipt, c.slow), but=None),
        facet("unit", text, text, c.receiver_id, number, number, text, by=(c.receiver_id,), but="unit"),
        facet("region", c.region_path, text, number, number, number, text, by=(c.region_path,), but="region"),
    )


def _add_state(found: Counts, n: Narrowing, state: tuple[Level, str, int, int, Light], count: int) -> None:
    level, receipt_code, late, is_slow, lit = state
    fits = {
        "level": level in (n.levels or PRESSING),
        "receipt": not n.receipts or receipt_code in n.receipts,
        "late": late >= n.late_days,
        "slow": bool(is_slow) or not n.is_slow,
        "light": not n.lights or lit in n.lights,
    }

    def all_but(facet: str) -> bool:
        return all(fit for name, fit in fits.items() if name != facet)

    found.total += count * all(fits.values())
    found.slow += count * (bool(is_slow) and all_but("slow"))
    found.levels[level] += count * all_but("level")
    found.lights[lit] += count * all_but("light")
    if receipt_code:
        found.receipts[Receipt(receipt_code)] += count * all_but("receipt")
    for days in LATE_DAYS:
        found.late[days] += count * (late >= days and all_but("late"))


def _add_all(found: Counts, state: tuple[Level, str, int], count: int) -> None:
    level, receipt_code, is_slow = state
    found.pressed += count * (level is not Level.REMINDER)
    if receipt_code == Receipt.UNOPENED:
        found.unopened += count
        found.unopened_slow += count * bool(is_slow)


def _child_of(bases: list[str], path: str) -> int:
    """The region just below the actor's own in which ``path`` lies; 0 for the actor's own region itself."""
    base = next((base for base in bases if path.startswith(base)), "/")
    return int(path.removeprefix(base).partition("/")[0] or 0)


def _choices(table: Any, name: Any, counted: Counter[int]) -> list[Choice]:
    ids = [row_id for row_id, _ in counted.most_common(UNITS_OFFERED)]
    names = {row_id: words for row_id, words in db.session.execute(select(table.id, name).where(table.id.in_(ids)))}
    return [Choice(row_id, names[row_id], counted[row_id]) for row_id in ids if row_id in names]
