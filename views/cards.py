"""A scanned 企业码: a member comes to the demand form, the steward to the service card, everybody else to the card."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import scope
from operations.directory import enterprises, public_codes
from views.guards import open_to_all

bp = Blueprint("cards", __name__)


@bp.get("/e/<code>")
@open_to_all
def card(code: str) -> ResponseReturnValue:
    """企业码. Nobody is asked to sign in; nothing is written."""
    enterprise = public_codes.enterprise_of(code)
    if current_user.is_authenticated:
        if enterprise.id in scope.own_enterprise_ids(current_user):
            return redirect(url_for("portal.new"))
        if enterprises.is_own(current_user, enterprises.stewards_of(enterprise)):
            return redirect(url_for("enterprises.show", enterprise_id=enterprise.id))
    return render_template("public/card.html", card=public_codes.card_of(enterprise))
