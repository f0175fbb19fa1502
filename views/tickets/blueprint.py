"""What the pages of the staff side of a ticket share."""

from flask import Blueprint
from flask_login import current_user

from operations.access.actor import Actor
from operations.access.scope import OFFICIALS

bp = Blueprint("tickets", __name__, url_prefix="/tickets")


def official() -> Actor:
    """Who asks, with their official posts only: nobody works on a ticket here as a member of its enterprise."""
    return current_user.only(*OFFICIALS)
