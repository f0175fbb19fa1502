"""好差评 on the enterprise's own pages."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.tickets import Act
from operations.access import scope
from operations.insight import track
from operations.tickets import aftercare
from operations.tickets.advance import may
from views.forms.portal import RateForm
from views.portal.blueprint import bp, members
from views.sources import opinion_from_here


@bp.route("/tickets/<number:number>/rate", methods=["GET", "POST"])
@members
def rate(number: str) -> ResponseReturnValue:
    """评价, once a round; afterwards the page shows that it has been done."""
    ticket = scope.get_own_ticket(current_user, number)
    given = track.rating_of(ticket)
    if given:
        return render_template("my/rated.html", ticket=ticket, rating=given, thanks="thanks" in request.args)
    may(ticket, Act.RATE, current_user)
    form = RateForm.from_request()
    if form.was_submitted_and_valid():
        aftercare.rate(ticket, actor=current_user, opinion=opinion_from_here(form), once=form.once)
        return redirect(url_for(".rate", number=number, thanks=1))
    return render_template("my/rate.html", ticket=ticket, form=form), 422 if form.errors else 200
