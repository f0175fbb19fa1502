"""办件: the list of everything that somebody may open, narrowed by its URL."""

from urllib.parse import quote, urlencode

from flask import render_template, request

from models.tickets import Stage, Status, TicketKind
from operations.access.scope import OFFICIALS
from operations.clocks.lights import Light
from operations.insight import lists, search
from operations.insight.lists import Found, Order
from operations.insight.search import View
from views.guards import for_roles
from views.tickets.blueprint import bp, official
from views.tickets.filtering import asked, filter_of, options, order_of, pills
from views.watch import place_of

PATH = "/tickets"


@bp.get("")
@for_roles(*OFFICIALS)
def index() -> str:
    """办件."""
    actor, args = official(), request.args
    wanted = filter_of(args)
    order = order_of(args, wanted)
    page = lists.tickets(actor, wanted, order=order, place=place_of(args), is_counted="count" in args)
    parts = asked(args)
    kept = [part for part in parts if part[0] not in ("view", "sort")]
    return render_template(
        "tickets/index.html",
        page=page,
        wanted=wanted,
        counted=_counted(page),
        order=order,
        orders=[
            (each.label, _url([*(p for p in parts if p[0] != "sort"), ("sort", each)]), each is order)
            for each in Order
        ],
        views=[
            (each.label, _url([*kept, ("view", each)]), each is wanted.view)
            for each in View
        ],
        pills=pills(args, PATH),
        back=f"?in={quote(urlencode(parts))}",
        count_url=_url([*parts, ("count", "1")]),
        previous=_url([*parts, ("before", str(page.previous))]) if page.previous else "",
        next=_url([*parts, ("after", str(page.next))]) if page.next else "",
        may_wait=bool(search.waiting_for(actor)),
        lights=options(Light, wanted.lights),
        stages=options(Stage, wanted.stages),
        kinds=options(TicketKind, wanted.kinds),
        statuses=options(Status, wanted.statuses),
    )


def _counted(page: Found) -> str:
    if page.count is None:
        return ""
    return f"{lists.COUNTED} 件以上" if page.count > lists.COUNTED else f"{page.count} 件"


def _url(parts: list[tuple[str, str]]) -> str:
    return f"{PATH}?{urlencode(parts)}"
