"""回访代录评价: the centre writes down what the enterprise said on the telephone."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.access import Role
from operations.ratings import entering, links
from views.forms.ratings import EnteredRatingForm
from views.guards import for_roles
from views.tickets.blueprint import bp, official, opened


@bp.route("/<number:number>/enter-rating", methods=["GET", "POST"])
@for_roles(Role.CLERK)
def enter_rating(number: str) -> ResponseReturnValue:
    """The same five grades and reasons; the page says how it will be marked."""
    actor, ticket = official(), opened(number)
    links.asking_post(ticket, actor)
    form = EnteredRatingForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: entering.enter(ticket, opinion=form.opinion, actor=actor, once=form.once)
    ):
        flash("评价已代录，标明“回访代录”。", "success")
        return redirect(url_for(".show", number=number))
    page = render_template("tickets/enter_rating.html", ticket=ticket, form=form)
    return page, form.status_code if form.errors else 200
