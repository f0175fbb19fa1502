"""The site with a fault planted in it (security.md R4): a drill that does not find it is worth nothing.

``PLANT=early``: acknowledged first, committed a moment later. ``PLANT=twice``: the key of a form claims nothing.
"""

import os
import threading
import time

from models.base import RoutedSession, db
from operations import base
from wsgi import app

__all__ = ["app"]

LATER_SECONDS = 0.2
_commit = RoutedSession.commit


def _later(session):
    if not session.new and not session.dirty and not session.in_transaction():
        return
    session.flush()
    db.session.registry.clear()  # what ends the request must not roll it back
    threading.Thread(target=_when_answered, args=(session,)).start()


def _when_answered(session):
    time.sleep(LATER_SECONDS)
    _commit(session)
    session.close()


if os.environ["PLANT"] == "early":
    RoutedSession.commit = _later
elif os.environ["PLANT"] == "twice":
    base._claim = lambda _once: None
