"""A registrar's import with bad rows, in a browser: looked at, let in, the bad rows fetched, undone."""

import io

import openpyxl
import pytest

from tests.importing import firm, workbook
from tests.web.test_pages import look

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_registrar_imports_a_file_with_bad_rows(site, visit):
    registrar, faults = visit("hejun", path="/imports/new"), {}
    page = registrar.page
    rows = [firm(number) for number in range(8)] + [firm(8, 联系电话="12345"), firm(9, 所属区划="没有的镇")]
    page.get_by_label("文件").set_input_files(
        {"name": "规上工业.xlsx", "mimeType": SHEET, "buffer": workbook(rows)}
    )
    registrar.presses("上传并检查")
    registrar.sees("可新增 8")
    registrar.sees("没有这个区划")
    look(registrar, "checked", faults)
    registrar.pictures("import-checked")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载有误的行").click()
    sheet = openpyxl.load_workbook(io.BytesIO(fetched.value.path().read_bytes())).active
    assert sheet.max_row == 3 and sheet.cell(1, sheet.max_column).value == "原因"
    page.set_viewport_size({"width": 1440, "height": 900})
    registrar.presses("导入有效行")
    registrar.sees("已导入：新增 8")
    registrar.follows("撤销")
    look(registrar, "undo", faults)
    registrar.presses("撤销本批次")
    registrar.sees("已撤销本批次的全部改动")
    assert faults == {}
