"""群发: written to a filtered set, checked with the number of receivers, sent, and followed in the delivery log."""

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.engagement import broadcasts
from operations.engagement.broadcasts import SENDERS
from operations.insight import correspondence
from views import ways
from views.desk import chosen
from views.forms.correspondence import BroadcastForm
from views.guards import for_roles

bp = Blueprint("broadcasts", __name__, url_prefix="/broadcasts")


@bp.get("")
@for_roles(*SENDERS)
def index() -> ResponseReturnValue:
    """我发出的群发."""
    rows = correspondence.own_broadcasts(current_user, before=ways.place("before"))
    return render_template("broadcasts/index.html", rows=rows, shown=correspondence.SHOWN)


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*SENDERS)
def write() -> ResponseReturnValue:
    """Write, see how many get it, send."""
    form, counts = BroadcastForm.from_request(), None
    form.offer_regions(correspondence.regions_for(current_user))
    if form.was_submitted_and_valid():
        if form.step.data == "send":
            sent = broadcasts.send(actor=current_user, narrowing=form.narrowing, text=form.text, once=form.once)
            flash("已群发。谁收到、谁读了，在下面的送达记录里。", "success")
            return redirect(f"/broadcasts/{sent.id}")
        counts = broadcasts.count_receivers(current_user, form.narrowing)
        form.step.data = "send"
    return render_template("broadcasts/new.html", form=form, counts=counts), 422 if form.errors else 200


@bp.get("/<id:broadcast_id>")
@for_roles(*SENDERS)
def show(broadcast_id: int) -> ResponseReturnValue:
    """One broadcast and its 送达记录."""
    broadcast = correspondence.get_broadcast(current_user, broadcast_id)
    view = chosen("show", tuple(correspondence.DELIVERY_VIEWS), "all")
    rows = correspondence.deliveries(broadcast, view=view, after=ways.place("after"))
    return render_template("broadcasts/show.html", broadcast=broadcast, rows=rows, view=view,
                           counts=correspondence.outcomes_of(broadcast), views=correspondence.DELIVERY_VIEWS,
                           shown=correspondence.SHOWN, narrowing=correspondence.narrowing_words(broadcast))
