"""防作弊监测: for supervisors and discipline observers; every line leads to its evidence."""

from datetime import date
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_login import current_user

from operations.errors import NotFound
from operations.insight.monitor import board
from operations.insight.monitor.board import SIGNALS
from operations.insight.monitor.signal import READING
from views.guards import for_roles
from views.months import month_of, month_text, this_month
from views.reporting import reads_reports
from views.watch import place_of
from views.watch_filter import row_id

bp = reads_reports(Blueprint("monitor", __name__, url_prefix="/monitor"))

NAMES = ", ".join(f'"{name}"' for name in SIGNALS)


@bp.get("")
@for_roles(*READING)
def index() -> str:
    """Every sign with its first lines."""
    month = _month()
    return render_template("monitor/index.html", sections=board.board(current_user, month, **_kept()),
                           month=month_text(month), times=board.policy()["times_median"])


@bp.get(f"/<any({NAMES}):name>")
@for_roles(*READING)
def section(name: str) -> str:
    """One sign with all its lines."""
    month = _month()
    found = board.section(current_user, SIGNALS[name], month=month, **_kept())
    return render_template("monitor/section.html", section=found, month=month_text(month))


@bp.get(f"/<any({NAMES}):name>/evidence")
@for_roles(*READING)
def evidence(name: str) -> str:
    """The rows behind one figure."""
    signal, month, place = SIGNALS[name], _month(), place_of(request.args)
    whose = row_id(request.args["of"]) if request.args.get("of") else None
    called = board.name_of(current_user, signal, month=month, whose=whose) if whose else ""
    if whose and not called:
        raise NotFound
    page = board.evidence(current_user, signal, month=month, whose=whose, place=place)
    here: dict[str, Any] = {"name": name, "month": month_text(month), "of": whose}
    return render_template(
        "monitor/evidence.html", signal=signal, about=signal.about(board.policy()), rows=page.rows, called=called,
        count=board.count_evidence(current_user, signal, month=month, whose=whose), month=month_text(month),
        previous=url_for(".evidence", **here, before=page.previous) if page.previous else "",
        next=url_for(".evidence", **here, after=page.next) if page.next else "",
    )


def _kept() -> dict[str, Any]:
    """Where figures are kept, and whether they shall be counted anew."""
    return {"folder": current_app.config["VAR_DIR"] / "monitor", "anew": "anew" in request.args}


def _month() -> date:
    return month_of(request.args.get("month", "")) or this_month()
