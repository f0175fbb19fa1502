"""管家工作量: how much each steward carries, for whoever shares it out. A table of load, not a ranking of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)

from models import clock
from models.access import Post, Role, User
from models.base import UTCDateTime, db
from models.bulk import among
from models.directory import Organisation, Steward, Stewardship, StewardshipKind
from models.engagement import Interaction
from models.tickets import Ticket
from operations.access import duty_scope
from operations.access.actor import Actor
from operations.access.withholding import open_to
from operations.directory import tenures
from operations.directory.stewards import CAPACITY, on_duty
from operations.insight.lines import EPOCH

SHOWN = 50
# As the index ix_stewardships_open has it: without parameters that would hide it from a planner.
OPEN_MAIN = literal_column("stewardships.kind = 'main' AND stewardships.ended_at IS NULL", Boolean)
MICROSECOND = timedelta(microseconds=1)
# What the list may be sorted by; the first is the usual one.
SORTS = {"held": "主管户数", "open": "在办办件", "overdue": "逾期", "quiet": "最久未互动"}
TABS = {"all": "全部", "silent": "零互动", "full": "已满", "free": "有余量"}


@dataclass(frozen=True, slots=True)
class Load:
    """One steward's load. ``used`` is in percent of the capacity; ``last`` is the latest interaction, None for none."""

    id: int
    name: str
    unit: str
    held: int
    covered: int
    capacity: int
    open_count: int
    overdue: int
    last: datetime | None

    @property
    def used(self) -> int:
        """Percent of the capacity, rounded."""
        return round(self.held * 100 / self.capacity)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ended: the value it is sorted by, and the steward's id."""

    value: int
    user_id: int

    def __str__(self) -> str:
        return f"{self.value}-{self.user_id}"

    @classmethod
    def parse(cls, text: str) -> "Mark | None":
        """What ``str`` wrote; None for anything else."""
        value, dash, user_id = text[:40].partition("-")
        if not (dash and f"{value}{user_id}".isascii() and value.isdecimal() and user_id.isdecimal()):
            return None
        return cls(int(value), int(user_id)) if int(value) < 2**62 and int(user_id) < 2**31 else None


@dataclass(frozen=True, slots=True)
class Loads:
    """One page, and the mark of the next."""

    rows: Sequence[Load]
    after: Mark | None


def listed(
    actor: Actor, *, sort: str = "held", tab: str = "all", words: str = "", region: str = "",
    after: Mark | None = None,
) -> Loads:
    """The stewards on duty of the actor's region, or of the one coded ``region`` within it. Two statements: which ones,
    then what these carry.
    """
    now = clock.now()
    key, joins = _key(sort, now, actor)
    rows = select(User.id, key.label("key")).outerjoin(Steward, Steward.user_id == User.id)
    for grouped in joins:
        rows = rows.outerjoin(grouped, grouped.c.steward_id == User.id)
    rows = rows.where(on_duty(), duty_scope.steward_scope(actor), _of_tab(tab))
    if words:
        rows = rows.where(or_(User.name.startswith(words, autoescape=True), User.phone == words))
    if region:
        rows = rows.where(duty_scope.stewards_below(region))
    value: Any = None
    if after:
        value = literal(EPOCH + after.value * MICROSECOND, UTCDateTime()) if sort == "quiet" else literal(after.value)
    keyed = tuple_(key, User.id)
    if sort == "quiet":
        rows = rows.where(keyed > tuple_(value, literal(after.user_id))) if after else rows
        rows = rows.order_by(key, User.id)
    else:
        descending = or_(key < value, and_(key == value, User.id > after.user_id)) if after else None
        rows = rows.where(descending) if descending is not None else rows
        rows = rows.order_by(key.desc(), User.id)
    found = db.session.execute(rows.limit(SHOWN + 1)).all()
    shown = found[:SHOWN]
    more = Mark(_plain(shown[-1].key), shown[-1].id) if len(found) > SHOWN else None
    return Loads(_loads([row.id for row in shown], now, actor), more)


def load_of(person: User, actor: Actor) -> Load:
    """The load of one steward."""
    return _loads([person.id], clock.now(), actor)[0]


def _plain(key: Any) -> int:
    return (key - EPOCH) // MICROSECOND if isinstance(key, datetime) else int(key)


def _key(sort: str, now: datetime, actor: Actor) -> tuple[Any, list[Any]]:
    """What the list is sorted by, and the grouped rows it is read from."""
    if sort == "quiet":
        last = select(func.max(Interaction.occurred_at)).where(Interaction.steward_id == User.id).scalar_subquery()
        return func.coalesce(last, literal(EPOCH, UTCDateTime())), []
    if sort == "held":
        return _held(), []
    tickets = _tickets(now, actor).subquery()
    return func.coalesce(tickets.c.open_count if sort == "open" else tickets.c.overdue, 0), [tickets]


def _of_tab(tab: str) -> ColumnElement[bool]:
    held = _held()
    spoken = select(Interaction.id).where(Interaction.steward_id == User.id).correlate(User).exists()
    tabs: dict[str, Any] = {"silent": ~spoken, "full": held >= _capacity(), "free": held < _capacity()}
    return tabs.get(tab, User.id.is_not(None))


def _held() -> Any:
    """How many enterprises a user is 主管家 of: counted in the index of each, which the reader's region bounds."""
    mine = select(func.count()).where(Stewardship.steward_id == User.id, OPEN_MAIN)
    return mine.correlate(User).scalar_subquery()


def _capacity() -> ColumnElement[int]:
    return cast(CAPACITY, BigInteger)


def _mains() -> Select[*tuple[Any, ...]]:
    return (
        select(Stewardship.steward_id, func.count().label("held"))
        .where(OPEN_MAIN)
        .group_by(Stewardship.steward_id)
    )


def _tickets(now: datetime, actor: Actor) -> Select[*tuple[Any, ...]]:
    late = and_(Ticket.due_at < now, Ticket.paused_at.is_(None))
    known = and_(Ticket.closed_at.is_(None), open_to(actor, Ticket.id))
    return (
        select(Stewardship.steward_id, func.count().label("open_count"), func.count().filter(late).label("overdue"))
        .join(Ticket, and_(Ticket.enterprise_id == Stewardship.enterprise_id, known))
        .where(tenures.is_main(), Stewardship.ended_at.is_(None))
        .group_by(Stewardship.steward_id)
    )


def _loads(ids: Sequence[int], now: datetime, actor: Actor) -> list[Load]:
    mains = _mains().where(among(Stewardship.steward_id)).subquery()
    tickets = _tickets(now, actor).where(among(Stewardship.steward_id)).subquery()
    covered = select(func.count()).where(
        Stewardship.steward_id == User.id, Stewardship.kind == StewardshipKind.SUBSTITUTE,
        Stewardship.started_at <= now, Stewardship.ended_at > now,
    )
    last = select(func.max(Interaction.occurred_at)).where(Interaction.steward_id == User.id)
    unit = (
        select(Organisation.short_name)
        .join(Post, Post.organisation_id == Organisation.id)
        .where(Post.user_id == User.id, Post.role == Role.STEWARD)
        .order_by(Post.ended_at.is_not(None), Post.id).limit(1)
    )
    rows = (
        select(
            User.id, User.name, unit.correlate(User).scalar_subquery(), func.coalesce(mains.c.held, 0),
            covered.correlate(User).scalar_subquery(), CAPACITY, func.coalesce(tickets.c.open_count, 0),
            func.coalesce(tickets.c.overdue, 0), last.correlate(User).scalar_subquery(),
        )
        .outerjoin(Steward, Steward.user_id == User.id)
        .outerjoin(mains, mains.c.steward_id == User.id)
        .outerjoin(tickets, tickets.c.steward_id == User.id)
        .where(among(User.id))
    )
    found = {row[0]: Load(*row) for row in db.session.connection().execute(rows, {"ids": list(ids)})}
    return [found[one] for one in ids]
