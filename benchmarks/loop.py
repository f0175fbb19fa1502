"""``zhitongche bench loop``: the pages and the sweep of the loop with a city's data, beside floors of the same run."""

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.loading import settle_for_jobs
from app.upgrading import upgrade
from benchmarks import crowd, floors, postgres, web
from benchmarks.report import Figure, middle, percentile
from config import Testing
from models.base import db
from models.log import Event
from models.tickets import Status, Ticket
from operations.demo import city as demo_city
from operations.supervision import sweep

SECRET = "only-for-benchmarks-0123456789abcdefghijklmnop"
READ_AIM, WRITE_AIM, SWEEP_AIM, MEMORY_AIM = 1 / 20, 1 / 25, 4.0, 150.0
OVERDUE = 10_000
TURNS = 3


@click.command(name="loop")
@click.option("--tickets", default=100_000, show_default=True, help="how many tickets, 30 % of them open")
@click.option("--overdue", default=OVERDUE, show_default=True, help="how many fall due at once for the sweep")
@click.option("--seconds", default=6.0, show_default=True, help="how long each page is pressed")
@click.option("--database", default="", help="a PostgreSQL database to use; a throw-away server without it")
def command(tickets: int, overdue: int, seconds: float, database: str) -> None:
    """办件闭环：列表、办件页、提交、办理、工作台和巡检。"""
    with contextlib.ExitStack() as room:
        url = database or postgres.create_database(room.enter_context(postgres.throwaway_server()), "loop")
        app = create_app(type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": SECRET}))
        with app.app_context():
            upgrade()
            crowd.fill(demo_city.build(), crowd.Sizes(tickets, tickets * 3 // 10, max(tickets // 5, 400)))
        for figure in itertools.chain(_pages(app, url, seconds), _sweep(app, overdue)):
            click.echo(figure.line())


def _pages(app: Flask, url: str, seconds: float) -> Iterator[Figure]:
    environment = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "DATA_KEYS": Testing.DATA_KEYS[0]}
    with web.serving("benchmarks.bare:app", environment) as (bare, _), \
            web.serving("wsgi:app", environment) as (port, master):
        for name, aim, asking in _askings(app, port):
            floor, load = _in_turn(name, bare, port, asking, seconds=seconds)
            yield Figure(f"bare_page_beside_{name}", floor.per_second, "requests/s", p50_ms=middle(floor.times_ms),
                         p95_ms=percentile(floor.times_ms, 0.95))
            yield Figure(name, load.per_second, "requests/s", floor=floor.per_second, aim=aim,
                         p50_ms=middle(load.times_ms), p95_ms=percentile(load.times_ms, 0.95),
                         statements=floors.statements_of(name))
        yield from _sql(app)
        for size in sorted(web.memory_of_workers(master), reverse=True)[:1]:
            yield Figure("worker_memory", size, "MB RSS", aim=MEMORY_AIM, more_is_better=False)


def _in_turn(name: str, bare: int, port: int, asking: web.Asking, *, seconds: float) -> tuple[web.Load, web.Load]:
    """The bare page and this one, pressed in turns of a third each: a shared machine may be twice as fast a moment
    later, and a floor measured then would say nothing."""
    nothing = web.Asking(lambda _: web.get("/"), b"bare page")
    loads, first = [], 0
    if asking.is_repeatable:
        web.pressed(port, asking, seconds=1)
    web.pressed(bare, nothing, seconds=0.5)
    for _ in range(TURNS):
        loads.append((web.pressed(bare, nothing, seconds=seconds / TURNS),
                      web.pressed(port, asking, seconds=seconds / TURNS, first=first)))
        first = loads[-1][1].next_turn
    floor, load = (web.together(part) for part in zip(*loads, strict=True))
    if load.failures:
        told = load.failures[0].decode(errors="replace")
        wrong = f"{len(load.failures)} of {len(load.times_ms)} answers were wrong"
        raise click.ClickException(f"{name}: {wrong}, such as\n{told}")
    return floor, load


def _askings(app: Flask, port: int) -> Iterator[tuple[str, float, web.Asking]]:
    with app.app_context():
        steward = web.sign_in(port, "liumin", demo_city.PASSWORD)
        clerk = web.sign_in(port, "wujie", demo_city.PASSWORD)
        rows = sa.select(Ticket.number, Ticket.version).order_by(Ticket.id.desc())
        recent = db.session.execute(rows.limit(2000)).all()
        waiting = db.session.scalars(sa.select(Ticket.number).where(Ticket.status == Status.SUBMITTED)).all()
    floors.count_statements(app, steward, clerk, recent[0].number)
    yield "list_page", READ_AIM, web.Asking(lambda n: web.get("/tickets", clerk), "办件".encode())
    yield "ticket_page", READ_AIM, web.Asking(
        lambda n: web.get(f"/tickets/{recent[n % len(recent)].number}", clerk), "时限".encode())
    yield "workbench", READ_AIM, web.Asking(lambda n: web.get("/desk", steward), "今日工作台".encode())
    yield "create", WRITE_AIM, floors.creating(port, clerk)
    yield "one_act", WRITE_AIM, floors.accepting(port, clerk, waiting)


def _sql(app: Flask) -> Iterator[Figure]:
    """Each page's application time beside its own SQL sent through bare psycopg."""
    for name in ("list_page", "ticket_page", "workbench"):
        page_ms, sql_ms, count = floors.page_and_its_sql(app, *floors.asked_as(name))
        yield Figure(f"{name}_over_its_sql", page_ms, "ms", floor=sql_ms, statements=count, more_is_better=False)


def _sweep(app: Flask, overdue: int) -> Iterator[Figure]:
    with app.app_context():
        overdue = floors.let_fall_due(overdue)
        before = db.session.scalar(sa.select(sa.func.max(Event.seq))) or 0
        settle_for_jobs()  # as the process of the jobs does; this one has filled a city before
        took, swept = _timed(sweep.sweep)
        if swept.fired != overdue:
            raise click.ClickException(f"sweep: {swept.fired} orders opened, not {overdue}")
        bare_insert = floors.bare_insert_of_the_same_rows(before)
        nothing, _ = _timed(sweep.sweep)
        yield Figure("sweep", took, "s", floor=bare_insert, aim=SWEEP_AIM, more_is_better=False)
        yield Figure("sweep_rate", overdue / took, "orders/s")
        yield Figure("idle_sweep", nothing * 1000, "ms")


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done
