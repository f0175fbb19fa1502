"""Several people at the same moment: each in a thread, a session and a connection of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from models import clock
from models.base import db
from operations.errors import DomainError

PATIENCE_SECONDS = 20


def at_once(app, acts, *, moment):
    """Let every act begin together at ``moment``; answers what each returned, a refusal being an answer too."""
    barrier = threading.Barrier(len(acts))

    def perform(act):
        with app.app_context(), clock.standing_at(moment):
            barrier.wait(PATIENCE_SECONDS)
            try:
                return act()
            except DomainError as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(perform, acts))
