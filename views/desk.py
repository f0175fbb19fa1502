"""The steward's workbench and quick log."""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from models import clock
from models.access import Role
from models.directory import Enterprise
from models.engagement import Interaction, InteractionKind
from models.tickets import Act
from operations.access.scope import get_ticket
from operations.clocks.calendar import SHANGHAI
from operations.clocks.wording import moment
from operations.directory import enterprises, handover_package
from operations.engagement import interactions, talk_drafts
from operations.engagement.interactions import Talk
from operations.insight import desk, due_visits
from views.forms.base import clean
from views.forms.engagement import InteractionForm
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("desk", __name__)

# How many seconds a note has waited on a phone: the script that sends it later says so (app/static/js/quicklog.js).
WAITED, LONGEST_WAIT = "X-Waited", 7 * 24 * 3600
# The last part of the address of an act's page.
PAGES = {act: act.value.replace("_", "-") for act in Act}


@bp.get("/desk")
@for_roles(Role.STEWARD)
def index() -> ResponseReturnValue:
    """今日工作台."""
    view, tab = chosen("show", desk.VIEWS, "all"), chosen("tab", desk.TABS, "quiet")
    return render_template(
        "desk/index.html",
        today=clock.now(),
        view=view,
        tab=tab,
        work=desk.work(current_user, view=view, after=place_of(request.args).after),
        firms=desk.firms(current_user, tab=tab),
        talks=desk.talks(current_user),
        due=due_visits.of(current_user),
        handovers=handover_package.waiting_for(current_user),
        days=interactions.days_ahead(),
        pages=PAGES,
        form_key=secrets.token_urlsafe(18),
    )


@bp.route("/log/new", methods=["GET", "POST"])
@for_roles(Role.STEWARD)
def log() -> ResponseReturnValue:
    """记一笔."""
    form = InteractionForm.from_request(data=_prefilled() if request.method == "GET" else None)
    form.offer_days(interactions.days_ahead())
    is_valid = form.was_submitted_and_valid()
    enterprise = _picked(form)
    if is_valid and enterprise:
        noted = form.noted(
            lambda: interactions.log_interaction(enterprise, actor=current_user, talk=_talk(form), once=form.once)
        )
        if noted and WAITED in request.headers:
            return jsonify(words=f"已记下：{enterprise.called}"), 201
        if noted:
            flash(_saved(noted, enterprise), "success")
            return redirect(_back_to(enterprise))
    draft = talk_drafts.of(current_user) if request.method == "GET" and not request.args else None
    return render_template("desk/log.html", form=form, draft=draft), 422 if form.errors else 200


@bp.post("/log/draft")
@for_roles(Role.STEWARD)
def keep_draft() -> ResponseReturnValue:
    """存草稿, as the script does while somebody writes."""
    kept = talk_drafts.keep({name: clean(request.form.get(name)) for name in talk_drafts.KEPT}, actor=current_user)
    return jsonify(words=f"草稿已存 {kept.updated_at.astimezone(SHANGHAI):%H:%M}")


@bp.post("/log/draft/discard")
@for_roles(Role.STEWARD)
def discard_draft() -> ResponseReturnValue:
    """不要草稿."""
    talk_drafts.drop(actor=current_user)
    flash("草稿已丢弃。", "green")
    return redirect("/log/new")


@bp.get("/log/enterprises")
@for_roles(Role.STEWARD)
def suggest() -> ResponseReturnValue:
    """Names for the picker of the quick log: the steward's own enterprises only."""
    words = clean(request.args.get("q"))[:200]
    found = enterprises.named(current_user, words) if words else ()
    return jsonify([{"value": row.name, "label": row.credit_code or ""} for row in found])


def chosen(name: str, offered: tuple[str, ...], usual: str) -> str:
    """A view of a list from the URL; what is not offered is the usual one."""
    wanted = request.args.get(name, usual)
    return wanted if wanted in offered else usual


def _back_to(enterprise: Enterprise) -> str:
    return url_for("enterprises.show", enterprise_id=enterprise.id) if "back" in request.args else "/desk"


def _talk(form: Any) -> Talk:
    """What was said; of a note that waited on a phone without a network, when it was written there."""
    waited = request.headers.get(WAITED, "")
    if form.talk.occurred_at or not waited.isdecimal():
        return form.talk
    seconds = min(int(waited[:9]), LONGEST_WAIT)
    return replace(form.talk, occurred_at=clock.now() - timedelta(seconds=seconds))


def _prefilled() -> dict[str, Any]:
    """From a row (``for``, or ``about`` a ticket), or a note that puts an earlier one right (``corrects``), or the
    draft; others' are not there."""
    if request.args.get("about"):
        return {"enterprise": get_ticket(current_user, clean(request.args["about"])[:40]).enterprise.name}
    if request.args.get("corrects", "").isdecimal():
        wrong = interactions.get_own(current_user, int(request.args["corrects"][:9]))
        words = f"更正{moment(wrong.occurred_at)}的{wrong.kind.label}记录："
        return {"enterprise": wrong.enterprise.name, "kind": wrong.kind, "content": words}
    if request.args.get("for", "").isdecimal():
        kind = {"kind": InteractionKind.VISIT} if request.args.get("kind") == InteractionKind.VISIT else {}
        return {"enterprise": enterprises.get_own(current_user, int(request.args["for"][:9])).name} | kind
    draft = None if request.args else talk_drafts.of(current_user)
    return {} if draft is None else {**draft.fields, "kind": _kind(draft.fields.get("kind", ""))}


def _kind(code: str) -> InteractionKind:
    return next((kind for kind in InteractionKind if kind == code), InteractionKind.PHONE)


def _picked(form: InteractionForm) -> Enterprise | None:
    """The one enterprise that is meant; without one the form says why, and offers those that may be meant."""
    typed, picked = form.enterprise.data, form.enterprise_id.data
    if typed:
        found = list(enterprises.named(current_user, typed))
    else:
        found = [enterprises.get_own(current_user, picked)] if picked else []
    meant = [row for row in found if row.id == picked] or found
    if form.is_submitted() and len(meant) == 1:
        return enterprises.get_own(current_user, meant[0].id)
    if not typed:
        form.offer_latest([*found, *enterprises.latest(current_user)])
    elif len(found) > 1:
        form.offer(found)
    if form.is_submitted():
        form.blame_name(len(found))
    return None


def _saved(noted: Interaction, enterprise: Enterprise) -> Markup:
    words = Markup("已记下：{} {}。").format(enterprise.called, noted.kind.label)
    number = interactions.number_of_ticket(noted)
    if number:
        words += Markup('已转为诉求办件 <a href="/tickets/{0}">{0}</a>。').format(number)
    return words + Markup('<a href="/log/new?corrects={}">记错了，补一条更正</a>').format(noted.id)
