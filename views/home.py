"""The start page: everybody lands where their work is."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.directory import claim_desk

bp = Blueprint("home", __name__)

STARTS = {
    Role.ENTERPRISE_MEMBER: "/my",
    Role.STEWARD: "/desk",
    Role.CASE_OFFICER: "/work",
    Role.UNIT_LEADER: "/work",
    Role.CLERK: "/dispatch",
    Role.SUPERVISOR: "/watch",
    Role.LEADER: "/brief",
    Role.REGISTRAR: "/claims",
    Role.DISCIPLINE_OBSERVER: "/watch",
    Role.SPECIAL_OBSERVER: "/findings",
    Role.REGISTRAR: "/filling",
    Role.SECURITY_ADMINISTRATOR: "/calendar",
    Role.SYSTEM_ADMINISTRATOR: "/jobs",
    Role.AUDIT_ADMINISTRATOR: "/audit",
}


@bp.get("/")
def index() -> ResponseReturnValue:
    """To the first place of the first post; who has none sees what became of their claims, or their account."""
    first = next((STARTS[post.role] for post in current_user.posts if post.role in STARTS), "")
    return redirect(first or ("/claim/progress" if claim_desk.has_own(current_user) else "/account"))
