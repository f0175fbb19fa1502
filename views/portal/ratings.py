"""好差评 on the enterprise's own pages."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.tickets import Act
from operations.access import scope
from operations.errors import NotFound
from operations.insight import track
from operations.ratings import additions
from operations.tickets import aftercare
from operations.tickets.advance import may
from views.forms.ratings import AdditionForm, RateForm
from views.portal.blueprint import bp, members
from views.sources import opinion_from_here


@bp.route("/tickets/<number:number>/rate", methods=["GET", "POST"])
@members
def rate(number: str) -> ResponseReturnValue:
    """评价, once a round; afterwards the page shows that it has been done."""
    ticket = scope.get_own_ticket(current_user, number)
    given = track.rating_of(ticket)
    if given:
        return render_template("my/rated.html", ticket=ticket, rating=given, addition=additions.of_rating(given.id),
                               thanks="thanks" in request.args, more=request.args.get("more", ""),
                               may_add=given.rated_by_id == current_user.user_id)
    may(ticket, Act.RATE, current_user)
    form = RateForm.from_request()
    if form.was_submitted_and_valid():
        made = aftercare.rate(ticket, actor=current_user, opinion=opinion_from_here(form), once=form.once)
        return redirect(url_for(".rate", number=number, thanks=1, more=made.token or None))
    return render_template("my/rate.html", ticket=ticket, form=form), 422 if form.errors else 200


@bp.route("/tickets/<number:number>/rate/add", methods=["GET", "POST"])
@members
def add_to_rating(number: str) -> ResponseReturnValue:
    """追评, once, by whoever rated by name."""
    ticket = scope.get_own_ticket(current_user, number)
    rating = track.rating_of(ticket)
    if rating is None or rating.rated_by_id != current_user.user_id:
        raise NotFound
    form = AdditionForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: additions.add(rating, actor=current_user, addition=form.addition, once=form.once)
    ):
        return redirect(url_for(".rate", number=number))
    page = render_template("my/rate_add.html", ticket=ticket, rating=rating, form=form)
    return page, form.status_code if form.errors else 200
