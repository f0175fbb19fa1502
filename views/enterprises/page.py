"""One enterprise's whole page, in tabs; and a demand raised for it."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.base import LabelledEnum
from models.directory import Enterprise
from models.tickets import TicketKind
from operations.access import scope
from operations.access.rectification_scope import get_rectification
from operations.access.scope import get_enterprise
from operations.directory import enterprises, merging, particulars, public_codes
from operations.engagement import interactions, judging
from operations.engagement.effectiveness import in_words
from operations.errors import NotFound
from operations.insight import enterprise_page, enterprise_timeline, rectifications, units
from operations.insight.enterprise_timeline import Mark
from operations.tickets import intake
from operations.tickets.intake import SUBJECT_LIMIT
from views.enterprises.blueprint import SEEING, bp, page_of
from views.forms.engagement import DemandForm
from views.forms.enterprises import TagForm
from views.guards import for_roles


class Tab(LabelledEnum):
    """The parts of the page."""

    OVERVIEW = "overview", "概况"
    TIMELINE = "timeline", "往来记录"
    FACTS = "facts", "资料"


@bp.get("/<id:enterprise_id>")
@for_roles(*SEEING)
def show(enterprise_id: int) -> ResponseReturnValue:
    """企业主页."""
    enterprise = get_enterprise(current_user, enterprise_id)
    tabs = list(Tab) if enterprise_page.hears(current_user) else [Tab.FACTS, Tab.TIMELINE]
    tab = next((one for one in tabs if one == request.args.get("tab")), tabs[0])
    stewards = enterprises.stewards_of(enterprise)
    return render_template(
        "enterprises/show.html",
        enterprise=enterprise,
        facts=enterprises.facts_of(enterprise),
        stewards=stewards,
        is_own=enterprises.is_own(current_user, stewards),
        may_submit=current_user.holds(Role.STEWARD, Role.CLERK) and enterprise.is_live,
        may_change=scope.may_change(current_user, enterprise),
        may_merge=merging.may_merge(current_user, enterprise),
        may_tag=particulars.tagging_post(current_user, enterprise) is not None,
        may_code=current_user.holds(*public_codes.GIVING),
        merged_into=enterprise_page.merged_into(enterprise),
        due=enterprise_page.due(enterprise),
        tags=particulars.tags_of(enterprise), tag_form=TagForm(formdata=None),
        tab=tab,
        tabs=[{"label": one.label, "url": page_of(enterprise, one), "count": None, "current": one is tab}
              for one in tabs],
        **_OF_TAB[tab](enterprise),
    )


def _overview(enterprise: Enterprise) -> dict[str, Any]:
    before = request.args.get("before", "")
    return {
        "lines": enterprises.open_tickets(current_user, enterprise),
        "talks": interactions.of_enterprise(
            enterprise, actor=current_user, before=int(before[:9]) if before.isdecimal() else None
        ),
        "is_late": interactions.is_late,
        "terms": judging.terms(),
        "in_words": in_words,
    }


def _timeline(enterprise: Enterprise) -> dict[str, Any]:
    kinds = enterprise_timeline.kinds_of(current_user)
    kind = next((one for one in kinds if one == request.args.get("kind")), None)
    after = Mark.parse(request.args.get("after", ""))
    here = page_of(enterprise, Tab.TIMELINE)
    narrowed = f"{here}&kind={kind}" if kind else here
    told = enterprise_timeline.timeline(enterprise, actor=current_user, kind=kind, after=after)
    return {
        "told": told,
        "kinds": [{"label": "全部", "url": here, "current": kind is None, "light": ""},
                  *({"label": one.label, "url": f"{here}&kind={one}", "current": one is kind, "light": ""}
                    for one in kinds)],
        "kind": kind,
        "older_url": f"{narrowed}&after={told.older}" if told.older else "",
        "latest_url": narrowed if after else "",
    }


def _facts(enterprise: Enterprise) -> dict[str, Any]:
    return {
        "known": enterprise_page.known(enterprise),
        "former_names": enterprise_page.former_names(enterprise),
        "contacts": particulars.contacts_of(enterprise),
        "projects": particulars.projects_of(enterprise),
    }


_OF_TAB = {Tab.OVERVIEW: _overview, Tab.TIMELINE: _timeline, Tab.FACTS: _facts}


@bp.route("/<id:enterprise_id>/demand", methods=["GET", "POST"])
@for_roles(Role.STEWARD, Role.CLERK)
def demand(enterprise_id: int) -> ResponseReturnValue:
    """代企业提交诉求."""
    enterprise = get_enterprise(current_user.only(Role.STEWARD, Role.CLERK), enterprise_id)
    form = DemandForm.from_request(data=_prefilled(enterprise) if request.method == "GET" else None)
    form.offer_channels()
    similar: list[Any] = []
    if form.was_submitted_and_valid():
        similar = [] if form.has_seen_similar.data else intake.similar_open(
            enterprise, form.subject.data, seen=scope.ticket_scope(current_user))
        once = form.once
        if not similar and form.submitted(
            lambda: intake.submit(form.demand_of(enterprise), actor=current_user, once=once)
        ):
            flash(f"已登记：{form.subject.data}，编号 {once.made}。", "success")
            return redirect(f"/tickets/{once.made}")
    page = render_template("enterprises/demand.html", enterprise=enterprise, form=form, similar=similar,
                           units=units.every())
    return page, 422 if form.errors else 200


def _prefilled(enterprise: Enterprise) -> dict[str, str]:
    """Whom to ask; and what a 差评 of this enterprise says (``rated``), as a complaint about the unit that was rated,
    for a clerk to check before it is sent."""
    rated = request.args.get("rated", "")
    if not rated.isdecimal():
        return _contact(enterprise)
    found = rectifications.card(get_rectification(current_user.only(Role.CLERK), int(rated[:9])))
    if found.enterprise.id != enterprise.id:
        raise NotFound
    subject = f"差评反映：{found.ticket.subject}"[:SUBJECT_LIMIT]
    about = {"kind": TicketKind.COMPLAINT, "accused": found.unit.name}
    return _contact(enterprise) | about | {"subject": subject, "content": found.rating.words}


def _contact(enterprise: Enterprise) -> dict[str, str]:
    """Who may be asked; the whole number only for a steward, whose list shows it anyway."""
    phone = enterprise.contact_phone if current_user.holds(Role.STEWARD) else ""
    return {"contact_name": enterprise.contact_name, "contact_phone": phone}
