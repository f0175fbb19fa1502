"""Random histories: the clocks reckoned from the event log alone equal the stored rows; no gaming gains a minute."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.base import db
from models.clocks import Clock, ClockKind
from models.log import Event
from models.tickets import Merge, ProposalKind, Status, UnitOrder
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.clocks.clocks import GOVERNING
from operations.clocks.recomputation import reckon
from operations.tickets import proposals
from tests.happened import as_happened
from tests.histories import STEPS, USUAL, History, tried
from tests.lives import Life

attempts = st.lists(
    st.tuples(st.sampled_from([*STEPS, *USUAL, *USUAL]), st.integers(1, 3000)), min_size=4, max_size=30
)


def lived(city, tries):
    """A ticket after a random history."""
    history = History(city)
    history.main = Life(city, enterprise="鑫源包装", member="xinyuan").submit().ticket
    history.submit()
    for name, minutes in tries:
        history.wait(minutes=minutes)
        tried(history, name)
    db.session.refresh(history.ticket)
    return history.ticket


@pytest.fixture
def calendar(app):
    return rulebook.current().calendar


# No shrinking: a history takes a third of a second, and a failing one is short enough to read as it is.
house = settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@house
@given(attempts)
def test_the_log_alone_tells_every_clock(city, calendar, tries):
    ticket = lived(city, tries)
    rows = select(Event).where(Event.ticket_id == ticket.id, Event.object_type == "ticket").order_by(Event.seq)
    told = reckon([as_happened(row) for row in db.session.scalars(rows)], calendar)
    stored = db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id).order_by(Clock.id)).all()

    def facts(clock):
        return (clock.round, clock.kind, clock.unit_id, clock.limit, clock.started_at, clock.due_at, clock.due_version,
                clock.paused_at, clock.stopped_at, clock.outcome)

    assert sorted(map(str, map(facts, told))) == sorted(map(str, map(facts, stored)))


@house
@given(attempts)
def test_no_history_gains_a_minute_without_somebody_granting_it(city, calendar, tries):
    ticket = lived(city, tries)
    granted = {ProposalKind.EXTENSION, ProposalKind.LEDGER}
    decided = db.session.query(proposals.Proposal).filter_by(ticket_id=ticket.id, decision="granted").all()
    excused = any(proposal.kind in granted for proposal in decided)
    for clock in db.session.query(Clock).filter_by(ticket_id=ticket.id, kind=ClockKind.HANDLING):
        promised = calendar.due(clock.started_at, Limit.stored(clock.limit)).due_at
        assert clock.original_due_at == promised
        assert clock.due_at >= promised
        assert clock.due_at == promised or excused
    assert len(db.session.query(Clock).filter_by(ticket_id=ticket.id, kind=ClockKind.HANDLING).all()) <= ticket.round


@house
@given(attempts)
def test_a_history_leaves_no_contradiction(city, tries):
    ticket = lived(city, tries)
    leads = [o for o in db.session.query(UnitOrder).filter_by(ticket_id=ticket.id, ended_at=None) if o.role == "lead"]
    running = db.session.query(Clock).filter_by(ticket_id=ticket.id, stopped_at=None).all()

    assert ticket.status is not Status.HANDLING or len(leads) == 1
    assert (ticket.due_at is None) == (not [c for c in running if c.kind in GOVERNING])
    assert ticket.is_open or not running
    merges = db.session.query(Merge).filter_by(ticket_id=ticket.id, undone_at=None).count()
    assert (ticket.merged_into_id is not None) == bool(merges)
