"""A file that cannot be read is one sentence; one that can be read is read whatever surrounds the rows."""

import zipfile

import openpyxl
import pytest

from operations.errors import BadInput
from operations.tables.lines import read_lines
from operations.tables.opening import ENCRYPTED_PACKAGE, ENTRIES_LIMIT, OLE
from tests.hotline import COLUMNS, GOOD, message


def read(path, required=COLUMNS):
    return read_lines(path, required=required)


def test_rows_are_counted_as_the_spreadsheet_counts_them(table):
    path = table([message(), {}, message(留言编号=7)], above=[["12345 留言导出"], []])

    assert [line.number for line in read(path)] == [4, 6]


def test_columns_stand_in_any_order_and_unknown_ones_do_not_matter(table):
    path = table([message(点赞数=3)], columns=("点赞数", *reversed(COLUMNS)))

    assert read(path)[0].cells == {**GOOD}


def test_a_cell_that_is_a_formula_or_an_error_is_told(table):
    path = table([message(留言主题="=1+1", 留言详情="#N/A")])

    assert read(path)[0].peculiar == {"留言主题": "公式", "留言详情": "错误值"}


def test_a_hidden_sheet_is_passed_over(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    book.active.append(list(message(留言编号=1).values()))
    book.active.sheet_state = "hidden"
    seen = book.create_sheet("留言")
    seen.append(COLUMNS)
    seen.append(list(message(留言编号=2).values()))
    book.save(tmp_path / "two.xlsx")

    assert [line.cells["留言编号"] for line in read(tmp_path / "two.xlsx")] == [2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_either_encoding(tmp_path, encoding):
    path = tmp_path / "留言.csv"
    path.write_bytes("留言编号,留言主题\n17,“停水”\n".encode(encoding))

    assert read(path, ("留言编号", "留言主题"))[0].cells == {"留言编号": "17", "留言主题": "“停水”"}


def many_parts(path):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(ENTRIES_LIMIT + 1):
            archive.writestr(str(number), "")


def said_to_be_huge(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "0" * 10)
        archive.infolist()[0].file_size = 400 * 1024 * 1024


def far_cell(path):
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    book.active.cell(1_000_000, 10_000, "远")
    book.save(path)


def with_entities(path):
    book = openpyxl.Workbook()
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + sheet[sheet.index(b"<worksheet") :]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def no_workbook(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")


def torn(path):
    openpyxl.Workbook().save(path)
    path.write_bytes(path.read_bytes()[:-200])


BAD_FILES = {
    "空的": lambda path: path.write_bytes(b""),
    "内容与扩展名不符": lambda path: path.write_text("<html><table><tr><td>留言编号</td></tr></table></html>"),
    "打开密码": lambda path: path.write_bytes(OLE + bytes(600) + ENCRYPTED_PACKAGE),
    "无法读取": lambda path: path.write_bytes(OLE + bytes(600)),
    "300 MB 或 2000 个部件": many_parts,
    "300 MB 或": said_to_be_huge,
    "范围过大": far_cell,
    "不允许的定义": with_entities,
    "没有工作簿": no_workbook,
    "已损坏": torn,
    "表格是空的": lambda path: openpyxl.Workbook().save(path),
    "读不到文件": lambda path: path.mkdir(),
}


@pytest.mark.parametrize(("sentence", "make"), BAD_FILES.items(), ids=BAD_FILES)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, sentence, make):
    path = tmp_path / "留言.xlsx"
    make(path)

    with pytest.raises(BadInput, match=sentence):
        read(path)


def test_missing_columns_are_named(table):
    path = table([message()], columns=COLUMNS[1:4])

    with pytest.raises(BadInput, match="表头缺少这些列：留言编号、留言详情、答复意见、答复时间。"):
        read(path)


def test_a_column_that_stands_twice_is_named(table):
    with pytest.raises(BadInput, match="重复的列：留言时间"):
        read(table([message()], columns=(*COLUMNS, "留言时间")))


def test_a_csv_of_another_encoding_says_which_are_read(tmp_path):
    path = tmp_path / "留言.csv"
    path.write_bytes(b"\xff\xfe\x00\xd8\xff\xff")

    with pytest.raises(BadInput, match="UTF-8 或 GB18030"):
        read(path)
