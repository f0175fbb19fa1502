"""Run the migrations on the database of the running app; SQLite's go through batch tables."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from models.base import Base, UTCDateTime

TURN = 7_283_194_000  # any number that no other program on the server takes


def render(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types are written as what they store."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def wait_for_turn(connection: Connection) -> None:
    """One at a time, and as long as it takes: the limits of the engine are for pages. SQLite's one writer began."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")


def migrate() -> None:
    """Upgrade or compare, in one transaction: both databases roll back a half-done schema."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            render_item=render,
            compare_type=True,
            transactional_ddl=True,  # Alembic would commit each step on SQLite, and another process come in between
        )
        with context.begin_transaction():
            wait_for_turn(connection)
            context.run_migrations()
        connection.commit()


migrate()
