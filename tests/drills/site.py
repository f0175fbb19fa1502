"""The real site as processes that can be killed: gunicorn as in production, the scheduler, a city on a database."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from app.ground import ground_floor
from benchmarks import web
from config import HERE, Testing
from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.tickets import Difficulty
from operations.access.people import actor_named
from operations.base import operation
from operations.demo import city as demo_city
from operations.tickets import coordination, intake
from tests.app.test_serve import free_port
from tests.drills.forked import Forked
from tests.lives import POWER, START

STEWARD, FIRM = "liumin", "恒轧机械"
SECONDS = 60.0
FAR_AWAY = datetime(2100, 1, 1, tzinfo=UTC)
OUR_OWN = ("DATABASE_URL", "PUBLIC_URL", "GUNICORN_CMD_ARGS", "DRILLS")


class Site:
    """``with Site(folder, url)``: ``start()``, ``kill…()`` as often as one likes, and ``look()`` at what is left."""

    def __init__(self, folder, url, *, entry="wsgi:app", is_forked=False, **settings):
        self.url, self.entry, self.port, self.log = url, entry, free_port(), Path(folder, "said")
        self.is_forked = is_forked
        kept = {name: value for name, value in os.environ.items() if name not in OUR_OWN}
        self.environment = kept | {"VAR_DIR": str(folder), "DATABASE_URL": url, "PYTHONPATH": str(HERE),
                                   "TEXTING": "off", "SWEEP_SECONDS": "5",
                                   "PASSWORD_PROFILE": "asvs",  # the city of long ago has old passwords
                                   "METRICS_TOKEN": os.urandom(32).hex(), "DATA_KEYS": Testing.DATA_KEYS[0]}
        self.environment |= settings
        self.web = self.jobs = None
        self.run("init")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for group in (self.web, self.jobs):
            kill_group(group)

    def run(self, *words):
        """A command of the site's own; its words and its code."""
        command = [sys.executable, "-m", "app.cli", *words]
        return subprocess.run(command, cwd=HERE, env=self.environment, capture_output=True, text=True, check=False)

    def start(self):
        """Whatever does not run."""
        self.serve()
        if self.jobs is None or self.jobs.poll() is not None:
            self.jobs = self.begin("app.cli", "jobs", "start")

    def serve(self):
        """The web server alone, if it does not run."""
        if self.web is None or self.web.poll() is not None:
            bind = ["--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
            self.web = self.begin("gunicorn", *bind, self.entry)

    def begin(self, *words):
        """``python -m`` these words, as a process of the site."""
        if self.is_forked:
            return Forked(*words, environment=self.environment, log=self.log)
        with self.log.open("a") as said:
            return subprocess.Popen([sys.executable, "-m", *words], cwd=HERE, env=self.environment, stdout=said,
                                    stderr=said, start_new_session=True)

    def kill(self, chance):
        """kill -9: mostly all of the web server, else the scheduler, or one of its workers, which gunicorn replaces."""
        what = chance.choices(("web", "jobs", "worker"), (6, 2, 2))[0]
        workers = children_of(self.web.pid)
        if what == "worker" and workers:
            end(chance.choice(workers))
        else:
            kill_group(self.jobs if what == "jobs" else self.web)

    def signs_in(self, username=STEWARD):
        """The cookie of a session, once the site answers."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return web.sign_in(self.port, username, demo_city.PASSWORD)
            except (OSError, RuntimeError):
                if time.monotonic() > deadline:
                    raise RuntimeError(self.log.read_text()[-3000:]) from None
                time.sleep(0.2)

    def sweep_up(self):
        """Wait until the sweep has come upon every lapse, as it does by itself."""
        deadline = time.monotonic() + SECONDS
        waiting = sa.select(sa.func.count()).where(Clock.fire_at.is_not(None), Clock.due_at <= clock.now())
        with self.look():
            while left := db.session.scalar(waiting):
                assert time.monotonic() < deadline, f"{left} are still due"
                db.session.rollback()
                time.sleep(0.5)

    @contextmanager
    def look(self):
        """Within this the tables can be read, and filled before the site starts, by the program's own ways."""
        own = {"SQLALCHEMY_DATABASE_URI": self.url, "VAR_DIR": Path(self.environment["VAR_DIR"])}
        app = ground_floor(type("Settings", (Testing,), own))
        with app.app_context():
            wait_for_database()
            yield
            db.session.remove()
            db.engine.dispose()

    def settle(self, tickets):
        """The city, and tickets of the past whose limits are far away until ``let_lapse``."""
        with self.look():
            with clock.standing_at(START):
                _many_in_hand(demo_city.build(), tickets)
            running = sa.update(Clock).where(Clock.fire_at.is_not(None))
            db.session.execute(running.values(due_at=FAR_AWAY, fire_at=FAR_AWAY))
            db.session.commit()

    def let_lapse(self, tickets, over_seconds, *, later=timedelta(0)):
        """So many more fall due one after the other, in these seconds from now on or some time ``later``."""
        with self.look():
            begins = clock.now() + later
            waiting = sa.select(Clock).where(Clock.due_at == FAR_AWAY, Clock.kind == ClockKind.HANDLING).limit(tickets)
            for row in db.session.scalars(waiting).all():
                row.due_at = row.fire_at = begins + timedelta(seconds=over_seconds * random.random())
            db.session.commit()


@operation
def _many_in_hand(city, tickets):
    enterprise, unit, steward = city.enterprises[FIRM], city.organisations[POWER], actor_named(STEWARD)
    for number in range(tickets):
        ticket = intake.submit(intake.Demand(enterprise, f"第 {number} 件", "早该办完"), actor=steward)
        intake.accept(ticket, actor=steward, category="水电气暖", difficulty=Difficulty.ORDINARY)
        coordination.dispatch(ticket, actor=steward, lead=unit, basis="职责清单")


def wait_for(port):
    """Until somebody listens there."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)


def wait_for_database():
    """One that was killed a moment ago is still starting."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            db.engine.connect().close()
            return
        except sa.exc.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def kill_group(process):
    """All that came of it, at once and without a word."""
    if process is not None and process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:  # it was forked a moment ago, and has no group of its own yet
            end(process.pid)
        process.wait()


def children_of(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
