"""What ``zhitongche due`` answers: a due date for every good line, a sentence for every bad one."""

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.clocks.calendar import WorkCalendar
from operations.clocks.due_lines import answer, answers, parse_received

CALENDAR = WorkCalendar()


def only(line):
    (found,) = answers(CALENDAR, [line])
    return found


def test_an_answer_echoes_the_question_and_explains_itself():
    assert answer(CALENDAR, "2026-04-28T16:20", "5d") == {
        "received": "2026-04-28T16:20",
        "limit": "5d",
        "due_at": "2026-05-08T17:30:00+08:00",
        "provisional": False,
        "explanation": (
            "4月28日 16:20 收到（当日不计）→ 4月29日、30日 → 5月1日至5日放假（劳动节）→ 5月6日至8日"
            " → 到 5月8日 17:30 止（共 5 个工作日）"
        ),
    }


def test_an_answer_in_an_unpublished_year_says_so():
    found = answer(CALENDAR, "2026-12-30", "5d")
    assert (found["due_at"], found["provisional"]) == ("2027-01-07T17:30:00+08:00", True)


@pytest.mark.parametrize(
    "line",
    [
        "2026-04-28T16:20 5d",
        "2026-04-28 16:20 5d",
        "2026-04-28 16:20,5d",
        "2026-04-28 16:20 , 5d",
        "2026-04-28T16:20\t5d\r\n",
        "  2026-04-28  16:20   5d  ",
        "2026-04-28 5d",
        "2026-04-28T08:20Z 5d",
        "2026-04-28T08:20:00.000Z 5d",
        "2026-04-28T16:20:00,5 5d",
        "2026-04-28 17:20+09:00 5d",
        "20260428T1620+0800 5d",
        "\ufeff2026-04-28 5d",
        "2026-04-28T16:20\u30005d",
    ],
)
def test_a_line_may_be_written_in_many_ways(line):
    assert only(line)["due_at"] == "2026-05-08T17:30:00+08:00"


def test_a_moment_without_an_offset_is_in_shanghai_and_a_date_alone_is_its_first_minute():
    assert parse_received("2026-04-28").isoformat() == "2026-04-28T00:00:00+08:00"
    assert parse_received("2026-04-28T16:20Z").isoformat() == "2026-04-28T16:20:00+00:00"


@pytest.mark.parametrize(
    ("received", "limit", "sentence"),
    [
        ("昨天", "5d", "收到时间应写成"),
        ("", "5d", "收到时间应写成"),
        ("2026-04-28x16:20", "5d", "收到时间应写成"),
        ("２０２６-04-28", "5d", "收到时间应写成"),
        ("2026-04-28\x00", "5d", "收到时间应写成"),
        ("2026-04-28T16:20\n", "5d", "收到时间应写成"),
        ("1" * 100_000, "5d", "收到时间应写成"),
        ("2026-02-30", "5d", "日期或时刻不存在"),
        ("2026-04-28T25:00", "5d", "日期或时刻不存在"),
        ("2026-04-28T16:20+99:00", "5d", "日期或时刻不存在"),
        ("0001-01-01T00:00+14:00", "5d", "工作日历只覆盖"),
        ("9999-12-31T23:00-10:00", "5d", "工作日历只覆盖"),
        ("2099-06-01", "3660d", "工作日历只覆盖"),
        ("2026-04-28", "0d", "时限应写成正整数"),
        ("2026-04-28", "五天", "时限应写成正整数"),
        ("2026-04-28", "", "时限应写成正整数"),
        ("2026-04-28", "9" * 100_000 + "d", "时限最长"),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(received, limit, sentence):
    found = answer(CALENDAR, received, limit)
    assert list(found) == ["received", "limit", "error"]
    assert sentence in found["error"]


@pytest.mark.parametrize("line", ["5d", "2026-04-28T16:20", "2026-04-28T16:20,", ",,,", "\x00", "收到"])
def test_a_line_with_a_column_missing_is_echoed_whole(line):
    assert only(line) == {
        "received": line,
        "limit": "",
        "error": "每行应有收到时间和时限两项，例如 2026-04-28T16:20 5d。",
    }


def test_one_bad_line_stops_nothing_and_blank_lines_are_skipped():
    lines = ["2026-04-28 5d\n", "\n", "  \t \n", "胡写\n", "\ufeff\n", "2026-04-28 2h\n"]
    assert ["error" in found for found in answers(CALENDAR, lines)] == [False, True, False]


def test_a_very_long_line_is_cut_in_the_echo():
    found = only("很" * 10_000 + " 5d")
    assert len(found["received"]) == 120
    assert found["received"].endswith("很…")


def test_bytes_that_were_no_text_can_still_be_printed():
    found = only("2026-04-28\udce5 5d")
    assert found["received"] == "2026-04-28?"
    json.dumps(found, ensure_ascii=False).encode()


@given(st.text(max_size=60), st.text(max_size=12))
def test_no_text_whatever_raises(received, limit):
    assert "error" in answer(CALENDAR, received, limit)


@given(st.text("0123456789-T: ,WZ+dh\t", max_size=40))
def test_no_line_that_looks_almost_right_raises(line):
    for found in answers(CALENDAR, [line, line + " 5d", "2026-04-28 " + line]):
        assert ("error" in found) != ("due_at" in found)


def test_five_thousand_lines_are_answered_in_well_under_two_seconds():
    days = [f"{year}-{month:02}-{day:02}" for year in (2024, 2025) for month in range(1, 13) for day in range(1, 29)]
    lines = [f"{day} 10:{minute}0 {minute * 9 + 3}{unit}" for day in days for minute in range(4) for unit in "dh"]
    began = process_time()
    assert sum("due_at" in found for found in answers(CALENDAR, lines)) == 5376
    assert process_time() - began < 2
