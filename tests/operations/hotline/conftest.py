"""Small tables in the form of the hotline's export, made by hand for one test."""

import openpyxl
import pytest

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


@pytest.fixture
def table(tmp_path):
    """``table(rows)`` writes an .xlsx and answers its path; a row is a dict by header."""

    def write(rows, columns=COLUMNS, above=(), name="留言.xlsx"):
        book = openpyxl.Workbook()
        for line in (*above, columns, *([row.get(column) for column in columns] for row in rows)):
            book.active.append(list(line))
        book.save(tmp_path / name)
        return tmp_path / name

    return write
