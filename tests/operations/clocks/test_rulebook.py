"""Which rules hold is asked by whoever reckons a date; the words of a page may be a second old."""

from datetime import date

import pytest

from models.base import db
from models.clocks import CalendarDay
from operations.clocks import rulebook
from tests.views.counting import statements

DAY_OFF = date(2026, 8, 24)


@pytest.fixture(autouse=True)
def forgotten(app, monkeypatch):
    monkeypatch.setattr(rulebook, "LATELY_SECONDS", 60.0)
    rulebook.forget()
    yield
    rulebook.forget()


def next_page():
    """Every request has a session of its own."""
    db.session.remove()


def publish(city):
    db.session.add(CalendarDay(day=DAY_OFF, is_working=False, reason="台风停工"))
    db.session.commit()
    next_page()


def test_a_page_soon_after_another_asks_no_rules_and_an_act_does(city):
    assert rulebook.lately().calendar.is_working_day(DAY_OFF)
    publish(city)
    with statements() as asked:
        assert rulebook.lately().calendar.is_working_day(DAY_OFF)
    assert asked == []
    assert not rulebook.current().calendar.is_working_day(DAY_OFF)
    assert not rulebook.lately().calendar.is_working_day(DAY_OFF)


def test_a_second_later_a_page_asks_again(city, monkeypatch):
    rulebook.lately()
    publish(city)
    monkeypatch.setattr(rulebook, "LATELY_SECONDS", 0.0)
    assert not rulebook.lately().calendar.is_working_day(DAY_OFF)
