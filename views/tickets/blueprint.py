"""What the pages of the staff side of a ticket share."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.scope import OFFICIALS, get_ticket
from operations.errors import NotFound
from views.guards import ensure_proven_to_read

bp = Blueprint("tickets", __name__, url_prefix="/tickets")

NOT_TYPED = {"csrf_token", "form_key", "version", "seen", "heeded", "kind", "discard"}


def official() -> Actor:
    """Who asks, with their official posts only: nobody works on a ticket here as a member of its enterprise."""
    return current_user.only(*OFFICIALS)


def opened(number: str) -> Ticket:
    """The ticket of this number, for an official who may read it now. Raises NotFound."""
    ticket = get_ticket(official(), number)
    ensure_proven_to_read(ticket)
    return ticket


@bp.errorhandler(NotFound)
def gone(error: NotFound) -> ResponseReturnValue:
    """Not there, or no longer one's own: whoever was writing has their words back, to take elsewhere."""
    typed = [value for name, value in request.form.items() if name not in NOT_TYPED and value.strip()]
    return render_template("tickets/gone.html", heading="没有办成", words=str(error), typed=typed), error.status_code
