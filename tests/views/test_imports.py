"""The pages of imports: upload, what is wrong, let in, undo; whose they are."""

import io

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from models.base import db
from models.directory import Enterprise, ImportBatch, ImportState
from operations.directory.imports import bad_rows, running
from tests.importing import code, firm, rules, workbook
from tests.views.counting import statements
from tests.views.guest import Page

GOOD_AND_BAD = [firm(1), firm(2), firm(3, 联系电话="12345"), firm(4, 所属区划="没有的镇")]


@pytest.fixture
def upload(guest):
    """``upload(rows)``: the page after the registrar of the industry bureau has sent the file."""

    def send(rows, name="填报.xlsx", username="hejun"):
        registrar = guest(username)
        content = rows if isinstance(rows, bytes) else workbook(rows)
        page = registrar.opens("/imports/new")
        fields = page.form(form_of(page, "/imports/new"), kind="enterprises", file=(io.BytesIO(content), name))
        answer = registrar.client.post("/imports/new", data=fields, content_type="multipart/form-data")
        return registrar, Page(answer)

    return send


def latest():
    db.session.expire_all()
    return db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()


def known(number):
    db.session.expire_all()
    return db.session.scalars(select(Enterprise).where(Enterprise.credit_code == code(number))).first()


def form_of(page, ending):
    return next(i for i, form in enumerate(page.forms) if form["action"].endswith(ending))


def press(registrar, page, ending):
    return registrar.sends(page, page.forms[form_of(page, ending)]["action"])


class Slowly(io.BytesIO):
    """A body that is still on its way when it is read."""

    def __init__(self, body, seen):
        super().__init__(body)
        self.seen = seen

    def readinto(self, room):
        self.seen.append(db.session().in_transaction())
        return super().readinto(room)


def test_nobody_waits_while_a_large_file_is_on_its_way(guest):
    registrar, seen = guest("hejun"), []
    page = registrar.opens("/imports/new")
    fields = page.form(form_of(page, "/imports/new"), kind="enterprises")
    boundary, body = encode_multipart(MultiDict({**fields, "file": FileStorage(io.BytesIO(b"x"), "填报.csv")}))
    answer = registrar.client.post("/imports/new", input_stream=Slowly(body, seen), content_length=len(body),
                                   content_type=f'multipart/form-data; boundary="{boundary}"')
    assert answer.status_code < 500 and seen and not any(seen)


def test_a_registrar_uploads_looks_lets_in_and_undoes(upload):
    registrar, answer = upload(GOOD_AND_BAD)
    page = registrar.opens(answer.leads_to)
    assert "可新增 2，可更新 0，未变 0，有误 2" in page.words and "不是电话号码" in page.words and known(1) is None
    press(registrar, page, "/let-in")
    page = registrar.opens(answer.leads_to)
    assert "已导入：新增 2" in page.words and known(1).name == "云州测试1机械有限公司"
    press(registrar, registrar.opens(page.links["撤销"]), "/undo")
    assert known(1).status.label == "注销" and "已撤销" in registrar.opens(answer.leads_to).words


def test_bad_rows_come_back_as_the_same_sheet_with_their_reasons(upload, monkeypatch):
    monkeypatch.setattr(bad_rows, "PORTION", 1)  # so that a row's reasons come in two of them
    registrar, answer = upload([*GOOD_AND_BAD[:2], firm(3, 联系电话="12345", 所属区划="没有的镇"), GOOD_AND_BAD[3]])
    page = registrar.opens(answer.leads_to)
    given = registrar.opens(page.links["下载有误的行"]).answer.get_data()
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(given)).active]
    assert rows[0][-1] == "原因" and len(rows) == 3
    assert rows[1][0] == code(3) and "第 4 行" in rows[1][-1] and "联系电话：不是电话号码" in rows[1][-1]
    assert "所属区划：" in rows[1][-1] and rows[2][0] == code(4)
    _, again = upload(given)
    assert latest().bad_count == 2, registrar.opens(again.leads_to).words


def test_a_file_that_changes_nothing_says_so(upload):
    registrar, answer = upload([firm(1)])
    press(registrar, registrar.opens(answer.leads_to), "/let-in")
    _, again = upload([firm(1)])
    assert "与目录一致，没有任何改动" in registrar.opens(again.leads_to).words


def test_changes_are_listed_field_by_field(upload):
    for rows in ([firm(1)], [firm(1, 从业人数=25)]):
        registrar, answer = upload(rows)
        press(registrar, registrar.opens(answer.leads_to), "/let-in")
    words = registrar.opens(f"{answer.leads_to}?tab=changes").words
    assert "从业人数" in words and "10 人" in words and "25 人" in words


def test_what_is_no_table_is_one_sentence_on_the_page(upload):
    _, answer = upload(b"x", name="a.docx")
    assert answer.status == 422 and "只接受 .xlsx" in answer.words
    registrar, answer = upload(b"<html>")
    assert "文件不是 Excel 表格" in registrar.opens(answer.leads_to).words


def test_templates_open_with_drop_downs_and_an_example(guest):
    registrar = guest("hejun")
    page = registrar.opens("/imports")
    for title in ("下载企业(项目)信息上报模板", "下载管家信息上报模板"):
        book = openpyxl.load_workbook(io.BytesIO(registrar.opens(page.links[title]).answer.get_data()))
        assert book.sheetnames == ["填报", "填写示例"]
        assert book["填报"].data_validations.dataValidation and book["填写示例"].max_row >= 3


def test_another_units_batch_is_not_there(upload, guest):
    _, answer = upload(GOOD_AND_BAD)
    other, steward = guest("dengli"), guest("liumin")
    assert "填报.xlsx" not in other.opens("/imports").words
    for ending in ("", "/progress", "/bad-rows.xlsx", "/undo"):
        assert other.opens(answer.leads_to + ending).status == 404
        assert steward.opens(answer.leads_to + ending).status == 404
    for ending in ("/let-in", "/cancel", "/undo"):
        page = other.opens("/imports/new")
        assert other.sends(page, answer.leads_to + ending, index=form_of(page, "/imports/new")).status == 404
    assert steward.opens("/imports").status == 404


def test_a_large_file_waits_for_the_job_and_tells_how_far_it_is(upload, monkeypatch, app):
    monkeypatch.setattr("views.imports.SMALL_BYTES", 0)
    registrar, answer = upload(GOOD_AND_BAD)
    assert "排队等待" in registrar.opens(answer.leads_to).words
    told = registrar.opens(f"{answer.leads_to}/progress").answer.get_json()
    assert told["is_over"] is False
    assert running.waiting() == [latest().id]
    running.run(latest().id, rules=rules(app.config["IMPORTS_DIR"]))
    assert registrar.opens(f"{answer.leads_to}/progress").answer.get_json()["is_over"] is True
    press(registrar, registrar.opens(answer.leads_to), "/cancel")
    assert latest().state is ImportState.CANCELLED and running.waiting() == []


def test_the_pages_ask_the_database_as_often_for_many_rows_as_for_few(upload, guest):
    counted = []
    for count in (1, 60):
        registrar, answer = upload([firm(number, 联系电话="1") for number in range(count)])
        with statements() as asked:
            registrar.opens(answer.leads_to)
        counted.append(len(asked))
    assert counted[0] == counted[1]
