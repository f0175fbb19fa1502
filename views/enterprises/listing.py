"""企业列表: narrowed by its URL, with the columns and the views that a person likes."""

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.directory import EnterpriseCategory, EnterpriseSize, EnterpriseStatus
from operations.directory.industries import SECTIONS
from operations.directory.ownership_claims import DECIDING
from operations.insight import enterprise_list, list_habits
from operations.insight.enterprise_filter import HAS_STEWARD, QUIET
from operations.insight.enterprise_list import MOST_COLUMNS, Column
from views.enterprises.blueprint import SEEING, bp
from views.enterprises.bulk import acts_of
from views.enterprises.filtering import PATH, TABS, address, asked, filter_of, pills, tab_of
from views.guards import for_roles
from views.tickets.filtering import options
from views.watch import place_of


@bp.get("")
@for_roles(*SEEING)
def index() -> ResponseReturnValue:
    """企业列表."""
    actor, args = current_user, request.args
    wanted, tab, parts = filter_of(args), tab_of(args), asked(args)
    page = enterprise_list.listed(actor, wanted, tab=tab, place=place_of(args), is_counted="count" in args)
    kept = list_habits.habits(actor, PATH)
    narrowing = [part for part in parts if part[0] != "show"]
    offered = enterprise_list.columns_for(actor)
    return render_template(
        "enterprises/index.html",
        page=page, wanted=wanted, tab=tab, counted=_counted(page.count),
        tabs=[(name, label, address([*narrowing, ("show", name)])) for name, label in TABS.items()
              if name in ("all", "quiet") or enterprise_list.Column.OPEN in offered],
        pills=pills(narrowing),
        columns=_columns(kept.columns, offered), offered=offered, most_columns=MOST_COLUMNS,
        views=kept.views, query=urlencode(parts),
        count_url=address([*parts, ("count", "1")]),
        previous=address([*parts, ("before", str(page.previous))]) if page.previous else "",
        next=address([*parts, ("after", str(page.next))]) if page.next else "",
        is_steward=actor.holds(Role.STEWARD), may_register=actor.holds(Role.REGISTRAR), acts=acts_of(actor),
        may_claim=actor.holds(Role.REGISTRAR, *DECIDING),
        **_choices(wanted),
    )


def _columns(chosen: tuple[str, ...], offered: tuple[Column, ...]) -> list[Column]:
    """The chosen columns in the order of the list; the usual ones while nothing is chosen."""
    shown = [one for one in offered if one in chosen] or list(enterprise_list.usual_columns(current_user))
    return shown[:MOST_COLUMNS]


def _choices(wanted: Any) -> dict[str, Any]:
    return {
        "categories": options(EnterpriseCategory, wanted.categories),
        "statuses": options(EnterpriseStatus, wanted.statuses),
        "sizes": options(EnterpriseSize, wanted.sizes),
        "sections": [(letter, name) for letter, (name, _) in SECTIONS.items()],
        "quiets": _boxes({str(days): f"{days} 天以上" for days in QUIET}, str(wanted.quiet)),
        "helds": _boxes(HAS_STEWARD, wanted.held),
    }


def _boxes(labels: dict[str, str], chosen: str) -> list[dict[str, Any]]:
    blank = {"value": "", "label": "不限", "count": "", "checked": chosen not in labels}
    return [blank, *({"value": value, "label": label, "count": "", "checked": value == chosen}
                     for value, label in labels.items())]


def _counted(count: int | None) -> str:
    if count is None:
        return ""
    return f"{enterprise_list.COUNTED} 家以上" if count > enterprise_list.COUNTED else f"{count} 家"
