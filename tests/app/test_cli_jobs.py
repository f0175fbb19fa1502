"""jobs: listed, run by hand with a line of the ledger, refused by name."""

from sqlalchemy import select, text

from app.cli import jobs as cli_jobs
from jobs.schedule import SCHEDULE
from models.base import db
from models.job_runs import JobRun

RUN = select(JobRun).order_by(JobRun.id.desc())


def test_the_list_needs_no_database(fresh):
    listed = fresh("jobs")
    assert listed.exit_code == 0
    assert [job.name for job in SCHEDULE if job.name not in listed.output] == []
    assert not (fresh.folder / "zhitongche.sqlite3").exists()


def test_a_job_run_by_hand_prints_its_line_and_is_in_the_ledger(terminal):
    ran = terminal("jobs", "run", "sweep")
    assert ran.exit_code == 0
    assert "查看 0，办理 0" in ran.output
    (line,) = db.session.scalars(select(JobRun))
    assert line.slot.startswith("by hand ") and line.finished_at


def test_the_list_tells_when_a_job_last_ran(terminal):
    terminal("jobs", "run", "windows")
    (line,) = [line for line in terminal("jobs", "list").output.splitlines() if line.startswith("windows")]
    assert "从未" not in line


def test_every_job_of_the_schedule_runs_on_an_empty_site(terminal):
    assert [job.name for job in SCHEDULE if terminal("jobs", "run", job.name).exit_code] == []


def test_a_statement_of_a_job_may_take_longer_than_one_of_a_page(terminal, monkeypatch):
    allowed = []
    monkeypatch.setattr(cli_jobs, "perform", lambda *_, **__: allowed.append(may_take()) or db.session.scalar(RUN))
    terminal("jobs", "run", "sweep")
    assert allowed in ([None], ["10min"])
    assert (allowed == [None]) is (db.engine.dialect.name == "sqlite")


def may_take():
    """How long the server lets a statement run; None where nobody counts."""
    is_served = db.engine.dialect.name == "postgresql"
    return db.session.scalar(text("SHOW statement_timeout")) if is_served else None


def test_an_unknown_job_is_refused_with_the_known_ones(terminal):
    refused = terminal("jobs", "run", "swep")
    assert refused.exit_code == 1
    assert "deliver-notices" in refused.stderr
