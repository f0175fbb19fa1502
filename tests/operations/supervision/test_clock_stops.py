"""A clock that jumps: the jobs stop by themselves, administrators hear of it, nobody is pressed until they confirm."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from jobs import trust
from jobs.clock_guard import ClockGuard
from jobs.job import Every, Job
from jobs.runner import Runner
from jobs.sweep import run as sweep_job
from models import clock
from models.base import db
from models.clock_stops import ClockStop, ClockStopKind
from models.deliveries import Carrier, Delivery, Outcome
from models.job_runs import JobRun
from models.log import Event
from models.notices import Notice
from models.supervision import Level, Supervision
from operations.access.people import actor_named
from operations.delivery.adapters.base import Receipt
from operations.errors import BadInput, NotAllowed, Refused
from operations.supervision import clock_stops, heartbeat
from operations.supervision.clock_stops import Reading
from tests.browser import without_flask
from tests.lives import START

DAY, YEAR = 86_400, 365 * 86_400
GAP = timedelta(hours=72)
SWEEP = Job("sweep", sweep_job, Every(30), "")


class Machine:
    """A machine with a scheduler on it, whose wall clock is moved by hand."""

    def __init__(self, app, at):
        self.app, self.wall, self.steady = app, at.timestamp(), 1000.0
        self.start()

    def start(self):
        """A new process of the scheduler: its guard knows nothing of before."""
        guard = ClockGuard(wall=lambda: self.wall, steady=lambda: self.steady)
        self.runner = Runner(self.app, schedule=(SWEEP,), guard=guard)
        self.examined()

    def examined(self):
        self._as_there(self.runner.trust.examine)

    def lives(self, seconds):
        self.wall += seconds
        self.steady += seconds
        self._as_there(self.runner.trust.beat)

    def sweeps(self):
        """The next beat of the sweep: the line of the ledger, None when it was held."""
        self.wall, self.steady = self.wall + 30, self.steady + 30
        return self._as_there(lambda: self.runner.offer(SWEEP))

    def confirms(self, username="admin", reason="与授时中心比对过"):
        actor = actor_named(username)
        return self._as_there(lambda: clock_stops.confirm(actor=actor, reason=reason))

    def _as_there(self, act):
        def there():
            with self.app.app_context(), clock.standing_at(datetime.fromtimestamp(self.wall, UTC)):
                return act()

        db.session.rollback()  # SQLite has one writer: nobody reads here while somebody acts there
        answer = without_flask().run(there)
        return answer


@pytest.fixture
def machine(app, life):
    """A ticket is in hand and will be overdue in a week; the scheduler has been running for a while."""
    life.handling()
    machine = Machine(app, START)
    machine.lives(60)
    assert machine.sweeps() is not None
    return machine


def orders():
    return list(db.session.scalars(select(Supervision.level).order_by(Supervision.id)))


def stops():
    return [(stop.kind, stop.seconds) for stop in db.session.scalars(select(ClockStop).order_by(ClockStop.id))]


@pytest.mark.parametrize("seconds", [DAY, -DAY, YEAR])
def test_a_jump_stops_the_sweep_until_an_administrator_confirms(machine, seconds):
    machine.wall += seconds
    assert machine.sweeps() is None and orders() == []
    machine.lives(3600)
    assert machine.sweeps() is None and orders() == [], "an hour later it is still waiting"
    assert stops() == [(ClockStopKind.FORWARD if seconds > 0 else ClockStopKind.BACK, seconds)]
    beat = heartbeat.of_the_sweep()
    assert (beat.words, beat.stale) == ("时钟异常，督办已停", True)

    machine.confirms()
    assert machine.sweeps() is not None
    assert (Level.FIRST in orders()) is (seconds == YEAR), "what is due by the confirmed time is pressed now"
    assert not clock_stops.state().is_halted


def test_a_clock_put_right_again_does_not_take_back_the_question(machine):
    machine.wall += DAY
    assert machine.sweeps() is None
    machine.wall -= DAY
    machine.lives(60)
    assert machine.sweeps() is None
    machine.confirms()
    assert machine.sweeps() is not None and orders() == []


def test_the_administrators_hear_of_it_at_once_and_the_log_tells_who_confirmed(machine, city):
    machine.wall += YEAR
    machine.sweeps()
    told = db.session.scalars(select(Notice).where(Notice.dedup_key.startswith("clock_stop."))).all()
    assert {row.user_id for row in told} == {city.users["admin"].id} and told[0].delivered_at
    assert "时钟向前跳了 365 天" in told[0].words
    machine.confirms()
    acts = db.session.scalars(select(Event.action).where(Event.object_type == "clock_stop").order_by(Event.seq)).all()
    assert acts == ["halt_clock", "confirm_clock"]


class Gateway:
    """Takes every message, or is dead."""

    def __init__(self, receipt):
        self.receipt, self.messages = receipt, []

    def send(self, message):
        self.messages.append(message)
        return self.receipt


def test_the_alarm_goes_out_by_every_carrier_at_once_though_no_job_runs(machine, city, monkeypatch):
    """A dead gateway keeps up no other, and who comes second sounds nothing."""
    ways = {Carrier.SMS: Gateway(Receipt(False, problem="超时", may_retry=True)), Carrier.EMAIL: Gateway(Receipt(True))}
    monkeypatch.setattr(trust.adapters, "carriers_on", lambda settings: tuple(ways))
    monkeypatch.setattr(trust.adapters, "made", lambda carrier, settings: ways[carrier])
    city.users["admin"].email, city.users["admin"].phone = "admin@example.com", "13800000009"
    db.session.commit()
    machine.wall += DAY
    machine.sweeps()
    machine.sweeps()
    machine.start()
    assert [message.recipient for message in ways[Carrier.EMAIL].messages] == ["admin@example.com"]
    assert len(ways[Carrier.SMS].messages) == 1
    words = ways[Carrier.EMAIL].messages[0].words
    assert "时钟异常，督办已停" in words and words.endswith("/jobs/clock")
    sent = dict(map(tuple, db.session.execute(select(Delivery.carrier, Delivery.outcome))))
    assert sent == {Carrier.SMS: None, Carrier.EMAIL: Outcome.SENT}, "the other is tried again once the jobs run"


@pytest.mark.parametrize("seconds", [DAY, -DAY, YEAR])
def test_a_new_process_on_the_same_machine_knows_what_the_last_one_saw(machine, seconds):
    machine.wall += seconds
    machine.start()
    assert machine.sweeps() is None and orders() == []
    assert [kind for kind, _ in stops()] == [ClockStopKind.FORWARD if seconds > 0 else ClockStopKind.BACK]
    machine.confirms()
    machine.start()
    assert machine.sweeps() is not None


def test_a_process_that_was_away_for_a_fortnight_goes_on_by_itself_where_the_machine_ran_on(machine):
    machine.wall, machine.steady = machine.wall + 14 * DAY, machine.steady + 14 * DAY
    machine.start()
    assert machine.sweeps() is not None and stops() == []


@pytest.mark.parametrize(("away", "found"), [
    (timedelta(hours=64), None), (timedelta(days=8), ClockStopKind.GAP), (timedelta(minutes=-1), None),
    (timedelta(days=-1), ClockStopKind.BACK), (timedelta(days=365), ClockStopKind.GAP),
])
def test_after_a_restart_of_the_machine_a_weekend_needs_no_word_but_a_week_does(machine, away, found):
    last = datetime.fromtimestamp(machine.wall, UTC)
    seen = clock_stops.examine(Reading(last + away, 5.0, "another start"), longest_gap=GAP)
    assert (seen and seen.kind) == found


def test_the_first_process_of_all_has_nothing_to_object_to(app):
    assert clock_stops.examine(Reading(START, 5.0, "first"), longest_gap=GAP) is None


def test_many_schedulers_that_find_it_ask_one_question(machine, app):
    other = Machine(app, START + timedelta(seconds=60))
    for one in (machine, other):
        one.wall += DAY
        assert one.sweeps() is None
    assert len(stops()) == 1
    held = db.session.scalars(select(JobRun.error).where(JobRun.finished_at.is_(None))).all()
    assert {words.partition(":")[0] for words in held} == {"held"}
    machine.confirms()
    assert machine.sweeps() is not None
    other.lives(60)
    assert other.sweeps() is not None


def test_only_a_system_administrator_confirms_and_says_how_they_know(machine):
    with pytest.raises(Refused):
        machine.confirms()
    machine.wall += DAY
    machine.sweeps()
    for username in ("security", "audit", "hening"):
        with pytest.raises(NotAllowed):
            machine.confirms(username)
    for reason in ("", " ", "长" * 201):
        with pytest.raises(BadInput):
            machine.confirms(reason=reason)
    assert machine.confirms() == 1


def test_the_database_takes_no_second_open_question_and_no_nameless_answer(app):
    row = {"kind": "back", "seconds": -1, "trusted_at": START, "found_at": START, "worker": "w", "reason": ""}
    db.session.execute(sa.insert(ClockStop).values(row))
    for more in ({}, {"confirmed_at": START}):
        with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
            db.session.execute(sa.insert(ClockStop).values(row | more))
