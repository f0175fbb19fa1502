"""The hotline's export for the tests: small tables made by hand, the shared real one, and dates reckoned apart.

The real messages are never copied into the project: ``ZHITONGCHE_SHARED_DATA`` names the folder that holds them, else
``shared/data`` beside the project. Where they are not, the tests that need them say so.
"""

import os
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from chinese_calendar import is_workday

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
MESSAGES = Path(os.environ.get("ZHITONGCHE_SHARED_DATA") or BESIDE) / "messages_with_replies.xlsx"
needs_messages = pytest.mark.skipif(not MESSAGES.exists(), reason="the shared messages are not on this machine")

COLUMNS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
GOOD = {
    "留言编号": 2554,
    "留言用户": "A00023583",
    "留言主题": "潇楚南路怎么还没修好？",
    "留言时间": "2019/4/24 16:03:40",
    "留言详情": "\n\t\t\t\n\t\t\t路挖得稀烂，用围栏围起。\n\t\t\t",
    "答复意见": "您好，正在施工。",
    "答复时间": "2019/5/9 9:49:10",
}


def message(**changes):
    return {**GOOD, **changes}


def write_table(path, rows, columns=COLUMNS, above=()):
    """An .xlsx of rows that are dicts by header, with lines above the header where asked."""
    book = openpyxl.Workbook()
    for line in (*above, columns, *([row.get(column) for column in columns] for row in rows)):
        book.active.append(list(line))
    book.save(path)
    return path


# The independent reckoning: nothing of the product, only the calendar's own is_workday.


def close_of_working_day(day, count):
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return datetime.combine(day, time(17, 30))


def reckoned(asked, replied, limit):
    due = close_of_working_day(asked.date(), limit)
    first_due = close_of_working_day(due.date(), 3)
    second_due = close_of_working_day(first_due.date(), 3)
    rungs = (("first", due, first_due), ("second", first_due, second_due), ("talk", second_due, None))
    return asked, replied, due, [rung for rung in rungs if replied > rung[1]]


def rows_of(path):
    rows = openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)
    return [(str(row[0]), parsed(row[3]), parsed(row[6])) for row in rows]


def parsed(text):
    days, _, seconds = text.partition(" ")
    moment = datetime.combine(date(*map(int, days.split("/"))), time())
    hours, minutes, rest = map(int, seconds.split(":")) if seconds else (0, 0, 0)
    return moment + timedelta(hours=hours, minutes=minutes, seconds=rest)


def as_reckoned(walked):
    def moment(text):
        return text and datetime.fromisoformat(text).replace(tzinfo=None)

    orders = [(o["level"], moment(o["opened_at"]), moment(o["due_at"])) for o in walked["supervisions"]]
    return moment(walked["submitted_at"]), moment(walked["closed_at"]), moment(walked["due_at"]), orders


def ensure_it_agrees(found, rows, limit):
    assert [walked["number"] for walked in found["messages"]] == [number for number, *_ in rows]
    for walked, (_, asked, replied) in zip(found["messages"], rows, strict=True):
        expected = reckoned(asked, replied, limit)
        assert as_reckoned(walked) == expected
        assert walked["on_time"] is (replied <= expected[2])
