"""The leader's one-page brief."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.insight import brief as figures
from views.guards import for_roles

bp = Blueprint("brief", __name__, url_prefix="/brief")


@bp.get("")
@for_roles(Role.LEADER, Role.SUPERVISOR)
def index() -> ResponseReturnValue:
    """简报."""
    may_instruct = current_user.holds(Role.LEADER)
    return render_template("brief/index.html", brief=figures.brief(current_user), may_instruct=may_instruct)
