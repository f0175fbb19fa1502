"""评价链接: made by the service centre, shown once with its QR, or texted to the contact of the ticket."""

import segno
from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import Role
from operations.delivery import texts
from operations.delivery.adapters import OFF
from operations.ratings import links
from views.guards import for_roles
from views.tickets.blueprint import bp, official, opened


@bp.post("/<number:number>/rating-link")
@for_roles(Role.CLERK)
def rating_link(number: str) -> ResponseReturnValue:
    """The link is in this answer and nowhere else: only its digest is kept."""
    actor, ticket = official(), opened(number)
    may_text = current_app.config["TEXTING"] != OFF and texts.is_mobile(ticket.contact_phone)
    is_texted = may_text and request.form.get("by") == "sms"
    token = links.text(ticket, actor=actor, address_of=_address) if is_texted else links.make(ticket, actor=actor)
    picture = segno.make(_address(token), error="m").svg_data_uri(scale=6, border=2)
    return render_template("tickets/rating_link.html", ticket=ticket, address=_address(token), picture=picture,
                           may_text=may_text, is_texted=is_texted)


def _address(token: str) -> str:
    return current_app.config["PUBLIC_URL"].rstrip("/") + url_for("public.rate", token=token)
