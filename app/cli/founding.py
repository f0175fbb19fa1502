"""From an empty machine to a site that can be opened: folders, database, demonstration."""

import sqlite3
from collections.abc import Sequence
from time import monotonic, perf_counter, sleep

import click
import sqlalchemy as sa
from flask import current_app

from app.at_start import sqlite_path
from app.cli.opening import TOO_NEW, Schema, schema
from app.upgrading import upgrade
from models.base import db
from models.engine import WRITE_QUEUE_SECONDS
from operations import months, rights
from operations.anchors import anchoring, standing
from operations.anchors.keys import Signer
from operations.demo import life, presence
from operations.demo.metropolis import building
from operations.errors import Refused
from operations.insight import indexing

OPEN_PASSWORDS = "演示账号的口令是公开的，对外的站点不装演示数据。"
IN_USE = "别的程序一直占用着数据库文件 {}，没有准备好。请先停下它，再运行一次：zhitongche init"
AGAIN_SECONDS = 0.05


def prepare() -> None:
    """Make ``var/`` and bring the database to this program's version. Says what it did; may be run again."""
    for name in ("VAR_DIR", "ATTACHMENTS_DIR", "IMPORTS_DIR"):
        current_app.config[name].mkdir(parents=True, exist_ok=True)
    state = schema()
    if state is Schema.AHEAD:
        raise Refused(TOO_NEW)
    if state is not Schema.CURRENT:
        upgrade()
        months.analyse()
    if current_app.config["MIGRATIONS_DATABASE_URL"]:
        _give_rights(current_app.config["DATABASE_URL"])
    _let_readers_and_the_writer_pass()
    indexing.index_all_lacking()
    done = {Schema.CURRENT: "数据库已是最新", Schema.ABSENT: "已建库", Schema.BEHIND: "数据库已升级"}[state]
    click.echo(f"{done}：{shown_database()}")
    if current_app.config["ANCHORS"]:
        _look_at_anchors(anchoring.plan_of(current_app.config))


def _give_rights(address: str) -> None:
    """To the account that the site runs by; the database is open by its owner's."""
    site = sa.make_url(address)
    if "sqlite" in (site.get_backend_name(), db.engine.dialect.name) or site.database != db.engine.url.database:
        raise Refused("MIGRATIONS_DATABASE_URL 与 DATABASE_URL 须是同一个 PostgreSQL 数据库的两个账户。")
    with db.engine.begin() as connection:
        rights.give(connection, str(site.username))


def _look_at_anchors(plan: anchoring.Plan) -> None:
    """Make the key where there is none; say at once when the site will only be read."""
    Signer(plan.key)
    if obstacle := standing.obstacle(plan.file, plan.key):
        click.echo(f"只读保护：{obstacle}。网站只能查看，作业不运行；核对后用 zhitongche audit resume 认可。", err=True)


def furnish() -> None:
    """Put the demonstration in, once. Refuses where somebody's real work is, or would be."""
    if presence.is_built():
        click.echo("演示数据已经在库里，没有再装。")
        return
    if current_app.config["SESSION_COOKIE_SECURE"]:
        raise Refused(OPEN_PASSWORDS)
    if not presence.is_ground_free():
        raise Refused("库里已有数据，不再装演示数据。请换一个空库。")
    click.echo("正在装入演示数据……")
    _set_pragma("synchronous=NORMAL")  # hundreds of commits, none of which anybody waits for
    count = life.live()
    db.session.remove()
    db.engine.dispose()
    click.echo(f"演示数据已装入：{count} 件诉求。人物和企业全部虚构。")


def enlarge(sizes: building.Sizes, names: Sequence[str]) -> None:
    """Add a real city's number of enterprises and stewards to the demonstration, telling how far it is."""
    if current_app.config["SESSION_COOKIE_SECURE"]:
        raise Refused(OPEN_PASSWORDS)
    _set_pragma("synchronous=NORMAL")
    began = perf_counter()

    def tell(step: str, done: int, total: int) -> None:
        seconds = perf_counter() - began
        click.echo(f"{step}：{done:,}/{total:,}，{done / max(seconds, 0.001):,.0f} 行/秒")

    building.build(sizes, names, tell)
    click.echo(f"大城演示数据已装入：{sizes.enterprises:,} 家企业、{sizes.stewards:,} 名管家，用时 {perf_counter() - began:.1f} 秒。")


def shown_database() -> str:
    """Which database, without its password."""
    return sqlite_path() or db.engine.url.render_as_string(hide_password=True)


def _let_readers_and_the_writer_pass() -> None:
    """Neither waits for the other; SQLite's file remembers it.

    SQLite changes to it only while nobody else is in the file, and does not wait for that moment itself: another
    ``init`` may just be at work.
    """
    deadline = monotonic() + WRITE_QUEUE_SECONDS
    while monotonic() < deadline:
        try:
            return _set_pragma("journal_mode=WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            sleep(AGAIN_SECONDS)
    raise Refused(IN_USE.format(sqlite_path()))


def _set_pragma(pragma: str) -> None:
    """On the connection that the pool gives out next; within a transaction it would have no effect."""
    if sqlite_path() is None:
        return
    db.session.remove()
    connection = db.engine.raw_connection()
    try:
        connection.driver_connection.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]
    finally:
        connection.close()
