"""投递: how each carrier fares, what did not go and why, and sending it again."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.deliveries import Carrier
from operations.delivery import adapters, desk
from operations.delivery.desk import Shown
from views import ways
from views.guards import for_roles
from views.watch_filter import row_id

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@bp.get("")
@for_roles(Role.SYSTEM_ADMINISTRATOR)
def index() -> str:
    """投递台."""
    shown, carrier = _shown(request.args.get("show", "")), _carrier(request.args.get("carrier", ""))
    before = ways.place("before")
    rows, further = desk.page(shown, carrier, before=before)
    query: dict[str, Any] = {"show": shown.value, "carrier": carrier.value if carrier else None}
    return render_template(
        "deliveries/index.html", fares=desk.fares(adapters.carriers_on(current_app.config)), rows=rows, shown=shown,
        carrier=carrier, kinds=Shown, carriers=Carrier, may_resend=desk.may_resend, is_first=before is None,
        top=url_for(".index", **query), next=url_for(".index", **query, before=further) if further else "",
    )


@bp.get("/<id:delivery_id>")
@for_roles(Role.SYSTEM_ADMINISTRATOR)
def show(delivery_id: int) -> str:
    """One message and every attempt."""
    delivery, attempts = desk.get(delivery_id)
    return render_template("deliveries/show.html", delivery=delivery, attempts=attempts,
                           may_resend=desk.may_resend(delivery))


@bp.post("/resend")
@for_roles(Role.SYSTEM_ADMINISTRATOR)
def resend() -> ResponseReturnValue:
    """重发: those picked, or everything that did not go."""
    carrier = _carrier(request.form.get("carrier", ""))
    everything = bool(request.form.get("everything"))
    ids = desk.dead_ids(carrier) if everything else [one for one in map(row_id, request.form.getlist("pick")) if one]
    if not ids:
        flash("没有选中要重发的。", "amber")
    else:
        flash(f"{desk.resend(ids, actor=current_user)} 条已排队重发。", "success")
    return redirect(url_for(".index", carrier=carrier.value if carrier else None))


def _shown(text: str) -> Shown:
    return Shown(text) if text in set(Shown) else Shown.DEAD


def _carrier(text: str) -> Carrier | None:
    return Carrier(text) if text in set(Carrier) else None
