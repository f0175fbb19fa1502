"""``jobs``: the recurring jobs, listed, run by hand, or kept running."""

import click
from flask import current_app

from app.cli.opening import Schema, on_the_ground, on_the_site, schema
from app.cli.tables import table
from app.loading import settle_for_jobs
from jobs.clock_guard import ClockGuard
from jobs.runner import Runner, perform, worker_name
from jobs.schedule import SCHEDULE, job_named
from jobs.trust import Trust
from models import clock
from models.base import db
from models.engine import let_work_last
from models.job_runs import JobRun
from operations import job_ledger, protection
from operations.clocks.calendar import SHANGHAI
from operations.errors import Refused

CLOCK_STOPPED = "服务器时间跳变，作业已停。请系统管理员核对时间，在“作业”页确认后再运行。"


@click.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """定时作业：不带参数时列出全部。"""
    if context.invoked_subcommand is None:
        context.invoke(list_jobs)


@jobs.command("list")
@on_the_ground
def list_jobs() -> None:
    """列出每项作业、间隔和上次运行。"""
    runs = {run.name: run for run in job_ledger.latest()} if schema() is Schema.CURRENT else {}
    settings = current_app.config
    rows = [(job.name, job.rhythm.words(settings), job.meaning, _last(runs.get(job.name))) for job in SCHEDULE]
    click.echo(table(("作业", "间隔", "做什么", "上次运行"), rows))


@jobs.command("run")
@click.argument("name", metavar="NAME")
@on_the_site
def run_job(name: str) -> None:
    """立即运行一项作业，并打印它的台账行。"""
    job = job_named(name)
    if job is None:
        raise Refused(f"没有作业 {name}。现有：{'、'.join(job.name for job in SCHEDULE)}")
    let_work_last(db.engine)
    trust = Trust(ClockGuard(), current_app.config, worker=worker_name())
    trust.examine()
    reading, offered_at = trust.reading(), clock.now()
    if objection := trust.objection(reading):
        raise Refused(protection.why() and f"没有运行：{objection}" or CLOCK_STOPPED)
    run_id = job_ledger.claim(name, f"by hand {offered_at:%Y%m%dT%H%M%S%f}", worker=worker_name())
    if run_id is None:
        raise Refused("同一时刻已有人在运行它，请再试一次。")
    run = perform(job, run_id, current_app.config, at=offered_at)
    click.echo(ledger_line(run))
    if run.finished_at is None:
        raise click.exceptions.Exit(1)


@jobs.command("start")
@on_the_site
def start() -> None:
    """启动调度进程，直到 Ctrl-C；可以同时开几个，不会重复。"""
    settle_for_jobs()
    let_work_last(db.engine)
    Runner(current_app._get_current_object()).run()  # type: ignore[attr-defined]


def ledger_line(run: JobRun) -> str:
    """One run in words."""
    if run.finished_at is None:
        return f"{run.name} {run.slot} 未完成：{run.error or '还在运行，或进程中断'}"
    seconds = (run.finished_at - run.started_at).total_seconds()
    counts = f"查看 {run.scanned}，办理 {run.done}，最迟 {run.latest_seconds} 秒，剩余 {run.remaining}"
    return f"{run.name} {run.slot} {counts}，用时 {seconds:.2f} 秒" + (f"，问题：{run.error}" if run.error else "")


def _last(run: JobRun | None) -> str:
    if run is None:
        return "从未"
    began = f"{run.started_at.astimezone(SHANGHAI):%m-%d %H:%M:%S}"
    return f"{began} 办理 {run.done}" if run.finished_at else f"{began} 未完成 {run.error}".rstrip()


COMMANDS: tuple[click.Command, ...] = (jobs,)
