"""What becomes of each cell: a message, or a bad row with its number and its reason."""

from datetime import date, datetime, time

import pytest

from models import clock
from operations.hotline.reading import read_messages
from tests.hotline import message
from tests.lives import shanghai


def read_one(table, **changes):
    with clock.standing_at(shanghai("2026-01-05 09:00")):
        messages, bad = read_messages(table([message(**changes)]))
    return messages[0] if messages else bad[0].reason


def test_a_good_row_is_a_message_without_its_padding(table):
    found = read_one(table)

    assert (found.row, found.number, found.content) == (2, "2554", "路挖得稀烂，用围栏围起。")
    assert (found.asked_at, found.replied_at) == (shanghai("2019-04-24T16:03:40"), shanghai("2019-05-09T09:49:10"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2019/4/24 16:03:40", "2019-04-24T16:03:40"),
        ("2019-04-24T16:03", "2019-04-24T16:03"),
        ("２０１９年４月２４日16时03分", "2019-04-24T16:03"),
        ("2019年4月24日", "2019-04-24"),
        (datetime(2019, 4, 24, 17, 29, 59, 999998), "2019-04-24T17:30"),
        (date(2019, 4, 24), "2019-04-24"),
    ],
)
def test_a_time_is_read_as_people_and_spreadsheets_write_it(table, written, meant):
    assert read_one(table, 留言时间=written).asked_at == shanghai(meant)


def test_a_time_with_its_own_offset_keeps_it(table):
    assert read_one(table, 留言时间="2019-04-24T08:03:40Z").asked_at == shanghai("2019-04-24T16:03:40")


@pytest.mark.parametrize(
    ("cell", "number"), [(2554.0, "2554"), ("2554.0", "2554"), (" AA-07 ", "AA-07"), ("007", "007")]
)
def test_a_number_is_text_whatever_the_cell_holds(table, cell, number):
    assert read_one(table, 留言编号=cell).number == number


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"留言编号": None}, "留言编号为空。"),
        ({"留言编号": 12.5}, "留言编号“12.5”不是整数或超过 15 位，请把该列设为文本。"),
        ({"留言编号": 10**18}, "留言编号“1e+18”不是整数或超过 15 位，请把该列设为文本。"),
        ({"留言编号": "9" * 65}, "留言编号有 65 字，超过 64 字。"),
        ({"留言时间": None}, "留言时间为空。"),
        ({"留言时间": "2019/2/30 8:00:00"}, "留言时间“2019/2/30 8:00:00”不存在。"),
        ({"留言时间": "2019/2/3 25:61:00"}, "留言时间“2019/2/3 25:61:00”不存在。"),
        ({"留言时间": "昨天下午"}, "留言时间“昨天下午”无法识别，应写成 2026/1/31 8:30:00。"),
        ({"留言时间": 43579.67}, "留言时间“43579.67”不是日期时间，请把该单元格设为日期格式或写成 2026/1/31 8:30:00。"),
        ({"留言时间": time(8, 30)}, "留言时间“08:30:00”不是日期时间，请把该单元格设为日期格式或写成 2026/1/31 8:30:00。"),
        ({"留言时间": date(1900, 1, 1)}, "留言时间“1900-01-01”的年份不对。"),
        ({"留言时间": "2026-01-05 09:00:01"}, "留言时间在将来。"),
        ({"留言时间": "=NOW()"}, "留言时间是公式，请改为文字或数值。"),
        ({"留言主题": None}, "留言主题为空。"),
        ({"留言主题": " \t\u3000"}, "留言主题为空。"),
        ({"留言主题": "长" * 101}, "留言主题有 101 字，超过 100 字。"),
        ({"留言主题": 12345}, "留言主题“12345.0”不是文字。"),
        ({"留言主题": True}, "留言主题“True”不是文字。"),
        ({"留言详情": None}, "留言详情为空。"),
        ({"留言详情": "长" * 4001}, "留言详情有 4001 字，超过 4000 字。"),
        ({"留言详情": "#REF!"}, "留言详情是错误值，请改为文字或数值。"),
        ({"留言用户": "长" * 61}, "留言用户有 61 字，超过 60 字。"),
        ({"答复意见": "长" * 20001}, "答复意见有 20001 字，超过 20000 字。"),
    ],
)
def test_a_bad_row_says_why(table, changes, reason):
    assert read_one(table, **changes) == reason


def test_a_number_that_comes_twice_points_to_the_first(table):
    messages, bad = read_messages(table([message(), message(留言编号=1), message(留言编号="2554", 留言主题="又一条")]))

    assert [m.row for m in messages] == [2, 3]
    assert [(row.row, row.reason) for row in bad] == [(4, "留言编号与第 2 行重复。")]


@pytest.mark.parametrize("replied_at", [None, "很快", "2019/4/23 8:00:00", "2096/1/1"])
def test_a_reply_without_a_usable_time_is_still_a_reply(table, replied_at):
    found = read_one(table, 答复时间=replied_at)

    assert (found.reply, found.replied_at) == ("您好，正在施工。", None)


def test_control_characters_do_not_enter(table):
    assert read_one(table, 留言主题="停\u202e水\u200b了").subject == "停水了"
