"""Where one goes after an act: the next row of the list that the ticket was opened from (ui.md §7, rule 2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from models.access import Role
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.insight import call_sheets, centre, desk, lists, worklists
from operations.insight.centre import Queue
from views.tickets.filtering import filter_of, order_of


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of waiting tickets whose rows leave it once they are done; ``numbers`` are those it shows first."""

    label: str
    roles: tuple[Role, ...]
    numbers: Callable[[Actor], Sequence[str]]


DESKS = {
    "/desk": Desk("工作台", (Role.STEWARD,), lambda actor: [
        one.number for one in desk.work(actor).errands if one.act  # the others wait for somebody else
    ]),
    "/work": Desk("待办", worklists.UNIT_ROLES, lambda actor: [one.row.number for one in worklists.tasks(actor).tasks]),
    "/dispatch": Desk("派单", (Role.CLERK,), lambda actor: [
        case.line.row.number
        for queues in ([Queue.RETURNED], [Queue.DISPATCH, Queue.UNTAKEN])
        for case in centre.queued(actor, queues).cases
    ]),
    "/follow-ups": Desk("回访", (Role.CLERK,), lambda actor: [
        sheet.line.row.number for sheet in call_sheets.to_call(actor).sheets if not sheet.barred
    ]),
}


def kept() -> dict[str, Any]:
    """The list that the ticket was opened from, to go on with."""
    return {"in": request.args["in"]} if "in" in request.args else {}


def came_from() -> tuple[str, str]:
    """That list for the path above the page: its name and address."""
    asked = request.args.get("in", "")
    return (DESKS[asked].label, asked) if asked in DESKS else ("办件", f"/tickets?{asked}" if asked else "/tickets")


def neighbours(actor: Actor, ticket: Ticket) -> tuple[str | None, str | None]:
    """The tickets before and after in that list, when there is one; nobody leafs through a desk."""
    if "in" not in request.args or request.args["in"] in DESKS:
        return None, None
    args = MultiDict(parse_qsl(request.args["in"]))
    wanted = filter_of(args)
    return lists.neighbours(actor, wanted, ticket, order=order_of(args, wanted))


def after(actor: Actor, ticket: Ticket) -> str | None:
    """The address of the next row, of the one before when this is the last, of the empty desk; None without a list.

    Asked before the act: afterwards the ticket may be gone from the list.
    """
    asked = request.args.get("in")
    if asked in DESKS:
        if not actor.holds(*DESKS[asked].roles):
            return None
        number = beside(ticket.number, DESKS[asked].numbers(actor))
        return url_for("tickets.show", number=number, **kept()) if number else asked
    before, following = neighbours(actor, ticket)
    number = following or before
    return url_for("tickets.show", number=number, **kept()) if number else None


def beside(this: Any, rows: Sequence[Any]) -> Any:
    """The row after ``this`` one, or before it when it is the last; the first one when it is not among them."""
    others = [row for row in rows if row != this]
    if not others:
        return None
    place = rows.index(this) if this in rows else 0
    return others[min(place, len(others) - 1)]


def told(words: str, ticket: Ticket) -> Markup:
    """What was done, on the page of another ticket: with the way back."""
    back = url_for("tickets.show", number=ticket.number, **kept())
    return Markup('{} <a href="{}">回到“{}”</a>').format(words, back, ticket.subject)
