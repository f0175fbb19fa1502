"""The working calendar against answers reckoned by hand from the published arrangements of 2024 to 2026."""

from datetime import UTC, date, datetime, time

import pytest
from chinese_calendar.constants import holidays

from operations.clocks.calendar import SHANGHAI, Limit, Override, WorkCalendar

CALENDAR = WorkCalendar()
LAST_PUBLISHED = max(holidays).year


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def local(moment):
    assert moment.tzinfo is UTC
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")


def due(received, limit, calendar=CALENDAR):
    return local(calendar.due(at(received), Limit.stored(limit)).due_at)


# Limits


@pytest.mark.parametrize(("text", "label"), [("5d", "5 个工作日"), ("2h", "2 个工作小时"), ("3660d", "3660 个工作日")])
def test_a_limit_is_read_printed_and_labelled(text, label):
    assert str(Limit.parse(text)) == text
    assert Limit.parse(text).label == label


@pytest.mark.parametrize(
    "text",
    ["", "d", "5", "0d", "0h", "000d", "-1d", "+5d", "5 d", " 5d", "5d\n", "5D", "5w", "５d", "٥d", "1_0d", "5.0d"],
)
def test_a_limit_written_any_other_way_is_refused_in_chinese(text):
    with pytest.raises(ValueError, match="时限应写成正整数"):
        Limit.parse(text)


@pytest.mark.parametrize("text", ["3661d", "10000h", "99999d", "1" + "0" * 5000 + "d"])
def test_a_limit_nobody_can_mean_is_refused(text):
    with pytest.raises(ValueError, match="时限最长 3660 个工作日"):
        Limit.parse(text)


def test_same_day_is_stored_as_0d_but_no_clerk_can_write_it():
    assert str(Limit.same_day()) == "0d"
    assert Limit.same_day().label == "即办"
    assert Limit.stored("0d") == Limit.same_day()
    assert Limit.stored("5d") == Limit(5, "d")


def test_no_hours_at_all_are_no_limit():
    with pytest.raises(ValueError, match="时限"):
        Limit(0, "h")


# Working days


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        ("2024-02-03 10:00", "1d", "2024-02-04 17:30"),  # a make-up Sunday
        ("2024-02-08 10:00", "2d", "2024-02-18 17:30"),  # the eve counts in 2024; back on a make-up Sunday
        ("2024-04-03 10:00", "2d", "2024-04-08 17:30"),
        ("2024-04-30 10:00", "6d", "2024-05-11 17:30"),
        ("2024-09-13 10:00", "2d", "2024-09-18 17:30"),
        ("2024-09-30 10:00", "5d", "2024-10-12 17:30"),
        ("2025-01-24 10:00", "1d", "2025-01-26 17:30"),
        ("2025-01-24 10:00", "3d", "2025-02-05 17:30"),
        ("2025-02-07 10:00", "1d", "2025-02-08 17:30"),
        ("2025-05-30 10:00", "1d", "2025-06-03 17:30"),
        ("2025-09-30 10:00", "3d", "2025-10-11 17:30"),
        ("2026-01-03 10:00", "1d", "2026-01-04 17:30"),
        ("2026-02-13 10:00", "1d", "2026-02-14 17:30"),
        ("2026-02-14 10:00", "1d", "2026-02-24 17:30"),
        ("2026-02-27 10:00", "1d", "2026-02-28 17:30"),
        ("2026-04-28 16:20", "5d", "2026-05-08 17:30"),  # the example of domain.md §5
        ("2026-04-28 23:59:59", "5d", "2026-05-08 17:30"),
        ("2026-04-28 00:00", "6d", "2026-05-09 17:30"),
        ("2026-04-28 16:20", "7d", "2026-05-11 17:30"),
        ("2026-09-18 10:00", "1d", "2026-09-20 17:30"),
        ("2026-09-24 10:00", "1d", "2026-09-28 17:30"),
        ("2026-09-30 10:00", "3d", "2026-10-10 17:30"),
    ],
)
def test_a_limit_in_days_ends_at_close_of_office_of_the_last_one(received, limit, expected):
    assert due(received, limit) == expected
    assert not CALENDAR.due(at(received), Limit.parse(limit)).provisional


def test_the_day_of_receipt_is_the_day_in_shanghai():
    half_past_midnight = datetime(2026, 4, 28, 16, 30, tzinfo=UTC)
    assert local(CALENDAR.due(half_past_midnight, Limit(1, "d")).due_at) == "2026-04-30 17:30"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-04-28 07:00", "2026-04-28 17:30"),
        ("2026-04-28 17:29:59", "2026-04-28 17:30"),
        ("2026-04-28 17:30", "2026-04-29 17:30"),
        ("2026-04-30 18:00", "2026-05-06 17:30"),
        ("2026-05-02 10:00", "2026-05-06 17:30"),
        ("2026-05-09 10:00", "2026-05-09 17:30"),
    ],
)
def test_same_day_means_the_next_close_of_office(received, expected):
    assert due(received, "0d") == expected


# Office hours


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        ("2026-04-28 09:00", "2h", "2026-04-28 11:00"),
        ("2026-04-28 11:00", "1h", "2026-04-28 12:00"),  # used up at the close: due then, not at 13:30
        ("2026-04-28 11:00", "2h", "2026-04-28 14:30"),
        ("2026-04-28 12:00", "1h", "2026-04-28 14:30"),
        ("2026-04-28 12:40", "1h", "2026-04-28 14:30"),
        ("2026-04-28 13:30", "4h", "2026-04-28 17:30"),
        ("2026-04-28 16:30", "1h", "2026-04-28 17:30"),
        ("2026-04-28 16:20:30", "2h", "2026-04-29 09:20:30"),
        ("2026-04-28 17:30", "1h", "2026-04-29 09:30"),
        ("2026-04-28 07:00", "1h", "2026-04-28 09:30"),
        ("2026-04-28 08:30", "15h", "2026-04-29 17:30"),
        ("2026-04-30 16:30", "2h", "2026-05-06 09:30"),
        ("2026-05-02 10:00", "1h", "2026-05-06 09:30"),
        ("2026-05-08 17:00", "1h", "2026-05-09 09:00"),  # into a make-up Saturday
        ("2024-04-27 10:00", "2h", "2024-04-28 10:30"),  # a Saturday off before a make-up Sunday
        ("2026-09-19 15:00", "8h", "2026-09-21 09:00"),
    ],
)
def test_a_limit_in_hours_runs_in_office_hours_only(received, limit, expected):
    assert due(received, limit) == expected


def test_office_hours_are_a_setting():
    summer = WorkCalendar(office_hours=((time(8), time(12)), (time(15), time(18))))
    assert due("2026-04-28 11:30", "1h", summer) == "2026-04-28 15:30"
    assert due("2026-04-28 11:30", "1d", summer) == "2026-04-29 18:00"


@pytest.mark.parametrize("hours", [(), ((time(12), time(8)),), ((time(8), time(12)), (time(11), time(17)))])
def test_office_hours_that_overlap_are_refused(hours):
    with pytest.raises(ValueError, match="办公时间"):
        WorkCalendar(office_hours=hours)


def test_seconds_of_office_time_between_two_moments():
    assert CALENDAR.office_seconds(at("2026-04-28 11:00"), at("2026-04-28 14:00")) == 90 * 60
    assert CALENDAR.office_seconds(at("2026-04-30 17:00"), at("2026-05-06 09:00")) == 60 * 60
    assert CALENDAR.office_seconds(at("2026-05-01 00:00"), at("2026-05-06 08:30")) == 0
    assert CALENDAR.office_seconds(at("2026-04-29 11:00"), at("2026-04-28 11:00")) == 0


def test_no_time_at_all_moves_only_what_lies_outside_office_hours():
    assert local(CALENDAR.add_office_seconds(at("2026-04-28 17:30"), 0)) == "2026-04-28 17:30"
    assert local(CALENDAR.add_office_seconds(at("2026-04-28 18:00"), 0)) == "2026-04-29 08:30"
    assert local(CALENDAR.subtract_office_seconds(at("2026-04-28 13:30"), 0)) == "2026-04-28 13:30"
    assert local(CALENDAR.subtract_office_seconds(at("2026-04-28 12:30"), 0)) == "2026-04-28 12:00"


@pytest.mark.parametrize("count", [CALENDAR.add_office_seconds, CALENDAR.subtract_office_seconds])
def test_office_time_does_not_run_backwards(count):
    with pytest.raises(ValueError, match="不能为负"):
        count(at("2026-04-28 10:00"), -1)


# Years, overrides and the ends of the calendar


def test_a_date_in_an_unpublished_year_is_provisional_and_keeps_the_fixed_holidays():
    answer = CALENDAR.due(at("2026-12-30 10:00"), Limit(5, "d"))
    assert local(answer.due_at) == "2027-01-07 17:30"
    assert answer.provisional


def test_hours_that_reach_an_unpublished_year_are_provisional():
    answer = CALENDAR.due(at("2026-12-31 17:00"), Limit(1, "h"))
    assert local(answer.due_at) == "2027-01-04 09:00"
    assert answer.provisional


def test_a_confirmed_year_is_no_longer_provisional():
    confirmed = WorkCalendar(confirmed_years=frozenset({LAST_PUBLISHED + 1}))
    assert not confirmed.due(at(f"{LAST_PUBLISHED}-12-30 10:00"), Limit(5, "d")).provisional
    assert confirmed.due(at(f"{LAST_PUBLISHED + 1}-12-30 10:00"), Limit(5, "d")).provisional


def test_years_before_the_data_are_provisional_and_the_day_of_receipt_decides_nothing():
    assert CALENDAR.due(at("2003-10-30 10:00"), Limit(1, "d")).provisional
    assert not CALENDAR.due(at("2003-12-31 10:00"), Limit(1, "d")).provisional


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2000, 5, 1), False),
        (date(2000, 5, 2), True),  # the second Labour day came with 国务院令第795号
        (date(2000, 10, 3), False),
        (date(2030, 5, 2), False),
        (date(2030, 10, 4), True),
        (date(2030, 1, 5), False),
    ],
)
def test_weekends_and_fixed_holidays_stand_in_for_a_year_without_data(day, works):
    assert CALENDAR.is_working_day(day) is works


def test_the_city_may_close_or_open_on_a_date_of_its_own():
    calendar = WorkCalendar(
        {date(2026, 4, 29): Override(False, None, "防汛停工"), date(2026, 5, 3): Override(True, 2, "企业服务日")}
    )
    assert due("2026-04-28 10:00", "2d", calendar) == "2026-05-03 17:30"
    assert due("2026-04-28 17:00", "1h", calendar) == "2026-04-30 09:00"


def test_an_override_outside_the_calendar_changes_nothing():
    stray = WorkCalendar({date(2206, 5, 1): Override(False, None, "年份写错")})
    assert due("2026-04-28 10:00", "1d", stray) == "2026-04-29 17:30"


@pytest.mark.parametrize("received", ["1989-12-31 10:00", "2100-12-31 10:00", "2101-01-01 10:00", "9999-12-31 23:59"])
def test_past_the_calendar_there_is_a_sentence_and_no_date(received):
    with pytest.raises(ValueError, match="工作日历只覆盖 1990 年至 2100 年"):
        CALENDAR.due(at(received), Limit(1, "d"))


def test_the_last_office_hour_of_the_calendar_can_be_used_and_explained():
    assert due("2100-12-31 07:00", "7h") == "2100-12-31 17:00"
    assert "12月31日 08:30 起算" in CALENDAR.explain(at("2100-12-31 07:00"), Limit(7, "h"))


@pytest.mark.parametrize("limit", [Limit(1, "d"), Limit(1, "h"), Limit.same_day()])
def test_a_naive_moment_is_a_mistake_in_the_program(limit):
    with pytest.raises(TypeError):
        CALENDAR.due(datetime(2026, 4, 28, 10), limit)


# Lights, pauses and words


@pytest.mark.parametrize(
    ("started", "limit", "expected"),
    [
        ("2026-03-02 17:30", "5d", "2026-03-06 13:45"),  # 30 % of five days is a day and a half
        ("2026-03-02 17:30", "3d", "2026-03-05 08:30"),  # 30 % is less than the last working day
        ("2026-03-02 17:30", "1d", "2026-03-03 15:00"),  # a third of 7.5 hours
        ("2026-03-03 10:00", "2h", "2026-03-03 11:20"),
        ("2026-03-03 08:30", "7h", "2026-03-03 14:40"),
        ("2026-03-03 08:30", "8h", "2026-03-03 09:00"),  # longer than a working day: its last 7.5 hours
        ("2026-03-03 09:00", "0d", "2026-03-03 15:10"),
    ],
)
def test_the_light_turns_yellow_in_the_last_part_of_the_limit(started, limit, expected):
    due_at = CALENDAR.due(at(started), Limit.stored(limit)).due_at
    assert local(CALENDAR.warn_at(at(started), due_at, Limit.stored(limit))) == expected


def test_a_pause_keeps_the_office_time_that_was_left():
    paused, due_at, resumed = at("2026-03-03 10:00"), at("2026-03-05 17:30"), at("2026-03-10 14:00")
    assert local(CALENDAR.resume_due(paused, due_at, resumed)) == "2026-03-13 11:00"


def test_a_pause_after_the_due_date_saves_nothing():
    due_at = at("2026-03-05 17:30")
    assert CALENDAR.resume_due(at("2026-03-05 17:31"), due_at, at("2026-03-10 14:00")) == due_at


@pytest.mark.parametrize(
    ("now", "due_at", "words"),
    [
        ("2026-03-03 09:45", "2026-03-03 17:30", "剩 6 小时 15 分"),
        ("2026-03-03 10:00", "2026-03-03 17:30", "剩 6 小时"),
        ("2026-03-03 17:10", "2026-03-03 17:30", "剩 20 分"),
        ("2026-03-03 08:30", "2026-03-05 17:30", "剩 3 天"),
        ("2026-03-02 15:30", "2026-03-05 17:30", "剩 3 天 2 小时"),
        ("2026-03-03 17:30", "2026-03-03 17:30", "剩不到 1 分"),
        ("2026-03-03 20:00", "2026-03-03 17:30", "逾期不到 1 分"),
        ("2026-03-04 09:30", "2026-03-03 17:30", "逾期 1 小时"),
        ("2026-03-05 17:30", "2026-03-03 17:30", "逾期 2 天"),
    ],
)
def test_what_is_left_is_told_in_working_time(now, due_at, words):
    assert CALENDAR.remaining_words(at(now), at(due_at)) == words
