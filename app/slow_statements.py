"""Statements that took too long, as log lines of the request or the job that sent them."""

import logging
import time
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from models.base import db

log = logging.getLogger("zhitongche.database")
SHOWN = 2000


def register(app: Flask) -> None:
    """Watch every engine of the app, as long as its setting says."""
    limit = app.config["SLOW_STATEMENT_MS"]
    with app.app_context():
        for engine in db.engines.values():
            watch(engine, limit)


def watch(engine: sa.Engine, limit: int) -> None:
    """Write a line for each statement of ``limit`` milliseconds or more. What was bound to it is never told: it may be
    what somebody wrote (security.md R19)."""

    def begin(connection: sa.Connection, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    def finish(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        took = (time.perf_counter() - connection.info["began"]) * 1000
        if took >= limit:
            told = " ".join(statement.split())[:SHOWN]
            log.warning("slow statement", extra={"ms": round(took, 1), "statement": told})

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", finish)
