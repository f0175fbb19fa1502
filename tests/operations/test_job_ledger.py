"""The ledger of the jobs forgets, but never a job's last finished run."""

from datetime import timedelta

from sqlalchemy import select

from models import clock
from models.base import db
from models.job_runs import JobRun
from operations import job_ledger
from operations.job_ledger import Tally
from tests.lives import START


def ran(name, *, days_ago, tally=Tally(scanned=1, done=1)):
    with clock.standing_at(START - timedelta(days=days_ago)):
        run_id = job_ledger.claim(name, f"slot of {days_ago}", worker="w")
        return job_ledger.finish(run_id, tally)


def kept(name):
    return [run.slot for run in db.session.scalars(select(JobRun).where(JobRun.name == name).order_by(JobRun.id))]


def forget():
    with clock.standing_at(START):
        return job_ledger.forget_old()


def test_runs_of_ninety_days_go(app):
    for days_ago in (120, 91, 89):
        ran("sweep", days_ago=days_ago)
    assert forget() == 2
    assert kept("sweep") == ["slot of 89"]


def test_the_last_finished_run_stays_however_old(app):
    ran("sweep", days_ago=400)
    ran("sweep", days_ago=300)
    forget()
    assert kept("sweep") == ["slot of 300"]


def test_runs_that_found_nothing_go_after_a_week(app):
    ran("sweep", days_ago=8, tally=Tally())
    ran("sweep", days_ago=6, tally=Tally())
    assert forget() == 1


def test_the_newest_run_of_each_job_is_told(app):
    for name in ("sweep", "windows"):
        ran(name, days_ago=2)
        ran(name, days_ago=1)
    assert [(run.name, run.slot) for run in job_ledger.latest()] == [("sweep", "slot of 1"), ("windows", "slot of 1")]


def test_history_goes_back_page_by_page(app):
    runs = [ran("sweep", days_ago=days_ago) for days_ago in (3, 2, 1)]
    first = job_ledger.history("sweep", limit=2)
    rest = job_ledger.history("sweep", before=first[-1].id, limit=2)
    assert [run.id for run in (*first, *rest)] == [run.id for run in reversed(runs)]
