"""The city's own calendar for commands: from the database where there is one."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError

from app.ground import ground_floor
from models.base import db
from operations.clocks import rulebook
from operations.clocks.calendar import WorkCalendar


def calendar_of_the_site(settings: Any, *, otherwise: WorkCalendar, warn: Callable[[], None]) -> WorkCalendar:
    """The calendar with the site's own days and years; ``otherwise`` where the database is not ready or away."""
    with ground_floor(settings).app_context():
        try:
            db.session.info["read_only"] = True
            return rulebook.current().calendar
        except DBAPIError as problem:
            if db.engine.dialect.name != "sqlite" and isinstance(problem, OperationalError):
                warn()
            return otherwise
        finally:
            db.session.remove()
            db.engine.dispose()
