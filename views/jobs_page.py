"""The run ledger of the jobs: what ran, what it did, how late it was. No business content."""

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import clock
from models.access import Role
from models.job_runs import JobRun
from operations import job_ledger
from operations.clocks.calendar import SHANGHAI
from operations.insight.lines import LARGEST_ID
from operations.supervision import clock_stops, heartbeat, sweep
from views.forms.jobs import ClockForm
from views.guards import for_roles

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

PAGE = 50
BROKEN_OFF_AFTER = timedelta(minutes=15)
# How the ledger's names read; one that is new here is shown by its own name.
NAMES = {
    "sweep": "时限巡检",
    "windows": "补正、评价期满",
    "ledger-review": "挂账复核",
    "deliver-notices": "通知送达",
    "send-texts": "短信",
    "send-mails": "邮件",
    "send-wecom": "企业微信",
    "send-dingtalk": "钉钉",
    "housekeeping": "清理",
}


@bp.get("")
@for_roles(Role.SYSTEM_ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """作业."""
    latest = job_ledger.latest()
    name = next((run.name for run in latest if run.name == request.args.get("job")), None)
    runs = job_ledger.history(name, before=_before(), limit=PAGE + 1)
    older = url_for(".index", job=name, before=runs[PAGE - 1].id) if len(runs) > PAGE else ""
    return render_template(
        "jobs/index.html", latest=latest, runs=runs[:PAGE], name=name, names=NAMES, older=older,
        newest=url_for(".index", job=name) if request.args.get("before") else "", state=state_of,
        beat=heartbeat.of_the_sweep(), stops=clock_stops.waiting(),
    )


@bp.route("/clock", methods=["GET", "POST"])
@for_roles(Role.SYSTEM_ADMINISTRATOR)
def clock_page() -> ResponseReturnValue:
    """核对时间: what was found wrong, what will happen, and the word that the time is right."""
    form = ClockForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: clock_stops.confirm(actor=current_user, reason=form.reason.data, once=form.once)
    ):
        flash("已确认时间正确，作业恢复运行。", "success")
        return redirect(url_for(".index"))
    now = clock.now()
    page = render_template("jobs/clock.html", form=form, stops=clock_stops.waiting(), history=clock_stops.history(),
                           now=now, due=sweep.remaining(now), said=clock_stops.said, full=in_full)
    return page, form.status_code if form.errors else 200


def in_full(moment: datetime) -> str:
    """With its year and seconds: on this page nobody may guess what today is."""
    return f"{moment.astimezone(SHANGHAI):%Y年%m月%d日 %H:%M:%S}"


def state_of(run: JobRun) -> tuple[str, str]:
    """How a run ended, in words and as a tone."""
    if run.finished_at is not None:
        return ("完成，有错", "amber") if run.error else ("完成", "green")
    if run.error:
        return ("挂起", "amber") if run.error.startswith(job_ledger.HELD) else ("失败", "red")
    return ("中断", "red") if clock.now() - run.started_at > BROKEN_OFF_AFTER else ("正在运行", "blue")


def _before() -> int | None:
    text = request.args.get("before", "")
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
