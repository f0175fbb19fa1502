"""What the figures are held against, and how the requests of the benchmark look."""

import secrets
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from benchmarks import crowd, web
from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.letters import Letter
from models.log import Event
from models.notices import Notice
from models.supervision import Supervision

_counted: dict[str, int] = {}
_paths: dict[str, tuple[str, str]] = {}
ROUNDS = 60
# Where a table has partitions: the one that has every index, those too that hold within a partition only.
_NEWEST = "SELECT max(inhrelid)::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"


def count_statements(app: Flask, steward: str, clerk: str, number: str) -> None:
    """Ask each page once in this process and count what it sends to the database."""
    _paths.update(
        list_page=("/tickets", clerk), ticket_page=(f"/tickets/{number}", clerk), workbench=("/desk", steward)
    )
    for name, (path, cookie) in _paths.items():
        with app.app_context(), listening() as sent:
            answer = _client(app).get(path, headers={"Cookie": cookie})
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        _counted[name] = len(sent)


def statements_asked(app: Flask, path: str, cookie: str) -> int:
    """How many statements a page sends, asked a second time in this process: what is built once has been built."""
    for _ in range(2):
        with app.app_context(), listening() as sent:
            answer = _client(app).get(path, headers={"Cookie": cookie})
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return len(sent)


def statements_of(name: str) -> int | None:
    """SQL statements of a page, session look-up included."""
    return _counted.get(name)


def asked_as(name: str) -> tuple[str, str]:
    """The path of a page of the loop and the cookie of who asks for it."""
    return _paths[name]


def page_and_its_sql(app: Flask, path: str, cookie: str) -> tuple[float, float, int]:
    """Milliseconds of the whole page in one process, of its own statements through bare psycopg, and their number."""
    client = _client(app)
    with app.app_context(), listening() as sent:
        client.get(path, headers={"Cookie": cookie})
    page_ms = _median_ms(lambda: client.get(path, headers={"Cookie": cookie}))
    with app.app_context():
        address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    as_the_site = app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]["options"]  # else another plan is measured
    with psycopg.connect(address, autocommit=True, options=as_the_site) as connection:

        def statements() -> None:
            for sql, parameters in sent:
                cursor = connection.execute(sql, parameters)
                if cursor.description:  # now and then a page notes that its session was seen
                    cursor.fetchall()

        return page_ms, _median_ms(statements), len(sent)


def creating(port: int, cookie: str) -> web.Asking:
    """Submit a demand on behalf of an enterprise, as the service centre does."""
    token, cookie = web.csrf_of(port, f"/enterprises/{crowd.FIRST_ENTERPRISE}/demand", cookie)

    def request(turn: int) -> bytes:
        fields = {"csrf_token": token, "form_key": secrets.token_urlsafe(18), "subject": f"性能测试诉求 {turn}",
                  "content": "门前道路围挡，货车进不来，影响生产。", "kind": "help", "urgency": "ordinary", "channel": "hotline",
                  "has_seen_similar": "y"}
        path = f"/enterprises/{crowd.FIRST_ENTERPRISE + turn % 400}/demand"
        return web.post(path, urlencode(fields).encode(), cookie)

    return web.Asking(request, b"/tickets/", status=(b"302",))


def accepting(port: int, cookie: str, numbers: Sequence[str]) -> web.Asking:
    """受理: one act that moves a ticket, each ticket once."""
    token, cookie = web.csrf_of(port, f"/tickets/{numbers[0]}/accept", cookie)

    def request(turn: int) -> bytes:
        fields = {
            "csrf_token": token, "form_key": secrets.token_urlsafe(18), "category": "城乡建设", "difficulty": "ordinary"
        }
        return web.post(f"/tickets/{numbers[turn]}/accept", urlencode(fields).encode(), cookie)

    return web.Asking(request, b"/tickets/", status=(b"302",), is_repeatable=False)


def let_fall_due(count: int) -> int:
    """Let the case clocks of ``count`` tickets, or of all there are, lapse now and nothing else; returns how many."""
    now = clock.now()
    chosen = sa.select(Clock.id).where(Clock.kind == ClockKind.HANDLING, Clock.stopped_at.is_(None)).limit(count)
    table = Clock.__table__
    db.session.execute(sa.update(table).values(fire_at=None).where(table.c.fire_at <= now))
    lapsed = sa.update(table).values(due_at=now, warn_at=now, fire_at=now).where(table.c.id.in_(chosen))
    changed = db.session.connection().execute(lapsed).rowcount
    db.session.commit()
    return changed


def bare_insert_of_the_same_rows(since: int) -> float:
    """Seconds of one INSERT … SELECT per table of the very rows the sweep wrote, into empty twins with the same
    indexes and keys, in one transaction."""
    connection = db.session.connection()
    first, at = _first_order(since)
    fresh = {Supervision: f"id >= {first}", Notice: f"created_at >= '{at.isoformat()}'", Event: f"seq > {since}",
             Letter: f"supervision_id >= {first}"}
    for model in fresh:
        name = model.__tablename__
        alike = connection.exec_driver_sql(_NEWEST, (name,)).scalar() or name
        connection.exec_driver_sql(f"CREATE TABLE twin_of_{name} (LIKE {alike} INCLUDING ALL)")
        foreign_keys = (
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
        )
        for (definition,) in connection.exec_driver_sql(foreign_keys, (name,)).all():
            connection.exec_driver_sql(f"ALTER TABLE twin_of_{name} ADD {definition}")
    db.session.commit()
    started = time.perf_counter()
    for model, condition in fresh.items():
        name = model.__tablename__
        db.session.connection().exec_driver_sql(
            f"INSERT INTO twin_of_{name} SELECT * FROM {name} WHERE {condition}"
        )
    db.session.commit()
    return time.perf_counter() - started


def bare_update_of_the_same_rows(since: int) -> float:
    """Seconds of the two UPDATEs a sweep cannot do without: clocks looked at no more, tickets a rung higher.

    Done again on the very rows, and rolled back.
    """
    connection, (first, _) = db.session.connection(), _first_order(since)
    orders = f"SELECT {{}} FROM supervisions WHERE id >= {first}"
    started = time.perf_counter()
    connection.exec_driver_sql(f"UPDATE clocks SET fire_at = NULL WHERE id IN ({orders.format('clock_id')})")
    connection.exec_driver_sql(f"UPDATE tickets SET rung = rung + 1 WHERE id IN ({orders.format('ticket_id')})")
    took = time.perf_counter() - started
    db.session.rollback()
    return took


def _first_order(since: int) -> tuple[int, datetime]:
    """The first order that was opened after this event, and when."""
    opened = sa.select(sa.func.min(Event.object_id), sa.func.min(Event.at)).where(
        Event.seq > since, Event.object_type == "supervision"
    )
    first, at = db.session.execute(opened).one()
    assert first is not None
    return first, at


@contextmanager
def listening() -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def _client(app: Flask) -> FlaskClient:
    return FlaskClient(app, app.response_class, use_cookies=False)


def _median_ms(work: Any) -> float:
    spans = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        spans.append((time.perf_counter() - started) * 1000)
    return statistics.median(spans)
