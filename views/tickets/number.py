"""显示号码 of whom to ask for about a ticket, for those who look on; who works on it dials from the page."""

from flask.typing import ResponseReturnValue

from operations.access import scope
from operations.directory import showing
from views import shown_numbers
from views.guards import for_roles, proven
from views.tickets.blueprint import bp, official

LOOKING_ON = tuple(role for role in scope.OFFICIALS if role not in showing.CALLING)


@bp.route("/<number:number>/contact-number", methods=["GET", "POST"])
@for_roles(*LOOKING_ON)
@proven
def contact_number(number: str) -> ResponseReturnValue:
    """显示号码."""
    ticket = scope.get_ticket(official(), number)
    return shown_numbers.ask(ticket.enterprise, ticket=ticket, back=f"/tickets/{number}", place=("办件", "/tickets"),
                             whose=ticket.contact_name)
