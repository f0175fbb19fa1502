"""``zhitongche bench directory``: the import of a city's enterprises and the pages that show them, on PostgreSQL."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import click
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.upgrading import upgrade
from benchmarks import directory_import, floors, postgres, web
from benchmarks.report import Figure, middle, percentile
from config import Testing
from models.base import db
from models.engagement import Interaction
from operations.demo import city as demo_city
from operations.demo.metropolis.building import Sizes, build
from operations.directory import counting

SECRET = "only-for-benchmarks-0123456789abcdefghijklmnop"
PAGE_AIM_MS = 100.0
CLERK, STEWARD, REGISTRAR = "wujie", "liumin", "fangming"
# Further pages that a city's size must not slow: name, path, who asks, words of the true answer.
FURTHER = (
    ("enterprise_list_whole", "/enterprises", CLERK, "企业"),
    ("enterprise_list_rare", "/enterprises?section=A", CLERK, "企业"),
    ("enterprise_list_owned", "/enterprises?category=industry", REGISTRAR, "企业"),
    ("enterprise_list_own", "/enterprises", STEWARD, "企业"),
    ("filling", "/filling", CLERK, "填报情况"),
    ("stewards", "/stewards", CLERK, "管家工作量"),
    ("stewards_vacant", "/stewards/vacant", CLERK, "无管家企业"),
    ("interactions", "/interactions", CLERK, "互动记录"),
    ("coverage", "/coverage", CLERK, "走访"),
    ("visits", "/visits", STEWARD, "走访"),
    ("messages", "/messages", STEWARD, "消息"),
    ("broadcast_new", "/broadcasts/new", STEWARD, "群发"),
    ("meetings", "/meetings", CLERK, "会"),
    ("imports", "/imports", REGISTRAR, "导入"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its address, who asks for it, and words of the true answer."""

    name: str
    path: str
    cookie: str
    marker: str


@click.command(name="directory")
@click.option("--enterprises", default=194_000, show_default=True, help="how many enterprises")
@click.option("--stewards", default=7_283, show_default=True, help="how many stewards")
@click.option("--seconds", default=6.0, show_default=True, help="how long each page is pressed")
def command(enterprises: int, stewards: int, seconds: float) -> None:
    """管家数据库：导入、企业列表、企业页、搜索框和工作台。"""
    with contextlib.ExitStack() as room:
        server = room.enter_context(postgres.throwaway_server())
        for figure in itertools.chain(
            directory_import.figures(postgres.create_database(server, "imports"), rows=enterprises),
            _pages(postgres.create_database(server, "directory"), Sizes(enterprises, stewards), seconds),
        ):
            click.echo(figure.line())


def _pages(url: str, sizes: Sizes, seconds: float) -> Iterator[Figure]:
    app = create_app(type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": SECRET}))
    with app.app_context():
        upgrade()
        demo_city.build()
        build(sizes, [], lambda *_: None)
        counting.recount()
    environment = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "DATA_KEYS": Testing.DATA_KEYS[0]}
    with web.serving("wsgi:app", environment, workers=1) as (port, master):
        for page in _asked(app, port):
            yield from _measured(app, port, page, seconds)
        for size in web.memory_of_workers(master):
            yield Figure("worker_memory", size, "MB RSS", aim=150.0, more_is_better=False)


def _measured(app: Flask, port: int, page: Page, seconds: float) -> Iterator[Figure]:
    """The 95th percentile as one client after another sees it; and the page beside its own SQL through bare psycopg."""
    asking = web.Asking(lambda _: web.get(page.path, page.cookie), page.marker.encode())
    web.pressed(port, asking, seconds=1, clients=1)
    load = web.pressed(port, asking, seconds=seconds, clients=1)
    if load.failures:
        raise click.ClickException(f"{page.name}: {load.failures[0].decode(errors='replace')}")
    page_ms, sql_ms, statements = floors.page_and_its_sql(app, page.path, page.cookie)
    slowest = percentile(load.times_ms, 0.95)
    yield Figure(page.name, slowest, "ms", aim=PAGE_AIM_MS, p50_ms=middle(load.times_ms), p95_ms=slowest,
                 statements=statements, more_is_better=False)
    yield Figure(f"{page.name}_over_its_sql", page_ms, "ms", floor=sql_ms, statements=statements, more_is_better=False)


def _asked(app: Flask, port: int) -> Iterator[Page]:
    clerk, steward, registrar = (web.sign_in(port, name, demo_city.PASSWORD) for name in (CLERK, STEWARD, REGISTRAR))
    with app.app_context():
        county, owner, busiest = _chosen()
    narrowed = urlencode({"region": county, "unit": owner, "quiet": 30})
    yield Page("enterprise_list", f"/enterprises?{narrowed}", clerk, "企业")
    yield Page("enterprise_page", f"/enterprises/{busiest}?tab=timeline", clerk, "往来记录")
    yield Page("search_box", f"/search?{urlencode({'q': '机械'})}", clerk, "机械")
    yield Page("search_initials", f"/search?{urlencode({'q': 'yzhf'})}", clerk, "云州")
    yield Page("search_suggest", f"/search/suggest?{urlencode({'q': '有限'})}", clerk, "有限")
    yield Page("workbench", "/desk", steward, "今日工作台")
    for name, path, who, marker in FURTHER:
        yield Page(name, path, {CLERK: clerk, STEWARD: steward, REGISTRAR: registrar}[who], marker)


def _chosen() -> Any:
    """A county and the unit that owns what is general there, by name; and the enterprise most spoken to."""
    county, owner = "城东区", "城东区政府"
    talks = sa.func.count(Interaction.id)
    most = sa.select(Interaction.enterprise_id).group_by(Interaction.enterprise_id).order_by(talks.desc()).limit(1)
    return county, owner, db.session.scalars(most).one()
