"""A city's worth of rows, made by COPY: enterprises, tickets of every status with orders, clocks and sealed events."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.bulk import insert_rows, reserve_ids
from models.clocks import Clock, ClockKind, ClockOutcome
from models.directory import Enterprise, Stewardship
from models.log import Event, LogHead
from models.tickets import Act, OrderOutcome, OrderRole, Round, Status, Ticket, UnitOrder
from operations import log
from operations.access.actor import Actor, Standing
from operations.clocks import rulebook
from operations.clocks.calendar import Limit, WorkCalendar
from operations.demo.city import City

FIRST_ENTERPRISE, FIRST_TICKET = 1000, 1000
OF_ONE_STEWARD, OF_EACH_OTHER = 200, 27  # a city of 194,000 enterprises has 7,283 stewards
SUBJECTS = ("门前道路围挡影响原料运输", "扩建车间消防验收要求不一致", "社保减免退费没有到账", "厂区外接线路迟迟未送电",
            "高新企业奖补资金未拨付", "工业用地宗地图与红线不符", "燃气接入审批超时", "公交站点迁移影响职工通勤")
# A status of an open ticket, how often, and the clock that governs it.
OPEN = (
    (Status.SUBMITTED, 0.10, ClockKind.ACCEPTANCE, "1d"),
    (Status.COORDINATING, 0.10, ClockKind.COORDINATION, "1d"),
    (Status.HANDLING, 0.60, ClockKind.HANDLING, "5d"),
    (Status.HANDLED, 0.08, ClockKind.REPLY, "1d"),
    (Status.REPLIED, 0.07, ClockKind.FOLLOW_UP, "2d"),
    (Status.FOLLOWED_UP, 0.05, ClockKind.RATING, "5d"),
)
WITH_A_UNIT = {Status.HANDLING, Status.HANDLED, Status.REPLIED, Status.FOLLOWED_UP, Status.CLOSED}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each; the defaults are the issue's."""

    tickets: int = 100_000
    open_tickets: int = 30_000
    enterprises: int = 20_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one ticket will be."""

    id: int
    status: Status
    kind: ClockKind
    limit: str
    submitted_at: datetime
    due_at: datetime
    warn_at: datetime
    unit_id: int | None
    enterprise_id: int

    @property
    def is_open(self) -> bool:
        return self.status.is_open


def fill(city: City, sizes: Sizes) -> None:
    """Fill the database of the running app (PostgreSQL) beside the demonstration city; one transaction, by COPY."""
    chance, now = random.Random(7), clock.now()
    places = [(region.id, region.path) for region in city.regions.values() if region.code.startswith("990102")]
    bureaus = [unit.id for unit in city.organisations.values() if unit.kind == "bureau"]
    # Read before the first COPY: while one runs the connection answers nothing else.
    first, town = city.users["liumin"], city.organisations["城东街道办事处"]
    post = {"role": Role.STEWARD, "organisation_id": town.id, "region_id": town.region_id, "rank": 9}
    others = enrol("steward_", [post] * (sizes.enterprises // OF_EACH_OTHER), password=first.password_hash or "")
    plans = list(_plans(sizes, bureaus, chance, now, rulebook.current().calendar))
    connection = db.session.connection()
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # the events take a while to seal
    copy = Copier(connection)
    copy(Enterprise, _enterprises(sizes, places, now))
    copy(Stewardship, _stewardships(sizes, first.id, others, now))
    copy(Ticket, (_ticket(plan, places) for plan in plans))
    copy(Round, (_round(plan) for plan in plans))
    copy(UnitOrder, (_order(plan, now) for plan in plans if plan.unit_id))
    copy(Clock, (_clock(plan, now) for plan in plans))
    _events(copy, plans, city)
    for model in (Enterprise, Stewardship, Ticket, Round, UnitOrder, Clock):
        name = model.__tablename__
        highest = f"(SELECT max(id) FROM {name})"
        connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {highest})")
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        outside.exec_driver_sql("VACUUM ANALYZE")


def enrol(prefix: str, posts: Sequence[Mapping[str, Any]], *, password: str) -> list[int]:
    """One person for each of these posts, who may sign in by the password that was hashed; their ids."""
    connection, began = db.session.connection(), clock.now() - timedelta(days=400)
    ids = reserve_ids(connection, User.__table__, len(posts))
    insert_rows(connection, User.__table__, [
        {"id": own, "username": f"{prefix}{n}", "name": "压测人员", "password_hash": password, "is_active": True,
         "created_at": began, "first_signed_in_at": began} for n, own in enumerate(ids)])
    insert_rows(connection, Post.__table__, [
        {"user_id": own, "title": "", "started_at": began, **post} for own, post in zip(ids, posts, strict=True)])
    return list(ids)


class Copier:
    """COPY rows given as dictionaries into a model's table; what is not given is the column's default, or NULL."""

    def __init__(self, connection: sa.Connection) -> None:
        self.cursor = connection.connection.cursor()

    def __call__(self, model: Any, rows: Iterable[dict[str, Any]]) -> None:
        columns = model.__table__.columns
        names = [column.name for column in columns if column.computed is None and column.server_default is None]
        quoted = ", ".join(f'"{name}"' for name in names)
        with self.cursor.copy(f"COPY {model.__tablename__} ({quoted}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row.get(name) for name in names])


def _plans(
    sizes: Sizes, bureaus: Sequence[int], chance: random.Random, now: datetime, calendar: WorkCalendar
) -> Iterable[_Plan]:
    kinds, weights = [(s, k, limit) for s, _, k, limit in OPEN], [weight for _, weight, _, _ in OPEN]
    for number in range(sizes.tickets):
        if number < sizes.tickets - sizes.open_tickets:
            status, kind, limit = Status.CLOSED, ClockKind.HANDLING, "5d"
            submitted_at = now - timedelta(days=14 + chance.random() * 350)
        else:
            status, kind, limit = chance.choices(kinds, weights)[0]
            submitted_at = now - timedelta(hours=chance.random() * 30)
        due_at = calendar.due(submitted_at, Limit.parse(limit)).due_at
        if status.is_open:  # nothing is due yet: the sweep's turn comes when the benchmark says so
            due_at = max(due_at, now + timedelta(days=1 + chance.random() * 5))
        warn_at = max(calendar.warn_at(submitted_at, due_at, Limit.parse(limit)), now + timedelta(hours=12))
        unit = chance.choice(bureaus) if status in WITH_A_UNIT else None
        yield _Plan(FIRST_TICKET + number, status, kind, limit, submitted_at, due_at, min(warn_at, due_at), unit,
                    FIRST_ENTERPRISE + chance.randrange(sizes.enterprises))


def _enterprises(sizes: Sizes, places: Sequence[tuple[int, str]], now: datetime) -> Iterable[dict[str, Any]]:
    for number in range(sizes.enterprises):
        yield {
            "id": FIRST_ENTERPRISE + number, "name": f"云州测试企业{number:06d}有限公司", "short_name": f"测试企业{number:06d}",
            "kind": "company", "category": "general", "status": "operating",
            "region_id": places[number % len(places)][0], "address": "", "industry": "", "legal_representative": "",
            "contact_name": "联系人", "contact_phone": "13800000000",
            "has_green_card": False, "created_at": now, "quiet_since": now,
        }


def _stewardships(sizes: Sizes, first: int, others: Sequence[int], now: datetime) -> Iterable[dict[str, Any]]:
    for number in range(sizes.enterprises):
        steward_id = first if number < OF_ONE_STEWARD else others[number % len(others)]
        yield {
            "id": FIRST_ENTERPRISE + number, "enterprise_id": FIRST_ENTERPRISE + number, "kind": "main", "reason": "",
            "steward_id": steward_id, "started_at": now - timedelta(days=400),
        }


def _ticket(plan: _Plan, places: Sequence[tuple[int, str]]) -> dict[str, Any]:
    region_id, path = places[plan.enterprise_id % len(places)]
    running = {"due_at": plan.due_at, "warn_at": plan.warn_at} if plan.is_open else {"closed_at": plan.due_at}
    return running | {
        "id": plan.id, "number": f"ZQ-2026-{plan.submitted_at.month:02d}-{plan.id:07d}",
        "subject": f"{SUBJECTS[plan.id % len(SUBJECTS)]}（{plan.id}）", "content": "请有关部门尽快协调解决，已影响生产。" * 4,
        "kind": "help", "urgency": "ordinary", "difficulty": "ordinary", "category": "城乡建设", "channel": "platform",
        "is_confidential": False, "enterprise_id": plan.enterprise_id, "region_id": region_id, "region_path": path,
        "contact_name": "", "contact_phone": "", "status": str(plan.status), "round": 1, "lead_unit_id": plan.unit_id,
        "submitted_at": plan.submitted_at, "is_provisional": False, "rung": 0, "version": 3,
    }


def _round(plan: _Plan) -> dict[str, Any]:
    return {"id": plan.id, "ticket_id": plan.id, "number": 1, "reason": "", "opened_at": plan.submitted_at}


def _order(plan: _Plan, now: datetime) -> dict[str, Any]:
    done = plan.status is not Status.HANDLING
    return {
        "id": plan.id, "ticket_id": plan.id, "round": 1, "unit_id": plan.unit_id, "role": str(OrderRole.LEAD),
        "basis": "", "ordered_at": plan.submitted_at, "signed_at": now, "contacted_at": now, "report": "",
        "ended_at": now if done else None, "outcome": str(OrderOutcome.DONE) if done else None,
    }


def _clock(plan: _Plan, now: datetime) -> dict[str, Any]:
    stopped = {} if plan.is_open else {"stopped_at": plan.due_at, "outcome": str(ClockOutcome.MET)}
    return stopped | {
        "id": plan.id, "ticket_id": plan.id, "round": 1, "kind": str(plan.kind), "limit": plan.limit,
        "started_at": plan.submitted_at, "original_due_at": plan.due_at, "due_at": plan.due_at, "warn_at": plan.warn_at,
        "is_provisional": False, "due_version": 1, "fire_at": plan.warn_at if plan.is_open else None,
    }


def _events(copy: Copier, plans: Sequence[_Plan], city: City) -> None:
    """Three sealed events a ticket, a true chain: the ticket page and the verifier find what they expect."""
    actor = Actor(city.users["liumin"].id, "刘敏", (Standing(None, "steward"),))  # type: ignore[arg-type]
    head = db.session.get_one(LogHead, 1)
    rows, seq, prev = [], head.seq, head.hash
    for plan in plans:
        for act, source, target in ((Act.SUBMIT, None, "submitted"), (Act.ACCEPT, "submitted", "coordinating"),
                                    (Act.DISPATCH, "coordinating", "handling")):
            seq += 1
            draft = log.Draft(act, "ticket", plan.id, plan.submitted_at.astimezone(UTC), actor, ticket_id=plan.id,
                              round=1, source=source, target=target, is_public=True)
            row, _ = log.link(draft, seq, prev, "bench")
            prev = row["hash"]
            rows.append(row)
    copy(Event, rows)
    head.seq, head.hash = seq, prev
    db.session.flush()
