"""The scheduler's process: APScheduler says when, the ledger who, and a steady clock whether time can be trusted."""

import logging
import os
import signal
import socket
import threading
import traceback
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from flask import Flask

from jobs.clock_guard import ClockGuard
from jobs.job import Job, Settings
from jobs.schedule import SCHEDULE
from jobs.trust import Trust
from models import clock
from models.base import db
from models.job_runs import JobRun
from operations import job_ledger

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
# Four for gateways that may keep a run waiting, four for everything else.
THREADS = 8


class NextSlot(BaseTrigger):
    """The next beat after now: what was missed collapses, however far the clock has moved."""

    def __init__(self, job: Job, settings: Settings) -> None:
        self.job, self.settings = job, settings

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return self.job.rhythm.after(now, self.settings)


class Runner:
    """Offers every slot of every job to the ledger and does what it gets. Any number of runners do no harm."""

    def __init__(self, app: Flask, *, schedule: tuple[Job, ...] = SCHEDULE, guard: ClockGuard | None = None) -> None:
        self.app, self.schedule, self.guard = app, schedule, guard or ClockGuard()
        self.trust = Trust(self.guard, app.config, worker=worker_name())
        self.stopping = threading.Event()
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def stop(self, *_signal: Any) -> None:
        """Let what runs end, then leave."""
        self.stopping.set()

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C. Starts with every job at once: what an outage has left is caught up with."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        with self.app.app_context():
            self.trust.examine()
        for job in self.schedule:
            trigger = NextSlot(job, self.app.config)
            self.scheduler.add_job(self.offer, trigger, args=[job], id=job.name, next_run_time=clock.now())
        self.scheduler.start()
        log.info("the scheduler runs %d jobs", len(self.schedule))
        while not self.stopping.wait(TICK_SECONDS):
            self.watch()
        self.scheduler.shutdown(wait=True)
        log.info("the scheduler has stopped")

    def watch(self) -> None:
        """APScheduler sleeps until a time on the wall clock; set back, it would sleep for ever (security.md 0.2)."""
        if self.guard.tick():
            log.warning("the clock stepped, drift is %+.0f s", self.guard.drift)
            for planned in self.scheduler.get_jobs():
                planned.modify(next_run_time=clock.now())
        with self.app.app_context():
            self.trust.beat()

    def offer(self, job: Job) -> JobRun | None:
        """One slot of one job: held, claimed by another, or run. Returns the line of the ledger when it was ours."""
        with self.app.app_context():
            reading, offered_at = self.trust.reading(), clock.now()
            slot = job.slot_name(offered_at, self.app.config)
            if self.guard.steps:  # beats that the clock repeats are not those of before
                slot = f"{slot}~{self.guard.steps}"
            objection = self.trust.objection(reading)
            if objection:
                log.error("%s is held: %s", job.name, objection, extra={"job": job.name})
                job_ledger.hold(job.name, slot, worker=worker_name(), reason=objection)
                return None
            run_id = job_ledger.claim(job.name, slot, worker=worker_name())
            return perform(job, run_id, self.app.config, at=offered_at) if run_id is not None else None


def perform(job: Job, run_id: int, settings: Settings, *, at: datetime) -> JobRun:
    """Run a claimed slot and note what came of it. A job that fails is logged and noted, and stops no other."""
    try:
        with nullcontext() if job.moves_on else clock.standing_at(at):
            tally = job.run(settings)
    except Exception as problem:
        db.session.rollback()
        log.exception("%s failed", job.name, extra={"job": job.name})
        return job_ledger.fail(run_id, _in_words(problem))
    if tally.done or tally.error:
        log.info("%s did %d of %d", job.name, tally.done, tally.scanned, extra={"job": job.name})
    return job_ledger.finish(run_id, tally)


def worker_name() -> str:
    """Which process on which machine."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _in_words(problem: Exception) -> str:
    """What kind of fault and where; its own message may quote what somebody wrote."""
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__} in {Path(frame.filename).name}:{frame.lineno}"
