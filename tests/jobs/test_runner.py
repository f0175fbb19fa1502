"""A slot is claimed once; a job that fails stops nobody; nothing runs while the clock cannot be trusted."""

import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from jobs.clock_guard import ClockGuard
from jobs.job import Every, Job
from jobs.runner import NextSlot, Runner
from models import clock
from models.base import db
from models.job_runs import JobRun
from operations.job_ledger import Tally
from operations.supervision import clock_stops, heartbeat
from operations.supervision.clock_stops import State
from tests.browser import without_flask

NOW = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)


def job_that(run, name="sweep", seconds=30):
    return Job(name, lambda _settings: run(), Every(seconds), "")


def runner(app, *schedule, guard=None):
    return Runner(app, schedule=schedule, guard=guard)


def offered(runner, job, at=NOW):
    """Offer the slot as the scheduler's thread does: in surroundings of its own."""

    def offer():
        with clock.standing_at(at):
            return runner.offer(job)

    return without_flask().run(offer)


def ledger():
    db.session.rollback()
    return list(db.session.scalars(select(JobRun).order_by(JobRun.id)))


def refuse():
    raise LookupError("绝密的原话")


@pytest.fixture
def ran():
    return []


def test_two_schedulers_run_a_slot_once(app, ran):
    job = job_that(lambda: ran.append(1) or Tally(scanned=3, done=2, latest_seconds=5))
    for one in (runner(app), runner(app)):
        offered(one, job)
        offered(one, job, NOW + timedelta(seconds=29))

    assert ran == [1]
    (line,) = ledger()
    assert (line.slot, line.scanned, line.done, line.latest_seconds) == ("2026-08-24T01:00:00Z", 3, 2, 5)


def test_the_next_slot_is_another_run(app, ran):
    job = job_that(lambda: ran.append(1) or Tally())
    one = runner(app)
    offered(one, job)
    offered(one, job, NOW + timedelta(seconds=30))
    assert len(ran) == 2


def test_a_job_that_fails_is_noted_without_what_was_said_and_stops_no_other(app, ran):
    one = runner(app)
    offered(one, job_that(refuse))
    offered(one, job_that(lambda: ran.append(1) or Tally(), name="windows"))

    failed, other = ledger()
    assert failed.error.startswith("LookupError in test_runner.py:")
    assert failed.finished_at is None
    assert other.finished_at is not None


def test_a_failed_sweep_is_no_heartbeat(app):
    with clock.standing_at(NOW):
        offered(runner(app), job_that(refuse))
        db.session.rollback()
        assert heartbeat.of_the_sweep().stale


def test_a_finished_sweep_is_one(app):
    offered(runner(app), job_that(Tally))
    db.session.rollback()
    with clock.standing_at(NOW + timedelta(seconds=38)):
        assert heartbeat.of_the_sweep().words == "上次巡检 38 秒前"


def test_while_the_clock_is_wrong_every_slot_is_held_and_says_why(app, ran):
    wall = [0.0]
    guard = ClockGuard(wall=lambda: wall[0], steady=lambda: 0.0)
    one, job = runner(app, guard=guard), job_that(lambda: ran.append(1) or Tally())
    wall[0] += 86_400
    offered(one, job)

    assert ran == []
    (line,) = ledger()
    assert (line.error, line.finished_at) == ("held: the clock moved by +86400 s", None)


def test_a_step_after_the_clock_was_found_right_moves_no_job(app, monkeypatch):
    seen = []
    one, job = runner(app), job_that(lambda: seen.append(clock.now()) or Tally())
    with time_machine.travel(NOW, tick=False) as time:
        monkeypatch.setattr(one.trust, "objection", lambda _asked: time.shift(timedelta(days=400)) or "")
        without_flask().run(one.offer, job)
    assert seen == [NOW]


def test_a_clock_put_right_while_somebody_asks_moves_no_job_either(app, ran, monkeypatch):
    """The state is asked of a busy database for long: confirmed meanwhile, the time of before is still a wrong one."""
    wall = [86_400.0]
    one = runner(app, guard=ClockGuard(wall=lambda: wall[0], steady=lambda: 0.0))
    one.guard.believe()

    def put_right():
        wall[0] = 0.0
        one.guard.believe()
        return State(is_halted=False, confirmed=1)

    monkeypatch.setattr(clock_stops, "state", put_right)
    offered(one, job_that(lambda: ran.append(1) or Tally()))
    assert ran == []
    assert ledger()[0].error == "held: the clock moved by -86400 s meanwhile"


def test_beats_repeated_by_a_clock_set_back_are_run_again(app, ran):
    wall = [0.0]
    guard = ClockGuard(wall=lambda: wall[0], steady=lambda: 0.0)
    one, job = runner(app, guard=guard), job_that(lambda: ran.append(1) or Tally())
    offered(one, job)
    wall[0] -= 60
    guard.tick()
    offered(one, job)

    assert len(ran) == 2
    assert ledger()[-1].slot == "2026-08-24T01:00:00Z~1"


def test_missed_beats_collapse_however_far_the_clock_has_moved(app):
    trigger = NextSlot(job_that(Tally), app.config)
    assert trigger.get_next_fire_time(NOW - timedelta(days=3650), NOW) == NOW + timedelta(seconds=30)


def test_the_scheduler_runs_every_job_at_once_and_leaves_when_asked(app, monkeypatch):
    done = threading.Event()
    handlers = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    one = runner(app, job_that(lambda: done.set() or Tally(), seconds=3600))
    thread = threading.Thread(target=lambda: without_flask().run(one.run))
    thread.start()

    assert done.wait(10)
    handlers[signal.SIGTERM](signal.SIGTERM, None)
    thread.join(10)

    assert not thread.is_alive()
    assert len(ledger()) == 1


def test_a_clock_set_back_does_not_put_the_scheduler_to_sleep(app):
    """Set back, the wall clock would reach the next beat in hours; the watch brings every beat forward."""
    wall = [0.0]
    ran = threading.Event()
    one = runner(app, guard=ClockGuard(wall=lambda: wall[0], steady=lambda: 0.0))
    job = job_that(lambda: ran.set() or Tally(), seconds=3600)
    one.scheduler.add_job(one.offer, NextSlot(job, app.config), args=[job], id=job.name)
    without_flask().run(one.scheduler.start)
    try:
        wall[0] -= 90
        one.watch()
        assert ran.wait(10)
    finally:
        one.scheduler.shutdown(wait=True)
