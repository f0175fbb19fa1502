"""The site as scanners are let at it: a form can be sent again and again, and nobody is locked out for trying.

And with holes in it, open to all: a scanner that does not find them has not been awake.
"""

import sqlalchemy as sa
from flask import redirect, request

from models.base import db
from operations import base
from operations.access import accounts
from operations.delivery import texts
from operations.errors import TooManyAttempts
from operations.hall import believing
from operations.ratings import guessing
from views.guards import open_to_all
from wsgi import app

__all__ = ["app"]

base._claim = lambda _once: None
accounts.ensure_few = texts.ensure_may_ask = guessing.ensure_may_try = lambda *_, **__: None
believing.PER_MINUTE = 1_000_000
TooManyAttempts.status_code = 422  # whoever is told 429 asks more slowly from then on


@app.get("/holes/sql")
@open_to_all
def sql():
    """What is asked for stands in the statement, and what the database says of it on the page."""
    try:
        found = db.session.scalars(sa.text(f"SELECT name FROM organisations WHERE name = '{request.args['name']}'"))
        return f"<title>x</title>{len(found.all())}"
    except sa.exc.DBAPIError as error:
        db.session.rollback()
        return f"<title>x</title>PostgreSQL query failed: ERROR: {error.orig}"


@app.get("/holes/told")
@open_to_all
def told():
    return f"<title>x</title><p>{request.args['words']}</p>"


@app.get("/holes/on")
@open_to_all
def on():
    return redirect(request.args["to"])


@app.get("/holes/breaks")
@open_to_all
def breaks():
    return f"<title>x</title>{int(request.args['number'])}"
