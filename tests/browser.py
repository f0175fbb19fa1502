"""The browser of the tests."""

import contextvars

from flask import has_app_context
from flask.testing import FlaskClient

from models.base import db


class Browser(FlaskClient):
    """Each request in surroundings of its own, as in production: ``g``, session and connection are not the test's. An
    answer is read to its end and closed, as a server does."""

    def open(self, *args, **kwargs):
        if has_app_context():
            # The request sees what is saved; and SQLite has one writer, which must not be the test that waits for it.
            db.session.commit()
        return without_flask().run(super().open, *args, **{"buffered": True} | kwargs)


def without_flask() -> contextvars.Context:
    """The present context (the clock that a test has set is in it) less Flask's app and request."""
    fresh = contextvars.Context()
    for variable, value in contextvars.copy_context().items():
        if not variable.name.startswith("flask."):
            fresh.run(variable.set, value)
    return fresh
