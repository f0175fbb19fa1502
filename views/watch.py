"""The supervisor's escalation queue: the list with its filters, one order beside it, bulk acts, the ledger."""

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from models import clock
from models.access import Role
from operations.access.measure_scope import READING
from operations.clocks import rulebook
from operations.insight import exports, ledger_sheet, list_habits, order_card, queue, queue_counts
from operations.insight.keyset import Place
from operations.insight.lines import Cursor
from operations.insight.queue import Sorting
from operations.insight.queue_lines import queue_line
from operations.supervision import in_bulk
from operations.supervision.in_bulk import BulkAct
from views import watch_filter
from views.forms.supervision import BulkForm, BulkRejectForm, BulkRemindForm, BulkSuperviseForm, BulkTalkForm
from views.guards import for_roles, proven
from views.workbooks import sent_workbook

bp = Blueprint("watch", __name__, url_prefix="/watch")

WATCHING = (Role.CLERK, Role.SUPERVISOR, Role.LEADER, Role.DISCIPLINE_OBSERVER)
ACTING = (Role.CLERK, Role.SUPERVISOR)
MONITORING = (Role.SUPERVISOR, Role.DISCIPLINE_OBSERVER)
FORMS: dict[BulkAct, type[BulkForm]] = {
    BulkAct.SUPERVISE: BulkSuperviseForm,
    BulkAct.ACCEPT: BulkForm,
    BulkAct.REJECT: BulkRejectForm,
    BulkAct.REMIND: BulkRemindForm,
    BulkAct.TALK: BulkTalkForm,
}
# Buttons name what comes of them; {} is how many.
BUTTONS = {
    BulkAct.SUPERVISE: ("发出 {} 份督办", "先不发"),
    BulkAct.ACCEPT: ("认可 {} 份答复", "先不认可"),
    BulkAct.REJECT: ("退回 {} 份答复", "先不退回"),
    BulkAct.REMIND: ("催办 {} 件", "先不催"),
    BulkAct.TALK: ("提请 {} 次约谈", "先不提请"),
}
PATH = watch_filter.PATH
HOME = ("督办台", PATH)


@bp.get("")
@for_roles(*WATCHING)
def index() -> ResponseReturnValue:
    """督办台; asked for without a filter it opens as the person likes it."""
    habits = list_habits.habits(current_user, PATH)
    if not request.args and habits.default_query:
        return redirect(f"{PATH}?{habits.default_query}")
    narrowing = watch_filter.read(request.args)
    place = place_of(request.args)
    page = queue.page_of(current_user, narrowing, place=place)
    counts = queue_counts.counts(current_user, narrowing)
    now, calendar = clock.now(), rulebook.lately().calendar
    here = watch_filter.link(narrowing, after=place.after, before=place.before)
    return render_template(
        "watch/index.html",
        lines=[queue_line(row, now=now, calendar=calendar) for row in page.rows],
        card=_card(page.rows),
        counts=counts,
        pills=watch_filter.pills(narrowing, counts),
        options=watch_filter.options(narrowing, counts),
        sorts=_sorts(narrowing),
        narrowing=narrowing,
        here_url=here,
        order_url=f"{here}{'&' if '?' in here else '?'}order=",
        export_url=url_for(".export", **watch_filter.written(narrowing)),
        previous=watch_filter.link(narrowing, before=page.previous) if page.previous else "",
        next=watch_filter.link(narrowing, after=page.next) if page.next else "",
        fresh_url=url_for(".new", **watch_filter.written(narrowing, since=queue.newest_id())),
        may_act=current_user.holds(*ACTING),
        may_propose=current_user.holds(Role.SUPERVISOR),
        views=habits.views,
        shared=habits.shared,
        query=watch_filter.as_query(narrowing),
        may_read_measures=current_user.holds(*READING),
        may_monitor=current_user.holds(*MONITORING),
    )


@bp.get("/new")
@for_roles(*WATCHING)
def new() -> ResponseReturnValue:
    """How many orders of this list came since the page was shown."""
    since = request.args.get("since", "0")
    mark = watch_filter.row_id(since) if since != "0" else 0
    return jsonify(count=queue.count_new(current_user, watch_filter.read(request.args), since=mark))


@bp.post("/export")
@for_roles(*WATCHING)
@proven
def export() -> ResponseReturnValue:
    """导出台账: at once when it is short, otherwise somebody else is asked first."""
    narrowing = watch_filter.read(request.args)
    if queue.count(current_user, narrowing) > exports.free_rows():
        return redirect(url_for("exports.new", kind="supervisions", **watch_filter.written(narrowing)))
    file = exports.take_few(current_user, ledger_sheet.content(current_user, narrowing),
                            query=watch_filter.as_query(narrowing), scope=watch_filter.words(narrowing))
    return sent_workbook(file, "督办台账")


@bp.route("/<any(supervise, accept, reject, remind, talk):verb>", methods=["GET", "POST"])
@for_roles(*ACTING)
def bulk(verb: str) -> ResponseReturnValue:
    """督办、认可、退回、催办、提请约谈 of what was ticked: first what will happen, then it happens item by item."""
    act = BulkAct(verb)
    form = FORMS[act].from_request()
    versions = versions_of(form.picked.data or " ".join(request.args.getlist("pick")))
    if not versions:
        return redirect(url_for(".index"))
    picked = in_bulk.pick(current_user, list(versions), versions)
    if form.was_submitted_and_valid():
        in_bulk.begin(once=form.once)
        return render_template("watch/outcome.html", outcomes=_perform(act, picked, form), act=act,
                               home=HOME)
    if request.method == "GET":
        form.picked.data = " ".join(f"{item.order.id}.{item.ticket.version}" for item in picked)
    foretold = in_bulk.forecast(picked, act, actor=current_user)
    yes, no = BUTTONS[act]
    page = render_template("watch/confirm.html", form=form, foretold=foretold, act=act, yes=yes, no=no,
                           home=HOME)
    return page, 422 if form.errors else 200


def place_of(args: MultiDict[str, str]) -> Place:
    """Where the page begins, out of the URL; a mark that cannot be read begins at the top."""
    return Place(Cursor.parse(args.get("after", "")), Cursor.parse(args.get("before", "")))


def versions_of(text: str) -> dict[int, int | None]:
    """``12.5 13`` → order 12 as of version 5, order 13 as it is."""
    parts = [part.partition(".") for part in text.split()[: in_bulk.MOST]]
    return {watch_filter.row_id(order): watch_filter.row_id(version) if dot else None for order, dot, version in parts}


def _perform(act: BulkAct, picked: list[in_bulk.Picked], form: Any) -> list[in_bulk.Outcome]:
    if act is BulkAct.SUPERVISE:
        return in_bulk.supervise_all(picked, actor=current_user, reason=form.reason.data)
    if act is BulkAct.TALK:
        return in_bulk.propose_talks(picked, actor=current_user, reason=form.reason.data)
    if act is BulkAct.REJECT:
        return in_bulk.reject_all(picked, actor=current_user, reason=form.reason.data)
    if act is BulkAct.REMIND:
        return in_bulk.remind_all(picked, actor=current_user, words=form.words.data)
    return in_bulk.accept_all(picked, actor=current_user)


def _card(rows: list[Any]) -> order_card.Card | None:
    asked = request.args.get("order")
    if asked:
        return order_card.card(current_user, watch_filter.row_id(asked))
    return order_card.card(current_user, rows[0].id) if rows else None


def _sorts(narrowing: queue.Narrowing) -> list[dict[str, Any]]:
    values = watch_filter.written(narrowing)
    return [
        {"label": sorting.label, "url": url_for(".index", **values | {"sort": str(sorting)}), "light": "",
         "current": sorting is narrowing.sorting}
        for sorting in Sorting
    ]
