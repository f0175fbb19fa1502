"""due: any date explained to a clerk, from words or from lines, with the city's own calendar where there is one."""

import json
from datetime import date

import pytest

from models.base import db
from models.clocks import CalendarDay

QUERY = ("2026-04-28T16:20", "5d")
DUE = "2026-05-08T17:30:00+08:00"


def objects(output):
    return [json.loads(line) for line in output.splitlines()]


def test_a_clerk_reads_a_sentence(fresh):
    told = fresh("due", *QUERY)
    assert told.exit_code == 0
    assert told.output.startswith("4月28日 16:20 收到（当日不计）→")
    assert told.output.endswith("到 5月8日 17:30 止（共 5 个工作日）\n")


def test_a_program_reads_an_object(fresh):
    (told,) = objects(fresh("due", *QUERY, "--json").output)
    assert list(told) == ["received", "limit", "due_at", "provisional", "explanation"]
    assert (told["received"], told["limit"], told["due_at"], told["provisional"]) == (*QUERY, DUE, False)


def test_chinese_is_not_escaped(fresh):
    assert "劳动节" in fresh("due", "--json", *QUERY).output


def test_the_time_may_stand_in_a_word_of_its_own(fresh):
    assert objects(fresh("due", "2026-04-28", "16:20", "5d", "--json").output)[0]["due_at"] == DUE


@pytest.mark.parametrize(
    "query", [("yesterday", "5d"), ("2026-02-30", "5d"), ("2026-04-28", "-5d"), ("2026-04-28",), ("",)]
)
def test_what_cannot_be_understood_is_said_on_the_other_stream(fresh, query):
    told = fresh("due", *query)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.strip()


def test_a_malformed_query_is_an_object_with_its_error(fresh):
    told = fresh("due", "yesterday", "5d", "--json")
    assert told.exit_code == 2
    assert objects(told.stdout)[0]["error"]


def test_lines_go_on_after_a_malformed_one(fresh):
    given = "2026-04-28T16:20 5d\n\nnonsense\n2026-04-28T16:20,2h\r\n2026-04-28T16:20\t5d\n"
    told = fresh("due", "-", "--json", given=given)
    assert told.exit_code == 0
    assert ["error" in one for one in objects(told.stdout)] == [False, True, False, False]


def test_bytes_that_are_no_utf8_spoil_their_own_line_only(fresh):
    told = fresh("due", "-", "--json", given=b"\xef\xbb\xbf2026-04-28T16:20 5d\n\xff\xfe\x00 5d\n2026-04-28T16:20 5d\n")
    assert ["error" in one for one in objects(told.stdout)] == [False, True, False]


def test_sentences_for_lines_leave_the_errors_to_the_other_stream(fresh):
    told = fresh("due", "-", given="nonsense 5d\n2026-04-28T16:20 5d\n")
    assert len(told.stdout.splitlines()) == 1
    assert told.stderr.startswith("nonsense 5d：")


def test_no_database_is_made_by_asking(fresh):
    fresh("due", *QUERY)
    assert not (fresh.folder / "zhitongche.sqlite3").exists()


def test_the_citys_own_days_count(terminal):
    db.session.add(CalendarDay(day=date(2026, 4, 29), is_working=False, like_weekday=None, reason="全市停电"))
    db.session.commit()
    (told,) = objects(terminal("due", *QUERY, "--json").output)
    assert told["due_at"] == "2026-05-09T17:30:00+08:00"
    assert "全市停电" in told["explanation"]


def test_the_citys_own_hours_count_with_and_without_a_database(fresh):
    own = {"OFFICE_HOURS": "09:00-12:00,13:00-17:00"}
    before = fresh("due", *QUERY, "--json", **own)
    fresh("init")
    after = fresh("due", *QUERY, "--json", **own)
    assert [objects(told.output)[0]["due_at"] for told in (before, after)] == ["2026-05-08T17:00:00+08:00"] * 2


def test_without_its_database_the_national_calendar_answers_and_says_so(fresh):
    told = fresh("due", *QUERY, "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert objects(told.stdout)[0]["due_at"] == DUE
    assert "不含本地调整" in told.stderr


def test_a_database_that_is_not_ready_is_no_reason_to_be_silent(fresh):
    (fresh.folder / "zhitongche.sqlite3").touch()
    assert objects(fresh("due", *QUERY, "--json").stdout)[0]["due_at"] == DUE


def test_thousands_of_lines_are_answered(fresh):
    given = "2026-04-28T16:20 5d\n2026-09-30 11:59 2h\n" * 2500
    assert len(objects(fresh("due", "-", "--json", given=given).stdout)) == 5000
