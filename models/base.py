"""The database handle, the declarative base and the column types all tables share."""

import enum
import functools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import DeclarativeBase, mapped_column

from models import clock


class LabelledEnum(enum.StrEnum):
    """A stored code plus the Chinese label users see: ``HANDLING = "handling", "办理中"``."""

    label: str

    def __new__(cls, code: str, label: str = "") -> "LabelledEnum":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


def written(codes: Iterable[str]) -> list[sa.ColumnElement[str]]:
    """Codes as part of a statement's text, for ``column.in_``: as parameters they would hide from a planner that a
    partial index holds just these rows, or how many they are, and would be bound anew each time."""
    return [sa.literal_column(f"'{code}'") for code in codes]


class UTCDateTime(sa.TypeDecorator[datetime]):
    """Refuses naive datetimes on the way in; returns aware UTC on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"naive datetime {value!r}; use models.clock")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TenThousandYuan(sa.TypeDecorator[Decimal]):
    """万元 with four decimals: kept as whole yuan, exact on both engines; read and written as Decimal of 万元."""

    impl = sa.BigInteger
    cache_ok = True

    @staticmethod
    def stored(value: Decimal | None) -> int | None:
        """Whole yuan, for statements that reach the driver past the types."""
        return None if value is None else int((value * 10_000).to_integral_exact(ROUND_HALF_UP))

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        return self.stored(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-4)


NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
STORED_BY_CODE = sa.Enum(
    LabelledEnum,
    values_callable=lambda members: [member.value for member in members],
    native_enum=False,
    create_constraint=True,
    length=32,
)


class Base(DeclarativeBase):
    """Every table's base: constraint names, aware times, enums stored by code with a CHECK."""

    if TYPE_CHECKING:  # every model is mapped to a table of its own, never to a join
        __table__: ClassVar[sa.Table]

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UTCDateTime,
        date: sa.Date,
        LabelledEnum: STORED_BY_CODE,
        dict[str, Any]: sa.JSON,
    }


# The bind of the replica, where the site has one.
REPORTS = "reports"


class RoutedSession(Session):
    """A page that only reads can never write: ``info["read_only"]`` picks a read-only transaction.

    ``info["reports"]`` besides sends its statements to the replica; nothing that decides a write ever reads there.
    """

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        bind = super().get_bind(*args, **kwargs)
        if self.info.get("read_only") and isinstance(bind, sa.Engine):
            return _reading(db.engines[REPORTS] if self.info.get("reports") else bind)
        return bind


# SQLite: models.engine turns the option into PRAGMA query_only. PostgreSQL: single statements without BEGIN
# and COMMIT around them; the flush guard below refuses to write there.
READ_ONLY: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"isolation_level": "AUTOCOMMIT"},
}


@functools.lru_cache(maxsize=8)
def _reading(engine: sa.Engine) -> sa.Engine:
    """The reading face of an engine. Always the same one, or the session would take a connection for each statement."""
    return engine.execution_options(**READ_ONLY[engine.dialect.name])


# Models are plain SQLAlchemy classes; the extension supplies the session and the engine.
db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": RoutedSession, "autoflush": False})


@sa.event.listens_for(RoutedSession, "before_flush")
def _refuse_writes_while_reading(session: RoutedSession, *_: object) -> None:
    if session.info.get("read_only") and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a page that only reads tried to write")


primary_key = Annotated[int, mapped_column(primary_key=True)]
created_at = Annotated[datetime, mapped_column(default=lambda: clock.now())]
short_text = Annotated[str, mapped_column(sa.String(200))]
long_text = Annotated[str, mapped_column(sa.Text)]


def open_unique(name: str, *columns: str, while_null: str, also: str = "") -> sa.Index:
    """A partial unique index: at most one row per ``columns`` while ``while_null`` is empty."""
    condition = sa.text(f"{while_null} IS NULL" + (f" AND {also}" if also else ""))
    return sa.Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def open_index(name: str, *columns: str, where: str) -> sa.Index:
    """A partial index that holds only the rows a running query looks for."""
    condition = sa.text(where)
    return sa.Index(name, *columns, sqlite_where=condition, postgresql_where=condition)
