"""时限预算, by hand: who held the case when, and how many office hours of the limit that was."""

from datetime import datetime

import pytest

from operations.clocks.budget import COORDINATION, LEFT, CaseClock, Span, budget, held
from operations.clocks.calendar import SHANGHAI, WorkCalendar

CALENDAR = WorkCalendar()
HOUR = 3600


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


# Wednesday 9:00 to the close of the next Wednesday: 7 hours left of the first day, then five days of 7.5.
CASE = CaseClock(at("08-19 09:00"), at("08-26 17:30"))


def told(found):
    return [(share.who, share.seconds / HOUR) for share in found.shares]


def test_one_unit_from_dispatch_to_now_and_what_is_left():
    found = budget(CALENDAR, CASE, [Span("供电", at("08-19 09:00"))], now=at("08-20 12:00"))

    assert told(found) == [("供电", 10.5), (LEFT, 34)]
    assert (found.limit / HOUR, found.used / HOUR, found.over, found.paused) == (44.5, 10.5, 0, 0)
    assert [(share.since / HOUR, share.percent) for share in found.shares] == [(0, 24), (10.5, 76)]


def test_a_return_is_coordination_and_the_next_unit_begins_where_it_ends():
    leads = [Span("供电", at("08-19 09:00"), at("08-19 15:30")), Span("自然资源", at("08-20 10:00"))]
    found = budget(CALENDAR, CASE, leads, now=at("08-21 08:30"))

    assert told(found) == [("供电", 5), (COORDINATION, 3.5), ("自然资源", 6), (LEFT, 30)]


def test_a_transfer_leaves_no_gap():
    leads = [Span("供电", at("08-19 09:00"), at("08-20 08:30")), Span("财政", at("08-20 08:30"), at("08-24 17:30"))]
    found = budget(CALENDAR, CaseClock(CASE.started_at, CASE.due_at, at("08-24 17:30")), leads, now=at("09-30 09:00"))

    assert told(found) == [("供电", 7), ("财政", 22.5), (LEFT, 15)]


def test_a_pause_is_nobodys_and_moves_the_limit_not():
    pauses = [(at("08-19 12:00"), at("08-21 08:30"))]  # 4 hours and a day
    case = CaseClock(CASE.started_at, at("08-28 14:00"), None, pauses)
    found = budget(CALENDAR, case, [Span("供电", at("08-19 09:00"))], now=at("08-21 10:30"))

    assert told(found) == [("供电", 5), (LEFT, 39.5)]
    assert (found.limit / HOUR, found.paused / HOUR) == (44.5, 11.5)


def test_while_it_stands_still_nothing_is_used():
    case = CaseClock(CASE.started_at, CASE.due_at, None, [(at("08-19 12:00"), None)])
    found = budget(CALENDAR, case, [Span("供电", at("08-19 09:00"))], now=at("10-30 10:00"))

    assert told(found) == [("供电", 3), (LEFT, 41.5)]
    assert (found.limit / HOUR, found.over) == (44.5, 0)


def test_what_runs_over_is_told_beside_the_limit_and_a_late_pause_excuses_nothing():
    case = CaseClock(CASE.started_at, CASE.due_at, None, [(at("08-27 12:00"), at("08-28 12:00"))])
    found = budget(CALENDAR, case, [Span("供电", at("08-19 09:00"))], now=at("08-28 12:00"))

    assert told(found) == [("供电", 44.5 + 11)]
    assert (found.limit / HOUR, found.over / HOUR, found.paused) == (44.5, 11, 0)


def test_an_assisting_unit_has_its_hours_beside():
    span = Span("财政", at("08-19 14:00"), at("08-20 09:30"))
    case = CaseClock(CASE.started_at, CASE.due_at, None, [(at("08-19 16:30"), at("08-20 08:30"))])

    assert held(CALENDAR, span, case, now=at("08-21 09:00")) / HOUR == 3.5


@pytest.mark.parametrize("leads", [[], [Span("供电", at("08-20 09:00"), at("08-20 09:00"))]])
def test_without_a_lead_it_is_all_coordination(leads):
    assert told(budget(CALENDAR, CASE, leads, now=at("08-19 10:00"))) == [(COORDINATION, 1), (LEFT, 43.5)]
