"""The working calendar against a plain reckoning, and the laws that hold for every moment, limit and override."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, takewhile
from random import Random

from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.clocks.calendar import SHANGHAI, Limit, Override, WorkCalendar

CALENDAR = WorkCalendar()
MINUTE = timedelta(minutes=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# The plain reckoning: no table, no prefix sums, one day or one minute after another


@cache
def is_plain_working_day(day):
    return is_workday(day)


def plain_due_in_days(received, count):
    day = received.date()
    while count:
        day += timedelta(days=1)
        count -= is_plain_working_day(day)
    return datetime.combine(day, time(17, 30), SHANGHAI)


def plain_office_minutes(moment):
    midnight = datetime.combine(moment.date(), time(), SHANGHAI)
    while True:
        for minute in [*range(510, 720), *range(810, 1050)] if is_plain_working_day(midnight.date()) else ():
            if midnight + minute * MINUTE >= moment:
                yield midnight + minute * MINUTE
        midnight += timedelta(days=1)


def plain_due_in_hours(received, hours):
    *_, last_minute = islice(plain_office_minutes(received), hours * 60)
    return last_minute + MINUTE


def random_moments(count, seed):
    random = Random(seed)
    first, last = at("2011-01-01 00:00"), at("2026-10-31 00:00")
    minutes = (last - first) // MINUTE
    return [first + random.randrange(minutes) * MINUTE for _ in range(count)]


def test_the_plain_reckoning_by_days_agrees():
    random = Random(5)
    for received in random_moments(4000, seed=1):
        count = random.randint(1, 30)
        assert CALENDAR.due(received, Limit(count, "d")).due_at == plain_due_in_days(received, count)


def test_the_plain_reckoning_by_minutes_agrees():
    random = Random(6)
    for received in random_moments(1000, seed=2):
        hours = random.randint(1, 20)
        assert CALENDAR.due(received, Limit(hours, "h")).due_at == plain_due_in_hours(received, hours)


def test_the_plain_count_of_office_minutes_agrees():
    random = Random(7)
    for start in random_moments(500, seed=3):
        end = start + random.randint(0, 10 * 24 * 60) * MINUTE
        plain = sum(1 for _ in takewhile(end.__gt__, plain_office_minutes(start)))
        assert CALENDAR.office_seconds(start, end) == plain * 60


# Laws


SECONDS = int(at("2026-12-31 00:00").timestamp() - at("1990-01-01 00:00").timestamp())
REASONS = st.text("停电→ \n）A", max_size=40)
OVERRIDES = st.dictionaries(
    st.dates(date(2023, 12, 1), date(2028, 3, 1)),
    st.builds(Override, st.booleans(), st.none(), REASONS),
    max_size=150,
)
CALENDARS = st.one_of(st.just(CALENDAR), st.builds(WorkCalendar, OVERRIDES))
LIMITS = st.one_of(
    st.builds(Limit, st.integers(0, 120), st.just("d")),
    st.builds(Limit, st.integers(1, 400), st.just("h")),
)
LONG_LIMITS = st.one_of(
    st.builds(Limit, st.integers(0, 3660), st.just("d")),
    st.builds(Limit, st.integers(1, 9999), st.just("h")),
)
MOMENTS = st.integers(0, SECONDS).map(
    lambda seconds: at("1990-01-01 00:00").astimezone(UTC) + timedelta(seconds=seconds)
)
RECENT = st.datetimes(datetime(2023, 12, 1), datetime(2027, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=SHANGHAI)
)
SPANS = st.integers(0, 60 * 27_000)


def is_in_office(calendar, moment, *, after_opening):
    wall = moment.astimezone(SHANGHAI)
    opens, closes = (time(8, 30), time(13, 30)), (time(12), time(17, 30))
    inside = any(a <= wall.time() <= b for a, b in zip(opens, closes, strict=True))
    return inside and calendar.is_working_day(wall.date()) and not (after_opening and wall.time() in opens)


@given(CALENDARS, RECENT, RECENT, LIMITS)
def test_what_is_received_later_is_never_due_earlier(calendar, one, other, limit):
    earlier, later = sorted([one, other])
    assert calendar.due(earlier, limit).due_at <= calendar.due(later, limit).due_at


@given(CALENDARS, RECENT, st.integers(0, 200), st.integers(0, 200), st.sampled_from("dh"))
def test_a_longer_limit_is_never_due_earlier(calendar, received, one, other, unit):
    shorter, longer = sorted([max(one, unit == "h"), max(other, unit == "h")])
    assert calendar.due(received, Limit(shorter, unit)).due_at <= calendar.due(received, Limit(longer, unit)).due_at


@given(CALENDARS, RECENT, LIMITS)
def test_nothing_is_due_on_a_day_off_or_outside_office_hours(calendar, received, limit):
    due_at = calendar.due(received, limit).due_at
    assert due_at > received
    assert is_in_office(calendar, due_at, after_opening=True)


@given(CALENDARS, RECENT, RECENT)
def test_adding_the_office_time_between_two_moments_leads_to_the_second(calendar, one, other):
    start, end = sorted([one, calendar.add_office_seconds(other, 1)])
    if is_in_office(calendar, end, after_opening=True):
        assert calendar.add_office_seconds(start, calendar.office_seconds(start, end)) == end


@given(CALENDARS, RECENT, SPANS)
def test_subtracting_undoes_adding(calendar, moment, seconds):
    start = calendar.next_open(moment)
    end = calendar.add_office_seconds(start, seconds)
    assert calendar.subtract_office_seconds(end, seconds) == start
    assert calendar.office_seconds(start, end) == seconds


@given(MOMENTS, SPANS)
def test_the_summer_time_of_1990_and_1991_loses_no_office_time(moment, seconds):
    end = CALENDAR.add_office_seconds(moment, seconds)
    assert CALENDAR.office_seconds(moment, end) == seconds


@given(CALENDARS, RECENT, LIMITS, SPANS, SPANS)
def test_a_pause_never_brings_a_due_date_forward(calendar, received, limit, until_pause, pause):
    due_at = calendar.due(received, limit).due_at
    paused_at = received + timedelta(seconds=until_pause)
    resumed = calendar.resume_due(paused_at, due_at, paused_at + timedelta(seconds=pause))
    assert resumed >= due_at
    assert calendar.resume_due(paused_at, due_at, paused_at) == due_at


@given(CALENDARS, RECENT, LIMITS)
def test_the_light_turns_yellow_between_start_and_due(calendar, started, limit):
    due_at = calendar.due(started, limit).due_at
    assert started <= calendar.warn_at(started, due_at, limit) < due_at


@given(CALENDARS, RECENT, LONG_LIMITS)
@settings(max_examples=300)
def test_an_explanation_is_short_and_ends_at_the_due_moment(calendar, received, limit):
    due_at = calendar.due(received, limit).due_at.astimezone(SHANGHAI)
    words = calendar.explain(received, limit)
    assert len(words) <= 400
    assert f"{due_at.month}月{due_at.day}日 {due_at:%H:%M}" in words
    assert "\n" not in words
