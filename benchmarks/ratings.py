"""``zhitongche bench ratings``: follow-up queue, rating, wall and lists with a city's year, and a campaign's draw."""

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import click
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.upgrading import upgrade
from benchmarks import campaigns, floors, postgres, rated, web
from benchmarks.rated import FIRST, Span
from benchmarks.report import Figure, percentile
from config import Testing
from models import clock
from models.base import db
from models.hall import CountedCase
from models.ratings import Rating
from models.tickets import Status, Ticket
from operations.clocks import shanghai
from operations.demo import city as demo_city
from operations.ratings.wall import tallying

SECRET = "only-for-benchmarks-0123456789abcdefghijklmnop"
CASES, TICKETS, PAGE_AIM_MS, YEAR_AIM_MS = 440_000, 60_000, 100.0, 300.0
# One asks after the other: two at once would share two cores with the database and with those who ask, and measure
# who waits for whom. A city's 437,690 cases a year are one in sixteen seconds of office time.
CLIENTS = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is read: by whom, where, and what stands in it."""

    name: str
    who: str
    path: str
    marker: str
    aim_ms: float = PAGE_AIM_MS


@click.command(name="ratings")
@click.option("--scale", default=1.0, show_default=True, help="how much of 440,000 counted cases and 60,000 tickets")
@click.option("--seconds", default=6.0, show_default=True, help="how long each page is pressed")
@click.option("--database", default="", help="an empty PostgreSQL database to use; a throw-away server without it")
def command(scale: float, seconds: float, database: str) -> None:
    """评价：回访队列、评价、评价墙和名单；万企评抽样。"""
    with contextlib.ExitStack() as room:
        url = database or postgres.create_database(room.enter_context(postgres.throwaway_server()), "ratings")
        app = create_app(type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": SECRET}))
        with app.app_context():
            upgrade()
            for figure in _figures(app, url, scale, seconds):
                click.echo(figure.line())


def _figures(app: Flask, url: str, scale: float, seconds: float) -> Iterator[Figure]:
    city = demo_city.build()
    place, cases, tickets = rated.found(city), int(CASES * scale), int(TICKETS * scale)
    environment = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "DATA_KEYS": Testing.DATA_KEYS[0]}
    with web.serving("wsgi:app", environment) as (port, _):
        cookies = {who: web.sign_in(port, who, demo_city.PASSWORD) for who in {page.who for page in _pages()}}
        rated.add(place, Span((0, cases // 10), (0, tickets // 10)))
        tallying.recount()
        few = _statements(app, cookies)
        rest = Span((cases // 10, cases), (tickets // 10, tickets))
        yield Figure("fill", _timed(lambda: rated.add(place, rest)), "s")
        yield Figure("count_all", _timed(lambda: tallying.recount(everything=True)), "s")
        yield Figure("ratings", db.session.scalar(sa.select(sa.func.count()).select_from(Rating)) or 0, "ratings")
        db.session.rollback()
        many = _statements(app, cookies)
        grown = [name for name in many if many[name] != few[name]]
        yield Figure("pages_whose_statements_grew", len(grown), "pages", aim=0, more_is_better=False)
        for page in _pages():
            asking = web.Asking(_get(page.path, cookies[page.who]), page.marker.encode())
            yield _pressed(port, page.name, asking, seconds, aim_ms=page.aim_ms, statements=many[page.name])
        for name, asking in _posts(port):
            yield _pressed(port, name, asking, seconds)
    yield Figure("count_what_came", _timed(tallying.recount), "s")
    campaigns.found(city, enterprises=int(campaigns.ENTERPRISES * scale))
    yield from campaigns.figures()


def _pages() -> list[Page]:
    today = shanghai.today()
    year = f"from={today - timedelta(days=364)}&to={today}"
    unit = f"unit={FIRST}&{year}"
    return [
        Page("follow_ups", "wujie", "/follow-ups", "回访"),
        Page("wall_of_the_city", "hening", f"/ratings?{year}", "办事局7"),
        Page("wall_of_windows", "hening", f"/ratings?{unit}", "窗口"),
        Page("wall_of_officers", rated.LEADER, f"/ratings?{unit}&by=officer", "窗口人员"),
        Page("wall_of_items", "hening", f"/ratings?{unit}&by=item", "事项"),
        Page("list_of_the_city", "hening", f"/ratings/satisfied?{year}", "匿名评价"),
        Page("list_of_bad_ones", "hening", f"/ratings/bad?{year}", "不满意"),
        Page("list_of_an_officer", rated.LEADER,
             f"/ratings/bad?{unit}&by=officer&window={FIRST + rated.UNITS}&officer={FIRST}", "实名评价"),
        Page("list_of_cases", "hening", f"/ratings/cases?{year}", "办件"),
        Page("list_of_a_units_cases", rated.LEADER, f"/ratings/cases?{unit}&by=window", "办件"),
        Page("list_put_right_in_time", "hening", f"/ratings/on_time?{year}", "实名评价"),
        # Live, not summed beforehand: every row of the year is read.
        Page("figures_of_the_year", "hening", f"/figures?{year}", "及时受理率", YEAR_AIM_MS),
        Page("figures_of_the_month", "hening", "/figures", "及时受理率"),
        Page("completeness_of_the_year", "hening", f"/ratings/completeness?{year}", "缺回访", YEAR_AIM_MS),
    ]


def _posts(port: int) -> Iterator[tuple[str, web.Asking]]:
    """A rating by its one-time link, and one at a window; each link and each case once."""
    waiting = sa.select(Ticket.id).where(Ticket.id >= FIRST, Ticket.status == Status.FOLLOWED_UP)
    links = [f"/r/bench-link-{ticket_id}" for ticket_id in db.session.scalars(waiting)]
    unrated = sa.select(CountedCase.number, CountedCase.officer_id).where(
        CountedCase.finished_at > clock.now() - timedelta(days=28), CountedCase.id >= FIRST,
        ~sa.exists().where(Rating.counted_case_id == CountedCase.id),
    )
    rows: Any = db.session.execute(unrated)
    desks = [(f"/d/bench{officer_id - FIRST}", number) for number, officer_id in rows]
    db.session.rollback()
    yield "rate_by_link", _rating(port, [(path, "") for path in links])
    yield "rate_at_a_window", _rating(port, desks)


def _rating(port: int, cases: list[tuple[str, str]]) -> web.Asking:
    token, cookie = web.csrf_of(port, cases[0][0], "")

    def request(turn: int) -> bytes:
        path, number = cases[turn]
        fields = {"csrf_token": token, "form_key": secrets.token_urlsafe(18), "grade": "satisfied", "number": number,
                  "named": "no" if turn % 2 else "yes"}
        return web.post(path, urlencode(fields).encode(), cookie)

    return web.Asking(request, b"/r/thanks", status=(b"302",), is_repeatable=False)


def _get(path: str, cookie: str) -> Callable[[int], bytes]:
    return lambda _: web.get(path, cookie)


def _pressed(
    port: int, name: str, asking: web.Asking, seconds: float, *, aim_ms: float = PAGE_AIM_MS,
    statements: int | None = None,
) -> Figure:
    if asking.is_repeatable:
        web.pressed(port, asking, seconds=1, clients=CLIENTS)
    load = web.pressed(port, asking, seconds=seconds, clients=CLIENTS)
    if load.failures or not load.times_ms:
        told = load.failures[0].decode(errors="replace") if load.failures else "nothing was asked"
        raise click.ClickException(f"{name}: {len(load.failures)} of {len(load.times_ms)} answers were wrong: {told}")
    slowest = percentile(load.times_ms, 0.95)
    return Figure(name, slowest, "ms", aim=aim_ms, p50_ms=percentile(load.times_ms, 0.5), p95_ms=slowest,
                  statements=statements, more_is_better=False)


def _statements(app: Flask, cookies: dict[str, str]) -> dict[str, int]:
    """What each page sends to the database, asked in this process."""
    return {page.name: floors.statements_asked(app, page.path, cookies[page.who]) for page in _pages()}


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
