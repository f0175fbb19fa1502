"""Opening the site for a command: its configuration, its database, and in what state that database is."""

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import ParamSpec, TypeVar

import sqlalchemy as sa
from flask import current_app

from app.at_start import is_there, newest, revision, sqlite_path
from app.ground import ground_floor, guard_writes
from config import Config, from_environment
from models.base import READ_ONLY, db
from operations.errors import Refused

P = ParamSpec("P")
R = TypeVar("R")
TOO_NEW = "数据库比程序新：它由更新的版本升级过。请换用新版程序，或恢复升级前的备份；没有改动任何内容。"


class Schema(Enum):
    """How the database stands to this program."""

    ABSENT = "没有建库"
    BEHIND = "须升级"
    CURRENT = "已是最新"
    AHEAD = "比程序新"


def on_the_ground(command: Callable[P, R]) -> Callable[P, R]:
    """Run the command within the site's ground floor, whatever state its database is in."""
    return _opened(command, from_environment)


def as_the_owner(command: Callable[P, R]) -> Callable[P, R]:
    """As ``on_the_ground``, by the database account that owns the tables, where it is not the site's own."""
    return _opened(command, _of_the_owner)


def _opened(command: Callable[P, R], settings: Callable[[], type[Config]]) -> Callable[P, R]:
    @wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        with ground_floor(settings()).app_context():
            try:
                return command(*args, **kwargs)
            finally:
                db.session.remove()
                db.engine.dispose()

    return opened


def _of_the_owner() -> type[Config]:
    found = from_environment()
    url = found.MIGRATIONS_DATABASE_URL
    return type("OfTheOwner", (found,), {"SQLALCHEMY_DATABASE_URI": url}) if url else found


def on_the_site(command: Callable[P, R]) -> Callable[P, R]:
    """Run the command on a database that is ready; otherwise say what to do first."""

    @on_the_ground
    @wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        ensure_ready()
        guard_writes(current_app._get_current_object())  # type: ignore[attr-defined]
        return command(*args, **kwargs)

    return opened


def ensure_ready() -> None:
    """Raise Refused with the next step when the database is not as this program needs it."""
    match schema():
        case Schema.ABSENT | Schema.BEHIND:
            raise Refused("数据库还没有准备好，请先运行：zhitongche init")
        case Schema.AHEAD:
            raise Refused(TOO_NEW)


def schema() -> Schema:
    """Compare the database's revision with the newest of ``migrations/``. Never creates a file."""
    path = sqlite_path()
    if path is not None and not is_there(path):
        return Schema.ABSENT
    present, wanted = revision(), newest()
    if present is None:
        if _is_occupied():
            raise Refused("该数据库里已有别的表，却没有本系统的版本记录。请换一个空库。")
        return Schema.ABSENT
    if present == wanted:
        return Schema.CURRENT
    return Schema.AHEAD if present > wanted else Schema.BEHIND


def _is_occupied() -> bool:
    with db.engine.connect().execution_options(**READ_ONLY[db.engine.dialect.name]) as connection:
        return bool(sa.inspect(connection).get_table_names())
