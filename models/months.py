"""Tables that only grow, kept by month: where each month begins, and on PostgreSQL a partition for each.

The border is a key, not a moment: the log's number stays one primary key for the whole table, and whatever is sought
by number or by ticket looks into the months that can hold it. The last partition is open at its end, so that a row
always has a place; it is closed when a month begins, by a function of the database that acts as its owner (migration
0069). SQLite keeps the borders alone.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base

OF_THE_PARTITIONS = {"unique": "within each partition"}


class Month(Base):
    """月. Everything of the month, or later, has at least these keys. ``first_ticket_id``: this ticket and those after
    it have no event before ``first_seq``, whatever the clocks said."""

    __tablename__ = "months"
    __table_args__ = (sa.Index("ix_months_first_ticket", "first_ticket_id", "first_seq"),)

    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    first_seq: Mapped[int] = mapped_column(sa.BigInteger)
    first_ticket_id: Mapped[int]
    first_notice_id: Mapped[int] = mapped_column(server_default="0")


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
