"""Tables that only grow, kept by month: where each month begins, and on PostgreSQL a partition for each.

The border is a key, not a moment: the log's number stays one primary key for the whole table, and whatever is sought
by number or by ticket looks into the months that can hold it. The last partition is open at its end, so that a row
always has a place; it is closed when a month begins. SQLite keeps the borders alone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base

OF_THE_PARTITIONS = {"unique": "within each partition"}
_OPEN = """
SELECT p.relname, substring(pg_get_expr(p.relpartbound, p.oid) FROM 'FROM [(](.*)[)] TO')
FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid
WHERE i.inhparent = CAST(%s AS regclass) AND pg_get_expr(p.relpartbound, p.oid) LIKE '%%TO (MAXVALUE)'
"""


class Month(Base):
    """月. Everything of the month, or later, has at least these keys. ``first_ticket_id``: this ticket and those after
    it have no event before ``first_seq``, whatever the clocks said."""

    __tablename__ = "months"
    __table_args__ = (sa.Index("ix_months_first_ticket", "first_ticket_id", "first_seq"),)

    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    first_seq: Mapped[int] = mapped_column(sa.BigInteger)
    first_ticket_id: Mapped[int]
    first_notice_id: Mapped[int] = mapped_column(server_default="0")


@dataclass(frozen=True, slots=True)
class Growing:
    """A table that is cut where months begin. ``unique``: a column without equals, which PostgreSQL can hold within a
    partition only. ``is_kept``: nobody may empty a partition of it."""

    table: str
    unique: str = ""
    is_kept: bool = True


EVENTS, WORDS, NOTICES = Growing("events", "prev"), Growing("event_words"), Growing("notices", "dedup_key", False)


class first_event_of(FunctionElement[int]):  # noqa: N801 – named as the SQL function it stands for
    """No event of this ticket has a smaller number. The database's own look-up: it is asked before a plan is run and
    not while it is made, so that PostgreSQL keeps the plan and opens no other month (docs/scale.md)."""

    type = sa.BigInteger()
    inherit_cache = True


class first_notice_of(FunctionElement[int]):  # noqa: N801
    """No notice about this ticket has a smaller id."""

    type = sa.Integer()
    inherit_cache = True


class first_notice_lately(FunctionElement[int]):  # noqa: N801
    """Where the six newest months begin: what counts as unread on every page, and what is shown as news."""

    type = sa.Integer()
    inherit_cache = True


@compiles(first_event_of)
@compiles(first_notice_of)
def _nothing_to_skip(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "0"


@compiles(first_notice_lately)
def _sixth(_element: Any, _compiler: Any, **_kw: Any) -> str:
    return "coalesce((SELECT first_notice_id FROM months ORDER BY month DESC LIMIT 1 OFFSET 5), 0)"


@compiles(first_event_of, "postgresql")
@compiles(first_notice_of, "postgresql")
@compiles(first_notice_lately, "postgresql")
def _looked_up(element: Any, compiler: Any, **kw: Any) -> str:
    return f"{type(element).__name__}({compiler.process(element.clauses, **kw)})"


def partitions(connection: sa.Connection) -> set[str]:
    """The names of all partitions: what is in them is in their tables, too."""
    if connection.dialect.name != "postgresql":
        return set()
    return set(connection.scalars(sa.text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")))


def close(connection: sa.Connection, table: Growing, *, border: int, month: str) -> tuple[str, str] | None:
    """Let the open partition end before ``border`` and a new one begin there. Both names, the closed one first; None
    where the open one is empty and may stay. Whoever calls holds the table's lock (``ACCESS EXCLUSIVE``)."""
    name, lower = connection.exec_driver_sql(_OPEN, (table.table,)).one()
    if connection.exec_driver_sql(f"SELECT NOT EXISTS (SELECT FROM {name})").scalar_one():
        return None
    following = f"{table.table}_{month.replace('-', '_')}"
    for statement in (
        f"ALTER TABLE {table.table} DETACH PARTITION {name}",
        f"ALTER TABLE {table.table} ATTACH PARTITION {name} FOR VALUES FROM ({lower}) TO ({border})",
        f"CREATE TABLE {following} PARTITION OF {table.table} FOR VALUES FROM ({border}) TO (MAXVALUE)",
    ):
        connection.exec_driver_sql(statement)
    _guard(connection, table, following)
    return name, following


def follow(connection: sa.Connection, partition: str, *, border: int, link: str) -> None:
    """The first event of a partition can only follow ``link``: over the border no index holds what follows what."""
    rule = f"CHECK (seq <> {int(border)} OR prev = '{link}')"
    connection.exec_driver_sql(f"ALTER TABLE {partition} ADD CONSTRAINT ck_{partition}_follows {rule}")


def told_once(connection: sa.Connection, partition: str, *, before: str, until: datetime) -> None:
    """What was told in the partition before is not told again in this one, for as long as somebody may try to."""
    connection.exec_driver_sql(
        f"CREATE TRIGGER {partition}_told_before BEFORE INSERT ON {partition} FOR EACH ROW "
        f"WHEN (NEW.created_at < '{until.isoformat()}') EXECUTE FUNCTION told_before('{before}')"
    )


def _guard(connection: sa.Connection, table: Growing, partition: str) -> None:
    """What a partition does not have from its table: rows are refused there, TRUNCATE and equals are not."""
    if table.is_kept:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {partition}_not_emptied BEFORE TRUNCATE ON {partition} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
        )
    if table.unique:
        name = f"uq_{partition}_{table.unique}"
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX {name} ON {partition} ({table.unique})")
