"""A person and a sweep at one instant: one order stands on a ticket, and no stopped clock is pressed."""

import threading

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind, Policy
from models.supervision import Level, Supervision
from models.tickets import Ticket
from operations.access.people import actor_named
from operations.supervision import opening, supervision, sweep
from operations.tickets import handling
from tests.lives import START, Life, shanghai
from tests.together import at_once

LAPSE = shanghai("2026-08-20 17:30")


@pytest.fixture
def lapsed(city):
    """Neither signed nor contacted in time, at a site that supervises both; no sweep has looked yet: the ticket."""
    db.session.add(Policy(name="ladder", value={"clocks": ["handling", "signing", "contact"]}, effective_at=START,
                          set_at=START))
    db.session.commit()
    ticket_id = Life(city).handling().ticket.id
    db.session.remove()
    return ticket_id


@pytest.fixture
def half_way(monkeypatch, engine_name):
    """A sweep takes one clock at a time; whoever opened the first order waits, uncommitted, for ``is_done``."""
    has_opened, is_done = threading.Event(), threading.Event()
    goes_on = opening.raise_rungs

    def waiting(opened):
        goes_on(opened)
        if not has_opened.is_set():
            has_opened.set()
            is_done.wait(1 if engine_name == "postgresql" else 0.01)  # SQLite's other writer waits for this one

    monkeypatch.setattr(sweep, "raise_rungs", waiting)
    monkeypatch.setattr(sweep, "_DUE_CLOCKS", sweep._DUE_CLOCKS.limit(1))
    monkeypatch.setattr(sweep, "BATCH", 1)

    def after(act):
        def meanwhile():
            assert has_opened.wait(20)
            try:
                return act()
            finally:
                is_done.set()

        return meanwhile

    return after


def open_orders():
    rows = select(Supervision, Clock).join(Clock, Clock.id == Supervision.clock_id)
    rows = rows.where(Supervision.ended_at.is_(None), Supervision.level != Level.REMINDER)
    return db.session.execute(rows.order_by(Supervision.id)).all()


def assert_one_stands():
    (standing,) = [order for order, _ in open_orders() if order.joined_to_id is None]
    assert {order.joined_to_id for order, _ in open_orders()} <= {None, standing.id}
    return standing


def test_an_order_by_hand_beside_a_sweep_climbs_from_what_the_sweep_opened(app, lapsed, half_way):
    def by_hand():
        ticket = db.session.get_one(Ticket, lapsed)
        supervision.supervise(ticket, actor=actor_named("hening"), reason="当面催过两次")

    at_once(app, [sweep.sweep, half_way(by_hand)], moment=LAPSE)
    assert assert_one_stands().level is Level.SECOND
    assert db.session.get_one(Ticket, lapsed).rung == Level.SECOND.rung


def test_who_signs_while_a_sweep_opens_the_order_leaves_none_on_the_stopped_clock(app, lapsed, half_way):
    def sign():
        handling.sign(db.session.get_one(Ticket, lapsed), actor=actor_named("chenjing"))

    at_once(app, [sweep.sweep, half_way(sign)], moment=LAPSE)
    with clock.standing_at(LAPSE):
        sweep.sweep()  # what the signing held was skipped and is found the next time
    assert {pressed.kind for _, pressed in open_orders()} == {ClockKind.CONTACT}
    assert assert_one_stands().fire_at is not None
    assert db.session.get_one(Ticket, lapsed).rung == Level.FIRST.rung
