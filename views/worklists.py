"""What waits for a unit, for the dispatch desk and for the follow-up desk."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.insight import call_sheets, centre, seats, worklists
from operations.insight.centre import Queue
from operations.insight.keyset import TOP
from operations.insight.worklists import Duty, Owed
from views.guards import for_roles
from views.watch import place_of

bp = Blueprint("worklists", __name__)


@bp.get("/work")
@for_roles(Role.CASE_OFFICER, Role.UNIT_LEADER)
def work() -> ResponseReturnValue:
    """待办：what the unit owes, by time left."""
    what = next((one for one in Owed if one == request.args.get("show")), None)
    page = worklists.tasks(current_user, what=what, after=place_of(request.args).after)
    return render_template("worklists/work.html", page=page, what=what, kinds=list(Owed), way_on=way_on,
                           seats=seats.owed(current_user))


@bp.get("/dispatch")
@for_roles(Role.CLERK)
def dispatch() -> ResponseReturnValue:
    """派单：what came back, what nobody took in, what must find its unit."""
    only = next((one for one in Queue if one == request.args.get("show")), None)
    place = place_of(request.args)
    is_first = only is None and place == TOP
    others = [only] if only else [Queue.DISPATCH, Queue.UNTAKEN]
    supplements, reviews = centre.waiting(current_user)
    return render_template(
        "worklists/dispatch.html",
        only=only,
        queues=list(Queue),
        counts=centre.counts(current_user),
        returned=centre.queued(current_user, [Queue.RETURNED]) if is_first else None,
        page=centre.queued(current_user, others, place=place),
        supplements=supplements,
        reviews=reviews,
        seats=seats.owed(current_user) if is_first else (),
    )


@bp.get("/follow-ups")
@for_roles(Role.CLERK)
def follow_ups() -> ResponseReturnValue:
    """回访：whom to call, with the call sheet."""
    wanted = request.args.get("show", "all")
    view = wanted if wanted in call_sheets.VIEWS else "all"
    page = call_sheets.to_call(current_user, view=view, place=place_of(request.args))
    return render_template("worklists/follow_ups.html", page=page, view=view)


def way_on(duty: Duty, number: str) -> tuple[str, str] | None:
    """The button of something owed: its words and where it leads; None where there is nothing to press."""
    if duty.what is Owed.ANSWER:
        return "答复督办", f"/supervisions/{duty.paper_id}"
    if duty.what is Owed.SIGN_OFF:
        return "签批", f"/sign-offs/{duty.paper_id}"
    if duty.act is None:
        return None
    return duty.act.label, f"/tickets/{number}/{duty.act.value.replace('_', '-')}?in=/work"
