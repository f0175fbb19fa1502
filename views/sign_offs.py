"""签批: everything that waits for my signature, and one page to sign or decline it."""

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.tickets import Proposal, ProposalKind
from operations.access.actor import Actor
from operations.insight import sign_off_effect, sign_offs
from operations.insight.ticket_page import clock, papers, spending
from operations.insight.ticket_page.dossier import Dossier
from operations.supervision import in_bulk
from operations.tickets import granting, proposals
from views.forms.sign_offs import BulkGrantForm, DeclineForm, GrantForm
from views.forms.tickets import ActForm
from views.guards import ensure_proven, for_roles
from views.tickets.next_row import beside, told
from views.watch import place_of, versions_of

bp = Blueprint("sign_offs", __name__, url_prefix="/sign-offs")

SIGNING = (Role.UNIT_LEADER, Role.CLERK, Role.SUPERVISOR)
FORMS: dict[str, type[ActForm]] = {"grant": GrantForm, "decline": DeclineForm}
HOME, MANY = ("签批", "/sign-offs"), {"label": "批量签批"}
TOLD = {"grant": "已签批同意。", "decline": "已退回提请人，并写明理由。"}


@bp.get("")
@for_roles(*SIGNING)
def index() -> str:
    """签批."""
    items, page = sign_offs.on_desk(_signer(), place=place_of(request.args))
    return render_template(
        "sign_offs/index.html",
        items=items,
        previous=url_for(".index", before=page.previous) if page.previous else "",
        next=url_for(".index", after=page.next) if page.next else "",
    )


@bp.route("/grant", methods=["GET", "POST"])
@for_roles(*SIGNING)
def grant_many() -> ResponseReturnValue:
    """同意 of what was ticked: first what will happen, then each is signed by itself."""
    form = BulkGrantForm.from_request()
    versions = versions_of(form.picked.data or " ".join(request.args.getlist("pick")))
    if not versions:
        return redirect(url_for(".index"))
    picked = granting.pick(_signer(), versions)
    _ensure_may_sign(item.proposal for item in picked)
    if form.was_submitted_and_valid():
        in_bulk.begin(once=form.once)
        outcomes = granting.grant_all(versions, actor=_signer(), words=form.words.data or "")
        return render_template("watch/outcome.html", outcomes=outcomes, act=MANY, home=HOME)
    if request.method == "GET":
        form.picked.data = " ".join(f"{item.proposal.id}.{item.ticket.version}" for item in picked)
    foretold = granting.forecast(picked, actor=_signer())
    page = render_template("watch/confirm.html", form=form, foretold=foretold, act=MANY, home=HOME,
                           yes="同意 {} 份提请", no="先不签")
    return page, 422 if form.errors else 200


@bp.get("/<id:proposal_id>")
@for_roles(*SIGNING)
def show(proposal_id: int) -> ResponseReturnValue:
    """One proposal with what it would change."""
    return _shown(proposal_id)


@bp.post("/<id:proposal_id>/<any(grant, decline):verb>")
@for_roles(*SIGNING)
def decide(proposal_id: int, verb: str) -> ResponseReturnValue:
    """同意 or 不同意."""
    proposal, ticket = sign_offs.get(_signer(), proposal_id)
    if verb == "grant":
        _ensure_may_sign([proposal])
    form = FORMS[verb].from_request(prefix=f"{verb}-")
    items, _ = sign_offs.on_desk(_signer())
    following = beside(proposal.id, [item.id for item in items])
    perform = proposals.grant if verb == "grant" else proposals.decline
    if form.was_submitted_and_valid() and form.carried_out(lambda: perform(
        ticket, proposal, actor=_signer(), version=form.version.data, once=form.once, **form.answers
    )):
        flash(told(TOLD[verb], ticket), "success")
        return redirect(url_for(".show", proposal_id=following) if following else url_for(".index"))
    return _shown(proposal_id, **{verb: form})


def _ensure_may_sign(picked: Iterable[Proposal]) -> None:
    """A longer limit is given by somebody whose password is fresh (security.md (d))."""
    if any(proposal.kind is ProposalKind.EXTENSION for proposal in picked):
        ensure_proven()


def _shown(proposal_id: int, *, grant: ActForm | None = None, decline: ActForm | None = None) -> ResponseReturnValue:
    proposal, ticket = sign_offs.get(_signer(), proposal_id)
    d = Dossier(ticket, _signer())
    sent = grant or decline
    forms = {verb: form(formdata=None, prefix=f"{verb}-") for verb, form in FORMS.items()}
    forms |= {verb: form for verb, form in (("grant", grant), ("decline", decline)) if form is not None}
    for form in forms.values():
        form.show_as_of(ticket.version, d.last_seq)
    asked_by, unit, suggested = sign_offs.names(proposal)
    answer = render_template(
        "sign_offs/show.html", d=d, ticket=ticket, proposal=proposal, asked_by=asked_by, unit=unit,
        facts=[
            *papers.proposal_facts(proposal, {proposal.suggested_unit_id or 0: suggested}),
            *sign_off_effect.effect(d, proposal),
        ],
        hints=sign_offs.hints(ticket, proposal), clock=clock.panel(d), spending=spending.of(d), form=sent, forms=forms,
        orders=papers.orders(d), is_own=proposal.proposed_by_id == current_user.user_id,
    )
    return answer, sent.status_code if sent is not None and sent.errors else 200


def _signer() -> Actor:
    return current_user.only(*SIGNING)
