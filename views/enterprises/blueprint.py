"""What the pages of enterprises share: who may open them, and getting back to one."""

from flask import Blueprint, url_for

from models.access import Role
from models.directory import Enterprise
from operations.access.scope import REGIONAL

bp = Blueprint("enterprises", __name__, url_prefix="/enterprises")

SEEING = (Role.STEWARD, Role.REGISTRAR, *REGIONAL)
CHANGING = (Role.REGISTRAR,)
MERGING = (Role.REGISTRAR, Role.CLERK, Role.SUPERVISOR)
TAGGING = (Role.REGISTRAR, Role.STEWARD, Role.CLERK, Role.SUPERVISOR)


def page_of(enterprise: Enterprise, tab: str = "") -> str:
    """The address of the enterprise's page."""
    return url_for("enterprises.show", enterprise_id=enterprise.id, tab=tab or None)
