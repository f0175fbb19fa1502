"""The enterprises of a steward, or of a region; one enterprise's whole page; a demand raised for it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.directory import Enterprise
from operations.access.scope import REGIONAL, get_enterprise
from operations.directory import enterprises
from operations.engagement import interactions
from operations.insight import desk
from operations.tickets import intake
from views.forms.base import clean
from views.forms.engagement import DemandForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("enterprises", __name__, url_prefix="/enterprises")


@bp.get("")
@for_roles(Role.STEWARD, *REGIONAL)
def index() -> ResponseReturnValue:
    """企业列表."""
    wanted = request.args.get("show", "all")
    tab = wanted if wanted in desk.TABS else "all"
    words = clean(request.args.get("q"))[:100]
    page = enterprises.listed(current_user, tab=tab, words=words, place=place_of(request.args))
    return render_template("enterprises/index.html", page=page, tab=tab, words=words,
                           is_steward=current_user.holds(Role.STEWARD))


@bp.get("/<id:enterprise_id>")
@for_roles(Role.STEWARD, *REGIONAL)
def show(enterprise_id: int) -> ResponseReturnValue:
    """企业主页."""
    enterprise = get_enterprise(current_user, enterprise_id)
    before = request.args.get("before", "")
    stewards = enterprises.stewards_of(enterprise)
    return render_template(
        "enterprises/show.html",
        enterprise=enterprise,
        facts=enterprises.facts_of(enterprise),
        stewards=stewards,
        is_own=enterprises.is_own(current_user, stewards),
        may_submit=current_user.holds(Role.STEWARD, Role.CLERK),
        lines=enterprises.open_tickets(current_user, enterprise),
        talks=interactions.of_enterprise(enterprise, before=int(before[:9]) if before.isdecimal() else None),
        is_late=interactions.is_late,
    )


@bp.route("/<id:enterprise_id>/demand", methods=["GET", "POST"])
@for_roles(Role.STEWARD, Role.CLERK)
def demand(enterprise_id: int) -> ResponseReturnValue:
    """代企业提交诉求."""
    enterprise = get_enterprise(current_user, enterprise_id)
    form = DemandForm.from_request(data=_contact(enterprise) if request.method == "GET" else None)
    form.offer_channels()
    similar: list[Any] = []
    if form.was_submitted_and_valid():
        similar = [] if form.has_seen_similar.data else intake.similar_open(enterprise, form.subject.data)
        made = None if similar else form.submitted(
            lambda: intake.submit(form.demand_of(enterprise), actor=current_user, once=form.once)
        )
        if made:
            flash(f"已登记：{made.subject}，编号 {made.number}。", "success")
            return redirect(f"/tickets/{made.number}")
    page = render_template("enterprises/demand.html", enterprise=enterprise, form=form, similar=similar)
    return page, 422 if form.errors else 200


def _contact(enterprise: Enterprise) -> dict[str, str]:
    """Who may be asked; the whole number only for a steward, whose list shows it anyway."""
    phone = enterprise.contact_phone if current_user.holds(Role.STEWARD) else ""
    return {"contact_name": enterprise.contact_name, "contact_phone": phone}
