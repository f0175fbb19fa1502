"""Run the migrations on the database of the running app; SQLite's go through batch tables."""

from alembic import context
from flask import current_app

from models.base import Base, UTCDateTime


def render(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types are written as what they store."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


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
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


migrate()
