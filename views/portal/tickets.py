"""The enterprise's list of tickets and the page of one."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.tickets import Status
from operations.access import scope
from operations.access.letter_scope import has_notice, own_notice_of
from operations.access.rectification_scope import get_own_proxy, own_rectification_of
from operations.insight import portal, refusal_page, track
from operations.tickets import accused
from operations.tickets.situation import Situation
from views import ways
from views.papers import letter_file
from views.portal.blueprint import bp, members
from views.portal.receipt import receipt_page


@bp.get("/tickets")
@members
def tickets() -> str:
    """All tickets of the enterprise; the view and the place stand in the URL."""
    view = request.args.get("view", "open")
    view = view if view in portal.VIEWS else "open"
    after = ways.place("after")
    rows, further = portal.page(current_user, view=view, after=after)
    seg = [{"label": label, "url": url_for(".tickets", view=code), "current": code == view, "light": ""}
           for code, label in portal.VIEWS.items()]
    next_url = url_for(".tickets", view=view, after=further) if further else ""
    return render_template("my/tickets.html", rows=rows, seg=seg, view=view, next_url=next_url, is_first=after is None,
                           rated_cases=portal.rated_cases(current_user) if after is None else ())


@bp.get("/tickets/<number:number>")
@members
def show(number: str) -> str:
    """诉求进度."""
    ticket = scope.get_own_ticket(current_user, number)
    situation = Situation(ticket, current_user)
    promise = track.promise_of(situation)
    entries, older = track.entries(ticket, before=ways.place("before"))
    return render_template(
        "my/ticket.html",
        ticket=ticket,
        accused=accused.of_ticket(ticket),
        has_notice=has_notice(ticket),
        promise=promise,
        stations=track.stations(ticket, track.milestones(ticket), promise),
        stewards=portal.stewards_of([ticket.enterprise_id]),
        offers=portal.offers(situation),
        entries=entries,
        older_url=url_for(".show", number=number, before=older) if older else "",
        files=track.hand_out_files(ticket, entries),
        rectification=own_rectification_of(current_user, ticket) if ticket.closed_at else None,
        refusal=refusal_page.latest(ticket) if ticket.status is Status.REFUSED else None,
    )


@bp.get("/tickets/<proxy:number>")
@members
def rated_case(number: str) -> str:
    """A 差评 that was given by name at a window, and what is being done about it."""
    ticket = get_own_proxy(current_user, number)
    rectification = own_rectification_of(current_user, ticket)
    return render_template("my/rated_case.html", ticket=ticket, rectification=rectification,
                           rating=track.rating_of(ticket))


@bp.get("/tickets/<number:number>/supplement-notice")
@members
def supplement_notice(number: str) -> ResponseReturnValue:
    """一次性告知书."""
    return letter_file(own_notice_of(current_user, number), "pdf")


@bp.get("/tickets/<number:number>/receipt")
@members
def receipt(number: str) -> str:
    """回执, to be kept or printed at any time."""
    return receipt_page(scope.get_own_ticket(current_user, number), is_new=False)
