"""For machines that watch, and the page of whoever looks after them: is it alive, can it serve, does it keep up."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from models.access import Role
from models.base import db
from operations import health
from views.guards import for_roles, open_to_all

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to_all
def live() -> ResponseReturnValue:
    """Whether the process answers at all; asks nobody."""
    return {"status": "alive"}


@bp.get("/readyz")
@open_to_all
def ready() -> ResponseReturnValue:
    """Whether requests may be sent here (200, 503), and the name of everything that is not well. No figures.

    A late sweep or a waiting outbox shows as ``late`` and leaves the answer at 200: taking every web server out
    because the scheduler stands still would make it worse.
    """
    try:
        found = health.checks(current_app.config)
    except SQLAlchemyError:
        db.session.rollback()
        return {"status": "away", "checks": {"database": "away"}}, 503
    said = {"database": "well"} | {check.name: "well" if check.is_well else "late" for check in found}
    is_ready = health.can_write(current_app.config["VAR_DIR"])
    return {"status": "ready" if is_ready else "full", "checks": said}, 200 if is_ready else 503


@bp.get("/operations")
@for_roles(Role.SYSTEM_ADMINISTRATOR)
def page() -> ResponseReturnValue:
    """运行状况."""
    return render_template("health/index.html", checks=health.checks(current_app.config))
