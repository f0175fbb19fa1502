"""The page of one ticket."""

import secrets
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.base import LabelledEnum
from operations.access.letter_scope import has_notice
from operations.access.rectification_scope import READING, get_own_proxy, rectification_of_proxy
from operations.access.scope import OFFICIALS
from operations.insight import refusal_page
from operations.insight.routing import rulings
from operations.insight.ticket_page import clock, dossier, offers, papers, people, rail, spending, timeline
from operations.insight.ticket_page.dossier import AT_MOST, SHOWN, Dossier, Window
from operations.insight.ticket_page.statements import Kind
from operations.tickets import accused
from views.forms.base import kept_answers
from views.guards import ensure_proven_to_read, for_roles
from views.tickets import next_row
from views.tickets.blueprint import bp, official

UNQUOTED = "!$'()*,/:;?@"  # as url_for leaves them


class Tab(LabelledEnum):
    """The parts of the page."""

    STORY = "story", "经过"
    DEMAND = "demand", "诉求原文"
    FILES = "files", "材料"
    WORK = "work", "交办与审批"
    ORDERS = "orders", "督办"
    OUTCOME = "outcome", "结果与评价"


@bp.get("/<proxy:number>")
@for_roles(*READING, Role.ENTERPRISE_MEMBER)
def proxy(number: str) -> ResponseReturnValue:
    """What messages, orders and letters call by this number is a 整改, which has its own page."""
    if not current_user.holds(*READING):
        return redirect(url_for("portal.rated_case", number=get_own_proxy(current_user, number).number))
    found = rectification_of_proxy(official(), number)
    return redirect(url_for("rectifications.show", rectification_id=found.id))


@bp.get("/<number:number>")
@for_roles(*OFFICIALS, Role.ENTERPRISE_MEMBER)
def show(number: str) -> ResponseReturnValue:
    """One ticket as officials see it; the enterprise has a page of its own."""
    if not current_user.holds(*OFFICIALS):
        return redirect(url_for("portal.show", number=number))
    d = dossier.open_for(official(), number, _window())
    ensure_proven_to_read(d.ticket)
    asked = request.args.get("tab", "")
    tab = next((tab for tab in Tab if tab == asked), Tab.STORY)
    return render_template(
        "tickets/show.html",
        d=d,
        ticket=d.ticket,
        has_notice=has_notice(d.ticket),
        tab=tab,
        parts=_tabs(d, tab),
        stations=rail.stations(d),
        returns=rail.times_sent_back(d),
        clock=clock.panel(d),
        spending=spending.of(d),
        panel=offers.panel(d),
        people=people.of(d),
        accused=accused.of_ticket(d.ticket),
        may_name_accused=accused.may_name(d.ticket, d.actor) is not None,
        refusals=refusal_page.of_ticket(d.ticket, d.actor) if d.has_been_refusing else (),
        refusal_task=refusal_page.task(d.ticket, d.actor),
        rulings=rulings.of_ticket(d.ticket) if tab is Tab.WORK else (),
        days=timeline.days(d) if tab is Tab.STORY else (),
        papers=papers,
        kinds=[
            {"label": kind.label, "url": _here(only=kind), "current": kind is d.window.kind, "light": ""}
            for kind in Kind
        ],
        older=_here(all=1, only=d.window.kind, **({} if d.window.size == SHOWN else {"before": _oldest(d)})),
        neighbours=next_row.neighbours(d.actor, d.ticket),
        came_from=next_row.came_from(),
        form_key=secrets.token_urlsafe(18),
        kept=kept_answers(url_for(".say", number=number)) or {},
        suffix=f"?{request.query_string.decode('ascii', 'ignore')}" if "in" in request.args else "",
    )


def _window() -> Window:
    args = request.args
    kind = next((kind for kind in Kind if kind == args.get("only")), Kind.ALL)
    before = args.get("before", "")
    older_than = int(before) if before.isdecimal() and len(before) < 18 else None
    return Window(kind, AT_MOST if "all" in args else SHOWN, older_than)


def _tabs(d: Dossier, here: Tab) -> list[dict[str, object]]:
    counts = {
        Tab.STORY: len(d.shown) + d.older_count,
        Tab.FILES: d.file_count,
        Tab.WORK: len(d.orders),
        Tab.ORDERS: d.supervision_count,
    }
    return [
        {"label": tab.label, "url": _here(tab=tab), "count": counts.get(tab), "current": tab is here} for tab in Tab
    ]


def _here(**parts: object) -> str:
    """This page with other parameters. Ten of them on a page: ``url_for`` would take a twentieth of its time."""
    return f"{request.path}?{urlencode({**next_row.kept(), **parts}, safe=UNQUOTED)}"


def _oldest(d: Dossier) -> int:
    return d.shown[-1].seq if d.shown else 0
