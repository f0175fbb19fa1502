"""The start page: everybody lands where their work is."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role

bp = Blueprint("home", __name__)

STARTS = {
    Role.ENTERPRISE_MEMBER: "/my",
    Role.STEWARD: "/desk",
    Role.CASE_OFFICER: "/work",
    Role.UNIT_LEADER: "/work",
    Role.CLERK: "/dispatch",
    Role.SUPERVISOR: "/watch",
    Role.LEADER: "/brief",
    Role.DISCIPLINE_OBSERVER: "/watch",
    Role.SECURITY_ADMINISTRATOR: "/calendar",
    Role.SYSTEM_ADMINISTRATOR: "/jobs",
    Role.AUDIT_ADMINISTRATOR: "/audit",
}


@bp.get("/")
def index() -> ResponseReturnValue:
    """To the first place of the first post; the account page for whoever has none yet."""
    return redirect(next((STARTS[post.role] for post in current_user.posts if post.role in STARTS), "/account"))
