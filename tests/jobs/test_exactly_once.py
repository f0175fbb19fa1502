"""The drill: four schedulers sweep the same overdue tickets at once, and one is killed in the middle of it."""

import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from config import HERE
from models import clock
from models.base import db
from models.log import Event
from models.notices import Notice
from models.supervision import Level, Supervision
from models.tickets import Act, Difficulty
from operations.base import operation
from operations.supervision import sweep
from operations.tickets import coordination, intake
from operations.verification import verify
from tests.jobs.sweeper import MOMENT
from tests.lives import POWER, START

TICKETS = 120
MEANWHILE_SECONDS = 0.5
SECONDS = 120


@operation
def many_in_hand(city, people):
    """Dispatched tickets of one unit in one transaction, all with the same limit."""
    enterprise, unit, steward = city.enterprises["恒轧机械"], city.organisations[POWER], people["liumin"]
    for number in range(TICKETS):
        ticket = intake.submit(intake.Demand(enterprise, f"第 {number} 件", "同一天到期"), actor=steward)
        intake.accept(ticket, actor=steward, category="水电气暖", difficulty=Difficulty.ORDINARY)
        coordination.dispatch(ticket, actor=steward, lead=unit, basis="职责清单")


@pytest.fixture
def overdue(city, people, database):
    with clock.standing_at(START):
        many_in_hand(city, people)
    with clock.standing_at(MOMENT):
        assert sweep.remaining(MOMENT) >= TICKETS
    db.session.remove()
    yield
    db.session.remove()
    db.engine.dispose()
    database.reopen()


class Scheduler:
    """A process that sweeps when it is told to."""

    def __init__(self, url, *batch_to_stop_in):
        command = [sys.executable, "-m", "tests.jobs.sweeper", url, *batch_to_stop_in]
        self.process = subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def says(self, words):
        assert self.process.stdout.readline() == f"{words}\n"

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def ends(self):
        self.process.communicate(timeout=SECONDS)
        return self.process.returncode


def let_loose(victim, others):
    """The victim is in the middle of a batch when the others begin, and is killed while they sweep."""
    for one in (victim, *others):
        one.says("ready")
    victim.go()
    victim.says("in the middle")
    for one in others:
        one.go()
    time.sleep(MEANWHILE_SECONDS)
    victim.process.kill()
    return [one.ends() for one in (victim, *others)]


def test_each_overdue_ticket_is_supervised_once_whoever_is_killed(overdue, database_url):
    codes = let_loose(Scheduler(database_url, "2"), [Scheduler(database_url) for _ in range(3)])

    assert codes == [-signal.SIGKILL, 0, 0, 0]
    first = select(func.count(), func.count(Supervision.ticket_id.distinct())).where(Supervision.level == Level.FIRST)
    assert tuple(db.session.execute(first).one()) == (TICKETS, TICKETS)
    orders = set(db.session.scalars(select(Supervision.id)))
    events = list(db.session.scalars(select(Event.object_id).where(Event.action == Act.SUPERVISE)))
    assert sorted(events) == sorted(orders)
    told = list(db.session.scalars(select(Notice.dedup_key).where(Notice.dedup_key.startswith("supervision."))))
    assert len(told) == len(set(told))
    assert {int(key.split(".")[1]) for key in told} == orders
    assert verify().findings == []
