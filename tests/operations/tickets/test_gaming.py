"""Time cannot be gained: whatever a unit tries, the case clock counts what it held the case, and no date moves.

A state machine does random acts of the product on one ticket, with the calendar changing under it; ``HISTORIES`` says
how many (``make histories``: 5,000 of 50 acts).
"""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import func, select

from models.base import db
from models.clocks import CalendarDay, Clock, ClockKind, ClockPause
from models.supervision import Level, Supervision
from models.tickets import DeadlineExtension, Difficulty, ProposalKind, Status
from operations.clocks import rulebook
from operations.clocks.changes import DayChange
from operations.errors import DomainError, Refused
from operations.tickets import proposals
from tests import calendars
from tests.conftest import settle_city
from tests.histories import STEPS, USUAL, History, tried
from tests.lives import Life, shanghai
from tests.shared import ENGINES_TRIED, IS_DRILL

HISTORIES, ACTS = int(os.environ.get("HISTORIES", 200 if IS_DRILL else 5)), 50
MINUTES = st.integers(1, 1500)


class Gaming(RuleBasedStateMachine):
    """One ticket from its dispatch on. ``held``: when a unit or the centre had it in hand, by round."""

    database = None

    def __init__(self):
        super().__init__()
        db.session.remove()  # what the last history left open would keep the database from being restored
        city = settle_city(self.database)
        self.history = History(city)
        self.history.main = Life(city, enterprise="鑫源包装", member="xinyuan").submit().ticket
        self.history.submit().accept(Difficulty.COMPLEX).dispatch()
        self.held, self.due, self.grants = {}, {}, None
        self.look("dispatch")

    @rule(name=st.sampled_from([*STEPS, *USUAL]), minutes=MINUTES)
    def act(self, name, minutes):
        self.pass_time(minutes)
        tried(self.history, name)
        self.look(name)

    @rule(days=st.integers(1, 25), is_working=st.booleans(), minutes=MINUTES)
    def change_the_calendar(self, days, is_working, minutes):
        self.pass_time(minutes)
        day = (self.history.now + timedelta(days=days)).date()
        try:
            with self.history.here():
                calendars.publish(DayChange(day, is_working, "推演"))
        except DomainError:
            db.session.rollback()
        self.look("calendar")

    def pass_time(self, minutes):
        """The case lies where it lies meanwhile."""
        ticket, began = self.history.ticket, self.history.now
        self.history.wait(minutes=minutes)
        if ticket.status is Status.HANDLING and ticket.paused_at is None:
            self.held.setdefault(ticket.round, []).append((began, self.history.now))

    def look(self, name):
        """What must hold after every act."""
        ticket = self.history.ticket
        db.session.refresh(ticket)
        clocks = db.session.scalars(
            select(Clock).where(Clock.ticket_id == ticket.id).execution_options(populate_existing=True)
        ).all()
        grants = self.granted(clocks)
        for clock in clocks:
            before = self.due.get(clock.id, clock.due_at)
            assert clock.due_at == before or grants != self.grants, f"{name} moved the {clock.kind} clock by itself"
            assert clock.due_at >= before or name == "calendar", f"{name} brought the {clock.kind} clock forward"
            self.due[clock.id] = clock.due_at
            if clock.kind is ClockKind.HANDLING:
                self.counts_what_was_held(clock)
        self.grants = grants
        assert len({clock.round for clock in clocks if clock.kind is ClockKind.HANDLING}) == sum(
            clock.kind is ClockKind.HANDLING for clock in clocks), "a second case clock within a round"

    def granted(self, clocks):
        """Every row by which a date may move: a granted extension, an ended pause, a published day."""
        ids = [clock.id for clock in clocks]
        extensions = select(func.count()).where(DeadlineExtension.clock_id.in_(ids))
        pauses = select(func.count()).where(ClockPause.clock_id.in_(ids), ClockPause.ended_at.is_not(None))
        days = select(func.count(CalendarDay.id))
        columns = (one.scalar_subquery() for one in (extensions, pauses, days))
        return tuple(db.session.execute(select(*columns)).one())

    def counts_what_was_held(self, clock):
        calendar = rulebook.current().calendar
        ended_at = clock.stopped_at or self.history.now
        counted = calendar.office_seconds(clock.started_at, max(clock.started_at, ended_at))
        for pause in db.session.scalars(select(ClockPause).where(ClockPause.clock_id == clock.id)):
            counted -= calendar.office_seconds(pause.started_at, pause.ended_at or ended_at)
        held = sum(calendar.office_seconds(*span) for span in self.held.get(clock.round, ()))
        assert counted >= held, f"held {held} s, counted {counted} s"


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
def test_nothing_a_unit_tries_gains_it_time(app, database):
    Gaming.database = database
    # No shrinking: a failing history is short enough to read as it is, and each step asks the database.
    house = settings(
        max_examples=HISTORIES, stateful_step_count=ACTS, phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Gaming, settings=house)


def test_return_re_accept_extension_and_pause_gain_no_minute(life):
    """The whole trick: sent back and taken again, an extension nobody grants, a pause nobody grants."""
    life.handling()
    due_at, started_at = life.ticket.due_at, life.now
    life.wait(hours=3).send_back()
    assert life.ticket.status is Status.COORDINATING
    life.wait(hours=1).dispatch(by="wujie").sign()
    until = shanghai("2026-09-02 00:00").date()
    extension = life.at("2026-08-21 16:00").propose(ProposalKind.EXTENSION, until=until, basis="须招标")
    life.does(proposals.decline, life.leader, extension, words="不符合条件")
    entry = life.propose(ProposalKind.LEDGER, life.leader, until=until, ledger_class="funds")
    life.does(proposals.decline, "hening", entry, words="资金已落实")
    life.at("2026-08-26 17:29").sweep()
    assert pressed(life) == []
    life.at("2026-08-26 17:31").sweep()

    (clock,) = db.session.scalars(select(Clock).where(Clock.kind == ClockKind.HANDLING))
    assert (clock.started_at, clock.due_at, clock.due_version) == (started_at, due_at, 1)
    assert pressed(life) == [Level.FIRST]
    with pytest.raises(Refused):
        life.propose(ProposalKind.EXTENSION, until=until, basis="须招标")


def pressed(life):
    """The orders on the ticket above a reminder."""
    rows = select(Supervision.level).where(Supervision.ticket_id == life.ticket.id, Supervision.level != Level.REMINDER)
    return db.session.scalars(rows.order_by(Supervision.id)).all()
