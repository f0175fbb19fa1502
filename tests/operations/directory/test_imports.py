"""Imports: good rows come in, bad ones are told, the same file changes nothing, a batch goes back."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from models.access import Post, Role, User
from models.base import db
from models.directory import (
    Enterprise,
    EnterpriseName,
    EnterpriseStatus,
    FactChange,
    ImportIssue,
    ImportKind,
    ImportState,
    OwnershipClaim,
    Project,
    Steward,
    Stewardship,
)
from models.engagement import InteractionKind
from operations.directory.imports import batches, running, undoing
from operations.engagement.interactions import Talk, log_interaction
from operations.errors import BadInput, NotAllowed, Refused
from tests.importing import INDUSTRY, bring, code, counts, firm, rules, saved, steward, workbook


@pytest.fixture
def take(city, tmp_path, people):
    """``take(rows)``: the file of the industry bureau's registrar, checked and taken in."""
    unit_id = city.organisations[INDUSTRY].id

    def one(content, **rest):
        return bring(content, tmp_path, actor=people["hejun"], unit_id=unit_id, **rest)

    return one


def named(number):
    db.session.expire_all()
    return db.session.scalars(select(Enterprise).where(Enterprise.credit_code == code(number))).one()


def reasons(batch):
    rows = select(ImportIssue).where(ImportIssue.batch_id == batch.id).order_by(ImportIssue.id)
    return [(one.line, one.field, one.reason) for one in db.session.scalars(rows)]


def test_good_rows_come_in_and_the_same_file_again_changes_nothing(take, city):
    rows = [firm(1), firm(2, 企业管家="liumin", 项目名称="二期厂房", **{"项目总投资(万元)": 12000.1234}), firm(3)]
    content = workbook(rows)
    assert counts(take(content)) == (3, 0, 0, 0)
    made = named(2)
    assert made.owner_unit.name == INDUSTRY and made.initials == "yzcs2jxyxgs" and made.size.label == "微型"
    assert db.session.scalar(select(Stewardship.steward_id).where(Stewardship.enterprise_id == made.id)) == (
        city.users["liumin"].id
    )
    assert str(db.session.scalar(select(Project.investment).where(Project.enterprise_id == made.id))) == "12000.1234"
    again = take(content)
    assert counts(again) == (0, 0, 3, 0) and again.state is ImportState.IMPORTED
    assert db.session.scalars(select(FactChange)).all() == []


def test_a_change_is_kept_field_by_field_and_an_empty_cell_changes_nothing(take):
    take([firm(1), firm(2)])
    batch = take([firm(1, 企业名称="云州新名机械有限公司", 从业人数=400, 联系电话=None), firm(2)])
    assert counts(batch) == (0, 1, 1, 0)
    changes = db.session.scalars(select(FactChange).order_by(FactChange.id)).all()
    assert [(one.field, one.before, one.after) for one in changes] == [
        ("name", "云州测试1机械有限公司", "云州新名机械有限公司"), ("staff_count", "10", "400"),
    ]
    assert {one.batch_id for one in changes} == {batch.id}
    changed = named(1)
    assert changed.contact_phone == "13800000001" and changed.initials == "yzxmjxyxgs" and changed.version == 2
    assert (changed.size.label, named(2).size.label) == ("小型", "微型")
    assert db.session.scalar(select(EnterpriseName.name)) == "云州测试1机械有限公司"


def test_what_somebody_changed_by_hand_is_put_right_by_the_same_file(take):
    content = workbook([firm(1)])
    take(content)
    firm_1 = named(1)
    firm_1.contact_phone = "13900000009"
    db.session.commit()
    assert named(1).row_digest is None
    assert counts(take(content)) == (0, 1, 0, 0)
    assert named(1).contact_phone == "13800000001" and named(1).row_digest
    assert counts(take(content)) == (0, 0, 1, 0)


def test_each_bad_cell_says_what_is_wrong_and_the_good_rows_come_in(take):
    wrong_check = code(9)[:-1] + ("1" if code(9)[-1] != "1" else "2")
    batch = take([
        firm(1),
        firm(2, 统一社会信用代码="91990102MB"),
        firm(3, 统一社会信用代码=code(3)[:-1] + "O"),
        firm(1),
        firm(4, 所属区划="没有的镇"),
        firm(5, 企业管家="nobody"),
        firm(6, 联系电话="12345"),
        firm(7, 企业名称="长" * 201),
        firm(8, 从业人数="很多", 填报类别="规上"),
        firm(9, 统一社会信用代码=wrong_check),
        firm(10, 填报类别="重点项目"),
        firm(11, 统一社会信用代码="91990102MA0001XY8X"),
        firm(12, 企业名称=None, 成立日期="2999-01-01"),
    ])
    told = reasons(batch)
    assert counts(batch) == (2, 0, 0, 11) and batch.warned_count == 1
    for line, words in (
        (3, "应为 18 位"), (4, "不含字母 I、O"), (5, "与第 2 行重复"), (6, "没有这个区划"), (7, "不是已登记的管家"), (8, "不是电话号码"),
        (9, "超过 200 字"), (10, "不是数字"), (10, "不是填报类别"), (11, "校验位不符"), (12, "归云州市发展和改革委员会填报"),
        (13, "归云州市发展和改革委员会填报"), (14, "为空"), (14, "在将来"),
    ):
        assert any(row == line and words in reason for row, _, reason in told), (line, words, told)
    kept = db.session.scalars(select(Enterprise).where(Enterprise.credit_code == wrong_check)).one()
    assert "校验位不符" in kept.code_override


def test_formulas_merged_cells_and_strange_dates_are_told_by_row(take):
    book = openpyxl.load_workbook(io.BytesIO(workbook([firm(1), firm(2), firm(3), firm(4)])))
    sheet = book.active
    sheet["B2"] = "=A2"
    sheet.merge_cells("B3:B4")
    sheet["K5"] = openpyxl.utils.datetime.from_excel(5)
    hidden = book.create_sheet("旧表")
    hidden.sheet_state = "hidden"
    batch = take(saved(book))
    told = {line: reason for line, _, reason in reasons(batch)}
    assert "公式" in told[2] and "合并单元格" in told[3] and "合并单元格" in told[4] and "是日期格式" in told[5]
    assert "隐藏的工作表未读取：旧表" in batch.note


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_comes_in_as_well(take, encoding):
    lines = ["统一社会信用代码,企业名称,所属区划,填报类别", f"{code(1)},云州测试机械,城东区城东街道,规上工业"]
    batch = take("\n".join(lines).encode(encoding), name="填报.csv")
    assert counts(batch) == (1, 0, 0, 0), batch.error


def test_a_cell_with_signs_that_no_database_takes_is_told_without_them(take):
    batch = take(f"统一社会信用代码,企业名称,所属区划,填报类别,旧\0列\n{code(1)},x,没有\0的镇,\0,\n".encode(), name="填报.csv")
    assert batch.state is not ImportState.FAILED and "旧列" in batch.note
    assert {field for _, field, _ in reasons(batch)} >= {"所属区划"}


@pytest.mark.parametrize(("content", "sentence"), [
    (b"<html></html>", "不是 Excel 表格"), (b"PK\x03\x04 torn", "已损坏"), (workbook([], heads=["企业名称"]), "表头缺少这些列"),
])
def test_a_file_that_cannot_be_read_fails_with_one_sentence(take, content, sentence):
    batch = take(content)
    assert batch.state is ImportState.FAILED and sentence in batch.error


def test_two_imports_of_the_same_codes_make_each_enterprise_once(take, city, tmp_path, people):
    first, second = take([firm(1), firm(2)], takes=False), take([firm(2, 从业人数=99), firm(3)], takes=False)
    for batch in (first, second):
        batches.let_in(batch, actor=people["hejun"])
        running.run(batch.id, rules=rules(tmp_path))
    assert counts(second) == (1, 1, 0, 0) and named(2).staff_count == 99 and named(2).import_batch_id == first.id


def test_an_import_goes_back_while_nothing_depends_on_it(take, people):
    take([firm(1)])
    batch = take([firm(1, 从业人数=77), firm(2, 企业管家="liumin")])
    undoing.undo(batch, actor=people["hejun"])
    assert named(1).staff_count == 10 and named(2).status is EnterpriseStatus.DEREGISTERED
    assert named(2).owner_unit_id is None and batch.state is ImportState.UNDONE
    assert db.session.scalar(select(Stewardship.ended_at).where(Stewardship.enterprise_id == named(2).id))
    assert counts(take([firm(2)])) == (0, 1, 0, 0)
    assert named(2).status is EnterpriseStatus.OPERATING and named(2).owner_unit.name == INDUSTRY


def test_an_import_on_which_something_depends_stays(take, people):
    batch = take([firm(1, 企业管家="liumin")])
    talk = Talk(InteractionKind.VISIT, "第一次走访，看了新厂房，问了用工。")
    log_interaction(named(1), actor=people["liumin"], talk=talk)
    with pytest.raises(Refused, match="云州测试1机械有限公司已有走访"):
        undoing.undo(batch, actor=people["hejun"])
    changed, _ = take([firm(1, 从业人数=20)]), take([firm(1, 从业人数=30)])
    with pytest.raises(Refused, match="后来又改过"):
        undoing.undo(changed, actor=people["hejun"])


def test_only_the_unit_itself_cancels_lets_in_and_undoes(take, people):
    batch = take([firm(1)], takes=False)
    for act in (batches.cancel, batches.let_in, undoing.undo):
        with pytest.raises(NotAllowed):
            act(batch, actor=people["dengli"])
    batches.cancel(batch, actor=people["hejun"])
    assert batch.state is ImportState.CANCELLED
    with pytest.raises(Refused):
        batches.let_in(batch, actor=people["hejun"])


def test_a_file_of_another_kind_is_not_taken(take):
    with pytest.raises(BadInput, match="只接受"):
        take(b"x", name="a.docx")


def test_stewards_come_in_without_a_password_and_with_no_other_role(take, city, people):
    rows = [steward(1), steward(2, 用户名="xiaoli", **{"服务上限(户)": 30}), steward(1), steward(3, 手机="123"),
            steward(4, 工作单位="没有的单位"), steward(5, 手机="13800000001", 用户名="liumin")]
    batch = take(rows, kind=ImportKind.STEWARDS)
    assert counts(batch) == (2, 0, 0, 4)
    made = db.session.scalars(select(User).where(User.username == "xiaoli")).one()
    assert made.password_hash is None
    assert db.session.scalars(select(Post.role).where(Post.user_id == made.id)).all() == [Role.STEWARD]
    assert counts(take(rows[:2], kind=ImportKind.STEWARDS)) == (0, 0, 2, 0)
    changed = take([steward(2, 姓名="李新", 职务="主任")], kind=ImportKind.STEWARDS)
    assert counts(changed) == (0, 1, 0, 0)
    own = db.session.get_one(Steward, made.id)
    db.session.expire_all()
    assert (made.name, own.position) == ("李新", "主任")
    undoing.undo(changed, actor=people["hejun"])
    db.session.expire_all()
    assert made.name == "管家2" and own.position != "主任"
    undoing.undo(batch, actor=people["hejun"])
    db.session.expire_all()
    assert not made.is_active and db.session.get(Steward, made.id).left_at
    assert counts(take([steward(2, 姓名="管家2")], kind=ImportKind.STEWARDS)) == (0, 1, 0, 0)
    db.session.expire_all()
    assert made.is_active


def test_what_another_unit_has_is_claimed_when_the_file_says_it_is_ours(take, city, people):
    batch = take([firm(1), firm(2, 统一社会信用代码="91990102MA0001XY8X"), firm(3, 统一社会信用代码="92990102MA0004XY6A", 填报类别="一般")])
    claims = db.session.scalars(select(OwnershipClaim)).all()
    assert [(one.enterprise.short_name, one.claimant.name) for one in claims] == [("恒轧机械", INDUSTRY)]
    assert batch.bad_count == 2 and any("转入归属争议" in reason for _, _, reason in reasons(batch))


def test_the_same_bytes_are_not_read_again_while_all_their_rows_stand(take, monkeypatch):
    content = workbook([firm(1), firm(2)])
    first = take(content)

    def unread(*_, **__):
        raise AssertionError("the file was read")

    with monkeypatch.context() as patched:
        patched.setattr(running.lines, "stream", unread)
        again = take(content)
    assert counts(again) == (0, 0, 2, 0) and again.state is ImportState.IMPORTED and again.rows_done == 2
    assert again.id != first.id

    named(2).name = "云州改名机械有限公司"
    db.session.commit()
    assert counts(take(content)) == (0, 1, 1, 0) and named(2).name == "云州测试2机械有限公司"
    assert counts(take(workbook([firm(1, 从业人数=11)]))) == (0, 1, 0, 0)
    assert counts(take(content)) == (0, 1, 1, 0) and named(1).staff_count == 10
