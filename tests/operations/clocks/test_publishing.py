"""A published change of the calendar moves what runs across the day, tells why, and touches nothing else."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.log import Event
from models.supervision import Supervision
from models.tickets import LedgerClass, ProposalKind
from operations.clocks import publishing, rulebook
from operations.clocks.changes import DayChange, YearChange
from operations.errors import BadInput
from operations.supervision import supervision
from operations.tickets import ledger
from tests import calendars
from tests.lives import Life, shanghai

# Handed out on Wednesday the 19th, a limit of five working days: due on Wednesday the 26th.
TYPHOON = DayChange(date(2026, 8, 24), False, "台风停工")
pytestmark = pytest.mark.usefixtures("calendar_as_migrated")


@pytest.fixture
def life(city):
    return Life(city).handling()


def publish(life, change=TYPHOON, at="2026-08-20 10:00"):
    with clock.standing_at(shanghai(at)):
        moved = calendars.publish(change)
    db.session.expire_all()
    return moved


def case_clock(life):
    rows = select(Clock).where(Clock.ticket_id == life.ticket.id, Clock.kind == ClockKind.HANDLING)
    return db.session.scalars(rows).one()


def test_a_day_off_moves_the_promise_by_a_day_and_keeps_the_first_one(life):
    moved = publish(life)
    running = case_clock(life)
    assert running.due_at == life.ticket.due_at == shanghai("2026-08-27 17:30")
    assert (running.original_due_at, running.due_version) == (shanghai("2026-08-26 17:30"), 2)
    assert [(one.before, one.after) for one in moved] == [(shanghai("2026-08-26 17:30"), shanghai("2026-08-27 17:30"))]


def test_the_preview_shows_what_publishing_then_does(life):
    with clock.standing_at(shanghai("2026-08-20 10:00")):
        expected = publishing.preview(TYPHOON)
    assert case_clock(life).due_version == 1
    assert publish(life) == expected


def test_what_ends_before_the_day_or_begins_on_it_stays(life):
    assert publish(life, DayChange(date(2026, 8, 27), False, "停水"), at="2026-08-20 10:00") == []
    late = Life(life.city, enterprise="鑫源包装", member="xinyuan").at("2026-08-24 09:00").handling()
    publish(life, at="2026-08-24 10:00")
    assert case_clock(late).due_version == 1


def test_a_make_up_day_brings_the_promise_forward(life):
    publish(life, DayChange(date(2026, 8, 22), True, "补班"))
    assert case_clock(life).due_at == shanghai("2026-08-25 17:30")


def test_a_pause_that_ended_still_counts(life):
    proposal = life.propose(ProposalKind.LEDGER, "zhoujian", until=date(2026, 8, 21), ledger_class=LedgerClass.FUNDS)
    life.grant(proposal, "hening").at("2026-08-21 09:00")
    with life.here():
        ledger.resume_from_ledger(life.ticket)
    before = case_clock(life).due_at
    publish(life, at="2026-08-21 10:00")
    assert rulebook.current().calendar.office_seconds(before, case_clock(life).due_at) == 27000


def test_an_extension_to_a_date_stays_on_that_date_unless_it_is_off(life):
    proposal = life.propose(ProposalKind.EXTENSION, until=date(2026, 8, 31))
    life.grant(proposal).grant(proposal, "wujie")
    publish(life)
    assert case_clock(life).due_at == shanghai("2026-08-31 17:30")
    publish(life, DayChange(date(2026, 8, 31), False, "停电"))
    assert case_clock(life).due_at == shanghai("2026-09-01 17:30")


def test_an_order_that_pressed_the_old_promise_ends(life):
    life.at("2026-08-26 17:35").sweep()
    assert life.ticket.rung == 2
    publish(life, DayChange(date(2026, 8, 26), False, "暴雨"), at="2026-08-26 18:00")
    db.session.refresh(life.ticket)
    pressing = select(Supervision).where(Supervision.ended_at.is_(None), Supervision.clock_id == case_clock(life).id)
    assert db.session.scalar(pressing) is None and life.ticket.rung < 2
    assert life.at("2026-08-27 17:35").sweep().fired


def test_the_limits_of_an_order_move_with_the_days(life):
    life.at("2026-08-26 17:35").sweep()
    order = db.session.scalars(select(Supervision).where(Supervision.level == "first")).one()
    assert order.due_at == shanghai("2026-08-31 17:30")
    publish(life, DayChange(date(2026, 8, 28), False, "暴雨"), at="2026-08-27 10:00")
    assert (order.sign_due_at, order.due_at) == (shanghai("2026-08-27 17:30"), shanghai("2026-09-01 17:30"))


def test_the_event_keeps_who_why_and_the_list(life, people):
    publish(life)
    rows = {event.action: event for event in db.session.scalars(select(Event).where(Event.object_type == "calendar"))}
    told = json.loads(rows["publish_calendar"].body)["details"]
    assert (told["day"], told["moved"], told["clocks"][0]["ticket"]) == ("2026-08-24", 1, life.ticket.number)
    assert rows["move_clocks"].ticket_id == life.ticket.id
    assert rows["publish_calendar"].actor_id == people["hening"].user_id, "the second of the two"


@pytest.mark.parametrize(
    "change",
    [
        DayChange(date(2026, 8, 19), False, "已过去"),
        DayChange(date(2026, 8, 20), True, "当天补班"),
        DayChange(date(2026, 8, 22), False, "本来就休息"),
        DayChange(date(2026, 8, 25), True, "本来就上班"),
        DayChange(date(2031, 1, 6), False, "太远"),
    ],
)
def test_a_change_that_may_not_be_is_refused(life, change):
    with pytest.raises(BadInput):
        publish(life, change)
    assert case_clock(life).due_version == 1


def test_a_confirmed_year_is_no_longer_provisional(city, people):
    life = Life(city).at("2027-01-04 09:00").handling()
    assert life.ticket.is_provisional
    with clock.standing_at(shanghai("2027-01-04 10:00")):
        assert calendars.publish(YearChange(2027, "国办发明电〔2026〕1号")) == []
    db.session.expire_all()
    assert not life.ticket.is_provisional and not case_clock(life).is_provisional


def test_an_answered_order_keeps_its_answer(life, people):
    life.at("2026-08-26 17:35").sweep()
    order = db.session.scalars(select(Supervision).where(Supervision.level == "first")).one()
    life.wait(minutes=1)
    with life.here():
        supervision.answer(order, life.ticket, actor=people["zhoujian"], words="明天送电")
    publish(life, DayChange(date(2026, 8, 28), False, "暴雨"), at="2026-08-27 10:00")
    assert order.answered_at is not None and order.ended_at is None
