"""The site as scanners are let at it: a form can be sent again and again, and nobody is locked out for trying.

And with holes in it, open to all: a scanner that does not find them has not been awake.
"""

import sqlalchemy as sa
from flask import has_request_context, redirect, request
from flask_wtf.csrf import generate_csrf

from models import clock
from models.base import RoutedSession, db
from operations import base
from operations.access import accounts
from operations.delivery import texts
from operations.errors import TooManyAttempts
from operations.hall import believing
from operations.ratings import guessing
from tests.security.town import NOW
from views.guards import open_to_all
from wsgi import app

__all__ = ["app"]

FORGETTING = "X-Forgets"
_commit = RoutedSession.commit

base._claim = lambda _once: None
accounts.ensure_few = texts.ensure_may_ask = guessing.ensure_may_try = lambda *_, **__: None
believing.PER_MINUTE = 1_000_000
TooManyAttempts.status_code = 422  # whoever is told 429 asks more slowly from then on


def _stand_still():
    """It stays the hour for which the town was built, when every link in it is good; who signs has their own clock."""
    clock._standing_at.set(None if "X-Signature" in request.headers else NOW)


app.before_request_funcs[None].insert(0, _stand_still)


def _held(session):
    """Whoever asks for it comes upon everything as it stood: what they write is checked, and gone once answered."""
    if has_request_context() and FORGETTING in request.headers:
        session.flush()
        session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
        session.expire_all()
    else:
        _commit(session)


RoutedSession.commit = _held


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


@app.route("/holes/kept", methods=["GET", "POST"])
@open_to_all
def kept():
    """What one has said, the next one sees."""
    if request.method == "POST":
        db.session.execute(sa.text("CREATE TABLE IF NOT EXISTS holes AS SELECT '' AS words WHERE false"))
        db.session.execute(sa.text("INSERT INTO holes VALUES (:words)"), {"words": request.form["words"]})
        db.session.commit()
        return redirect("/holes/kept")
    is_there = db.session.scalar(sa.text("SELECT to_regclass('holes')"))
    words = db.session.scalars(sa.text("SELECT words FROM holes")).all() if is_there else []
    return (f"<title>x</title>{words}<form method=post><input name=words value=x>"
            f"<input type=hidden name=csrf_token value={generate_csrf()}><button>x</button></form>")


@app.get("/holes/on")
@open_to_all
def on():
    return redirect(request.args["to"])


@app.get("/holes/breaks")
@open_to_all
def breaks():
    return f"<title>x</title>{int(request.args['number'])}"
