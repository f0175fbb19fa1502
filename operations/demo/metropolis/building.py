"""Building the large demonstration beside the small one, step by step, each step one transaction."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.access import User
from models.base import db
from models.bulk import insert_rows, reserve_ids
from models.directory import Enterprise, Stewardship
from models.engagement import Effect, Flaw, Interaction, InteractionKind
from operations import log
from operations.access.actor import SYSTEM
from operations.base import operation
from operations.demo.metropolis.firms import SOURCE, Firms
from operations.demo.metropolis.ground import Place, lay_out
from operations.demo.metropolis.people import OnDuty, by_town, employ
from operations.errors import Refused
from operations.insight.indexing import index_enterprises

CHUNK = 10_000
LARGE = 2_000  # from so many enterprises on the counties get all their towns
# One steward with more than any other, and one enterprise spoken to more than any other: what the pages must stand.
BUSY_STEWARD, BUSY_LOAD, BUSY_FIRM = "liumin", 200, 500
MATCHED, TALKS_A_FIRM = 0.97, 105_169 / 194_000  # the city of facts.md §12.1
ANSWERED_WITHIN, CONFIRMED = timedelta(days=7), 0.6
KINDS, OFTEN = list(InteractionKind), (0.55, 0.25, 0.10, 0.05, 0.05)
SAID = ("走访了解用工和订单情况，企业生产正常，暂无诉求。", "电话询问近期用电和融资需求，企业表示流动资金偏紧，已告知贷款贴息政策。",
        "到厂区查看消防整改进度，企业希望延长整改期限，约定下周再看。", "宣讲稳岗返还政策，企业财务当场核对了参保人数。",
        "询问原料运输和道路围挡影响，企业反映进场时间受限，已记下待协调。")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many enterprises and stewards."""

    enterprises: int
    stewards: int


def build(sizes: Sizes, names: Sequence[str], progress: Progress, *, seed: int = 194_000) -> None:
    """Build the large city; ``progress(step, done, total)`` is told after every chunk. Raises Refused the second time.
    """
    if db.session.scalar(sa.select(sa.exists().where(Enterprise.source == SOURCE))):
        raise Refused("大城演示数据已经在库里，没有再装。")
    chance = random.Random(seed)
    places, duties = _settle(chance, sizes)
    progress("区划和管家", sizes.stewards, sizes.stewards)
    firms = Firms(chance, places, names, clock.now())
    on_ground, done = by_town(duties), 0
    for count in _chunks(sizes.enterprises):
        _found(firms, count, on_ground, is_first=done == 0)
        done += count
        progress("企业、结对和互动", done, sizes.enterprises)
    _analyze()


@operation
def _settle(chance: random.Random, sizes: Sizes) -> tuple[list[Place], list[OnDuty]]:
    hashed = db.session.scalars(sa.select(User.password_hash).where(User.username == BUSY_STEWARD)).one()
    places = lay_out(chance, is_large=sizes.enterprises >= LARGE)
    duties = employ(chance, sizes.stewards, places, hashed or "")
    details = {"enterprises": sizes.enterprises, "stewards": sizes.stewards}
    log.record("build_city", object_type="site", object_id=1, actor=SYSTEM, standing=SYSTEM.posts[0], details=details)
    return places, duties


@operation
def _found(firms: Firms, count: int, on_ground: dict[int, list[OnDuty]], *, is_first: bool) -> None:
    """So many enterprises with their stewards and a year of talks."""
    chance, connection = firms.chance, db.session.connection()
    drawn = list(firms.rows(reserve_ids(connection, Enterprise.__table__, count)))
    matches = [(row, duty) for row, place in drawn if (duty := _match(chance, on_ground.get(place.town_id, ())))]
    pairs = [(row, duty.user_id, duty.is_active) for row, duty in matches]
    if is_first:
        pairs = _with_a_busy_steward(pairs)
    talks = list(_talks(pairs, chance, firms.now, is_first=is_first))
    for row, talk in talks:
        row["quiet_since"] = max(row["quiet_since"], talk["occurred_at"])
    insert_rows(connection, Enterprise.__table__, [row for row, _ in drawn])
    insert_rows(connection, Stewardship.__table__, [
        {"enterprise_id": row["id"], "steward_id": steward, "kind": "main", "started_at": row["created_at"],
         "reason": "网格相同"}
        for row, steward, _ in pairs
    ])
    insert_rows(connection, Interaction.__table__, [talk for _, talk in talks])
    index_enterprises(row["id"] for row, _ in drawn)


def _match(chance: random.Random, duties: Sequence[OnDuty]) -> OnDuty | None:
    return chance.choice(duties) if duties and chance.random() < MATCHED else None


def _with_a_busy_steward(pairs: list[tuple[dict[str, Any], int, bool]]) -> list[tuple[dict[str, Any], int, bool]]:
    busy = db.session.scalars(sa.select(User.id).where(User.username == BUSY_STEWARD)).one()
    return [(row, busy, True) for row, _, _ in pairs[:BUSY_LOAD]] + pairs[BUSY_LOAD:]


def _talks(
    pairs: Sequence[tuple[dict[str, Any], int, bool]], chance: random.Random, now: datetime, *, is_first: bool
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for number, (row, steward, is_active) in enumerate(pairs):
        often = BUSY_FIRM if is_first and number == 0 else 2 if chance.random() < TALKS_A_FIRM / 2 / MATCHED else 0
        for _ in range(often if is_active else 0):
            at = now - timedelta(minutes=chance.randrange(60, 365 * 24 * 60))
            yield row, {"steward_id": steward, "enterprise_id": row["id"], "kind": chance.choices(KINDS, OFTEN)[0],
                        "content": chance.choice(SAID), "occurred_at": at, "recorded_at": at,
                        "window_ends_at": at + ANSWERED_WITHIN, **_verdict(chance, is_over=now - at > ANSWERED_WITHIN)}


def _verdict(chance: random.Random, *, is_over: bool) -> dict[str, Any]:
    """Most enterprises confirm in the end; what is recent still waits for some of them."""
    if chance.random() < CONFIRMED:
        return {"effect": Effect.EFFECTIVE, "flaw": None}
    if is_over:
        return {"effect": Effect.INEFFECTIVE, "flaw": Flaw.UNANSWERED}
    return {"effect": Effect.PENDING, "flaw": None}


def _chunks(total: int) -> Iterator[int]:
    return (min(CHUNK, total - begun) for begun in range(0, total, CHUNK))


def _analyze() -> None:
    """The planner must know the new sizes, and which pages of the tables are read through their indexes alone."""
    db.session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        outside.exec_driver_sql("VACUUM ANALYZE" if outside.dialect.name == "postgresql" else "ANALYZE")
