"""``zhitongche bench supervision``: the sweep among a million tickets on PostgreSQL, beside bare SQL of its rows."""

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.loading import settle_for_jobs
from app.upgrading import upgrade
from benchmarks import floors, killing, letters, million, postgres
from benchmarks.report import Figure
from config import Testing
from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.log import LogHead
from operations.demo import city as demo_city
from operations.supervision import sweep

SECRET = "only-for-benchmarks-0123456789abcdefghijklmnop"
SWEEP_AIM, IDLE_AIM_MS, OPEN_AIM, DUE_AIM = 4.0, 50.0, 1.3, 1.3
IDLE_SWEEPS = 40
LETTERS = 1000
FEW = 5  # one of so many newly due, and of so many tickets, for the smaller sizes


@click.command(name="supervision")
@click.option("--tickets", default=1_000_000, show_default=True, help="how many tickets, 30 % of them open")
@click.option("--overdue", default=50_000, show_default=True, help="how many fall due at once")
@click.option("--database", default="", help="an empty PostgreSQL database to use; a throw-away server without it")
def command(tickets: int, overdue: int, database: str) -> None:
    """督办巡检：百万件中新到期的逐级督办，多进程与强杀。"""
    with contextlib.ExitStack() as room:
        url = database or postgres.create_database(room.enter_context(postgres.throwaway_server()), "supervision")
        app = create_app(type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": SECRET}))
        with app.app_context():
            upgrade()
            settle_for_jobs()
            for figure in _figures(app, url, tickets, overdue):
                click.echo(figure.line())


def _figures(app: Flask, url: str, tickets: int, overdue: int) -> Iterator[Figure]:
    place, small = million.found(demo_city.build()), tickets // FEW
    million.add(place, million.Span(0, small, small * 3 // 10))
    among_few = _sweep_of(overdue // FEW)
    million.add(place, million.Span(small, tickets, tickets * 3 // 10 - small * 3 // 10))
    among_many = _sweep_of(overdue // FEW)
    yield Figure("sweep_with_five_times_the_open", among_many, "s", floor=among_few, aim=OPEN_AIM, more_is_better=False)
    before = _last_event()
    whole = _sweep_of(overdue)
    inserts, updates = floors.bare_insert_of_the_same_rows(before), floors.bare_update_of_the_same_rows(before)
    yield Figure("sweep", whole, "s", floor=inserts + updates, aim=SWEEP_AIM, more_is_better=False)
    yield Figure("sweep_beside_its_inserts_alone", whole, "s", floor=inserts)
    yield Figure("sweep_with_five_times_the_due", whole / FEW, "s per fifth", floor=among_many, aim=DUE_AIM,
                 more_is_better=False)
    yield Figure("sweep_rate", overdue / whole, "orders/s")
    idle = statistics.median(_timed(sweep.sweep)[0] for _ in range(IDLE_SWEEPS))
    yield Figure("idle_sweep", idle * 1000, "ms", aim=IDLE_AIM_MS, more_is_better=False)
    yield from _killed(url, overdue, opened_before=overdue + 2 * (overdue // FEW))
    yield from letters.rendered(LETTERS)


def _killed(url: str, overdue: int, *, opened_before: int) -> Iterator[Figure]:
    before = _last_event()
    let_fall_due(overdue)
    told = killing.fight(url)
    wrong = killing.amiss(before, opened_before + overdue)
    for words in wrong:
        click.echo(f"sweep of four under kill -9: {words}", err=True)
    yield Figure("sweep_of_four_under_kill", told.seconds, "s")
    yield Figure("workers_killed", told.killed, "workers")
    yield Figure("found_amiss_after_the_kills", len(wrong), "faults", aim=0, more_is_better=False)


def _sweep_of(count: int) -> float:
    """Seconds of the sweep that opens ``count`` first supervisions."""
    let_fall_due(count)
    took, swept = _timed(sweep.sweep)
    if swept.fired != count:
        raise click.ClickException(f"sweep: {swept.fired} orders opened, not {count}")
    return took


def let_fall_due(count: int) -> None:
    """Let the case clocks of ``count`` tickets that nobody was pressed about yet lapse now."""
    now = clock.now()
    table = Clock.__table__
    in_time = (Clock.stopped_at.is_(None), Clock.fire_at.is_not(None), Clock.due_at > now)
    running = sa.select(Clock.id).where(Clock.kind == ClockKind.HANDLING, *in_time)
    # Some of every hour and unit, as they would be: not the neighbours in one page of the table.
    chosen = running.order_by(Clock.id % 997, Clock.id).limit(count)
    lapsed = sa.update(table).values(due_at=now, warn_at=now, fire_at=now).where(table.c.id.in_(chosen))
    changed = db.session.connection().execute(lapsed).rowcount
    db.session.commit()
    if changed != count:
        raise click.ClickException(f"only {changed} clocks are left to lapse, not {count}")


def _last_event() -> int:
    seq = db.session.scalar(sa.select(LogHead.seq)) or 0
    db.session.rollback()
    return seq


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done
