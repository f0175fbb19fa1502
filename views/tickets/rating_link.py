"""评价链接: made by the service centre, shown once with its QR."""

import segno
from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from models.access import Role
from operations.access import scope
from operations.ratings import links
from views.guards import for_roles
from views.tickets.blueprint import bp, official


@bp.post("/<number:number>/rating-link")
@for_roles(Role.CLERK)
def rating_link(number: str) -> ResponseReturnValue:
    """The link is in this answer and nowhere else: only its digest is kept."""
    actor = official()
    ticket = scope.get_ticket(actor, number)
    token = links.make(ticket, actor=actor)
    address = current_app.config["PUBLIC_URL"].rstrip("/") + url_for("public.rate", token=token)
    picture = segno.make(address, error="m").svg_data_uri(scale=6, border=2)
    return render_template("tickets/rating_link.html", ticket=ticket, address=address, picture=picture)
