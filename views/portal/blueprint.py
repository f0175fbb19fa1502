"""What the modules of the portal hang their pages on."""

from flask import Blueprint

from models.access import Role
from views.guards import for_roles

bp = Blueprint("portal", __name__, url_prefix="/my")
members = for_roles(Role.ENTERPRISE_MEMBER)
