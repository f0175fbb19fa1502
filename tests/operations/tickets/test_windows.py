"""Windows that run out: each ticket by itself, late ones too, and one bad ticket stops no other."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.log import Event
from models.tickets import Act, LedgerClass, ProposalKind, Status
from operations.tickets import intake, windows
from tests.lives import Life, shanghai


@pytest.fixture
def waiting(life):
    """A ticket whose enterprise was asked for more on Wednesday; it has until the next Wednesday, 17:30."""
    life.submit().does(intake.request_supplement, "liumin", missing="缺受理单")
    return life


def lapse(life, at, act=windows.lapse_due):
    life.at(at)
    with life.here():
        done = act()
    db.session.refresh(life.ticket)
    return done


def test_a_supplement_that_never_came_withdraws_the_ticket(waiting):
    assert lapse(waiting, "2026-08-26 17:30").done == 1
    assert waiting.ticket.status is Status.WITHDRAWN


def test_a_moment_before_its_end_the_window_is_open(waiting):
    assert lapse(waiting, "2026-08-26 17:29").scanned == 0


def test_how_late_the_latest_was_is_told(waiting):
    assert lapse(waiting, "2026-08-26 18:30").latest_seconds == 3600


def test_a_rating_nobody_gave_closes_the_ticket_without_one(life):
    life.handling().sign().result().reply().call()
    assert lapse(life, "2026-08-26 17:30").done == 1
    assert life.ticket.status is Status.CLOSED
    acts = db.session.scalars(select(Event.action).where(Event.ticket_id == life.ticket.id))
    assert Act.LAPSE_RATING in set(acts) and Act.RATE not in set(acts)


def test_the_second_run_finds_nothing(waiting):
    lapse(waiting, "2026-08-26 17:30")
    assert lapse(waiting, "2026-08-26 17:31").scanned == 0


def test_one_bad_ticket_stops_no_other(waiting, city, monkeypatch):
    other = Life(city)
    other.submit().does(intake.request_supplement, "liumin", missing="缺受理单")
    bad = waiting.ticket.id

    def lapse_unless_bad(ticket):
        if ticket.id == bad:
            raise LookupError("a fault in this ticket")
        intake.lapse_supplement(ticket)

    monkeypatch.setitem(windows.LAPSES, ClockKind.SUPPLEMENT, lapse_unless_bad)
    done = lapse(other, "2026-08-26 17:30")

    assert (done.scanned, done.done) == (2, 1)
    assert done.refusals == [f"{waiting.ticket.number}: LookupError"]
    assert other.ticket.status is Status.WITHDRAWN


def test_somebody_who_was_quicker_is_no_fault(waiting, monkeypatch):
    def too_late(ticket):
        intake.supplement(ticket, actor=None, text="")

    monkeypatch.setitem(windows.LAPSES, ClockKind.SUPPLEMENT, too_late)
    done = lapse(waiting, "2026-08-26 17:30")
    assert (done.done, done.refusals) == (0, [])


def test_the_next_window_to_run_out_is_known(waiting):
    assert windows.next_lapse_at() == shanghai("2026-08-26 17:30")


def test_what_is_on_the_ledger_goes_on_when_its_review_date_comes(life):
    life.handling()
    terms = {"until": shanghai("2026-09-14").date(), "ledger_class": LedgerClass.FUNDS}
    entering = life.propose(ProposalKind.LEDGER, "zhoujian", **terms)
    life.grant(entering, by="hening")

    assert lapse(life, "2026-09-13 23:00", windows.resume_due).scanned == 0
    assert lapse(life, "2026-09-14 00:01", windows.resume_due).done == 1
    running = select(Clock.paused_at).where(Clock.ticket_id == life.ticket.id, Clock.stopped_at.is_(None))
    assert set(db.session.scalars(running)) == {None}
    with clock.standing_at(life.now):
        assert windows.resume_due().scanned == 0
