"""A hall's file: counted one to one, matched by codes; the same twice is nothing, what is rated stays as it is."""

import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from models import clock
from models.base import db
from models.directory import ImportState
from models.hall import CountedCase
from models.hall_intake import ArrivedCase, CaseVersion, HallCode, IntakeDay
from models.ratings import Grade
from operations.access.people import actor_named
from operations.directory.imports import bad_rows, batches, issues, running, undoing
from operations.errors import BadInput, NotFound, Refused
from operations.files import path_of
from operations.hall import codes, letting_in, systems
from operations.ratings import windows
from tests.hall import CANARY, WINDOW
from tests.importing import counts, rules
from tests.lives import START


def cases():
    return list(db.session.scalars(select(CountedCase).order_by(CountedCase.number)))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def days():
    rows = db.session.scalars(select(IntakeDay).order_by(IntakeDay.way)).all()
    return {row.way.value: (row.received_count, row.new_count, row.changed_count, row.repeated_count,
                            row.refused_count, row.waiting_count) for row in rows}


def test_cases_wait_for_their_codes_and_are_counted_when_the_last_is_matched(hall):
    batch = hall.bring(hall.row(), hall.row("A002"))
    assert (batch.state, batch.waiting_count, count(CountedCase), count(ArrivedCase)) == (ImportState.IMPORTED, 2, 0, 2)
    assert sorted(one.code for one in db.session.scalars(select(HallCode))) == ["0231", "B12", "ZJJ"]
    hall.match({"ZJJ": hall.unit.name, "B12": WINDOW})
    assert count(CountedCase) == 0
    hall.match({"0231": "linfang"})

    first, second = cases()
    assert (first.system, first.number, first.item, first.item_code) == ("yz-hall", "A001", "排水许可", "PS-1")
    assert (first.unit_id, first.window_id) == (hall.unit.id, hall.window.id)
    assert first.officer_id == hall.city.users["linfang"].id and first.batch_id == batch.id
    assert first.finished_at.isoformat() == "2026-08-19T00:30:00+00:00"
    assert first.visitor == second.visitor and len(first.visitor) == 64 and count(ArrivedCase) == 0
    assert days() == {"file": (2, 0, 0, 0, 0, 2), "codes": (2, 2, 0, 0, 0, 0)}


def test_the_same_file_twice_adds_nothing_and_a_later_version_changes_what_nobody_rated(hall):
    hall.know()
    hall.bring(hall.row(), hall.row("A002"))
    assert counts(hall.bring(hall.row(), hall.row("A002"))) == (0, 0, 2, 0)
    hall.rate("A002", Grade.SATISFIED)
    batch = hall.bring(hall.row(事项名称="排水许可变更"), hall.row("A002", 事项名称="别的事"), hall.row("A003"))
    assert counts(batch) == (1, 1, 1, 0)
    assert [case.item for case in cases()] == ["排水许可变更", "排水许可", "排水许可"]
    assert [one.item for one in db.session.scalars(select(CaseVersion))] == ["排水许可"]
    warned, = issues.page(batch, warnings=True)
    assert (warned.line, warned.value, warned.reason) == (3, "A002", "已评价，内容不再改动")
    changed, = issues.changes(batch)
    assert (changed.subject, changed.label, changed.before, changed.after) == (
        "A001", "事项名称", "排水许可", "排水许可变更")
    with pytest.raises(DBAPIError, match="a rated case stays as it is"):
        db.session.execute(text("UPDATE counted_cases SET item = 'x' WHERE number = 'A002'"))


def test_what_waits_takes_its_later_version_as_well(hall):
    hall.bring(hall.row())
    assert counts(hall.bring(hall.row())) == (0, 0, 1, 0)
    hall.bring(hall.row(事项名称="排水许可变更"))
    hall.know()
    assert [case.item for case in cases()] == ["排水许可变更"]


def test_bad_rows_are_named_and_nothing_of_the_visitor_is_told_or_kept(hall):
    batch = hall.bring(
        hall.row(), hall.row("a001"), hall.row("A 3"), hall.row("A004", 办结时间="2026-08-19"),
        hall.row("A005", 办结时间="2026-08-24 23:59"), hall.row("A006", 单位代码=None),
        hall.row("A007", 统一社会信用代码="123"), takes=False,
    )
    assert {one.line: (one.field, one.reason) for one in issues.page(batch, warnings=False)} == {
        3: ("办件编号", "与第 2 行是同一件"), 4: ("办件编号", "应为字母、数字和符号，不含汉字和空格"),
        5: ("办结时间", "没有几点几分，应写成 2026-08-24 10:15"), 6: ("办结时间", "在将来"), 7: ("单位代码", "为空"),
        8: ("统一社会信用代码", "统一社会信用代码应为 18 位，现为 3 位"),
    }
    target = hall.folder / "bad.xlsx"
    bad_rows.write(batch, target, rules=rules(hall.folder))
    assert target.exists() and not path_of(hall.folder, batch.stored_name).exists()
    for path in hall.folder.rglob("*"):
        assert path.is_dir() or CANARY.encode() not in unpacked(path)
    for table in ("staged_cases", "import_issues", "import_batches"):
        assert CANARY not in str(db.session.execute(text(f"SELECT * FROM {table}")).all())


def unpacked(path):
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_case_noted_by_hand_is_the_same_one_and_keeps_its_rating(hall):
    hall.know()
    for number in ("A001", "A002"):
        windows.count_case(hall.window.id, number=number, item="排水", actor=actor_named("linfang"))
    hall.rate("A002", Grade.SATISFIED)
    hall.bring(hall.row(), hall.row("A002"))
    assert [(case.system, case.item) for case in cases()] == [("yz-hall", "排水许可"), ("yz-hall", "排水")]


def test_a_file_is_undone_while_nobody_rated_and_its_cases_come_again(hall):
    hall.know()
    hall.bring(hall.row())
    batch = hall.bring(hall.row(事项名称="排水许可变更"), hall.row("A002"))
    undoing.undo(batch, actor=hall.registrar)
    first, second = cases()
    assert (first.item, first.withdrawn_at, second.withdrawn_at is None) == ("排水许可", None, False)
    with pytest.raises(BadInput, match="没有找到这件办件"):
        hall.rate("A002", Grade.SATISFIED)
    with pytest.raises(DBAPIError, match="a withdrawn case is not rated"):
        db.session.execute(text(
            "INSERT INTO ratings (round, counted_case_id, grade, tags, words, is_anonymous, channel, rated_at) VALUES "
            f"(1, {second.id}, 'satisfied', '{{}}', '', TRUE, 'desk', '2026-08-19 01:00:00')"))
    db.session.rollback()

    again = hall.bring(hall.row("A002", 事项名称="又来一次"))
    assert counts(again) == (1, 0, 0, 0) and cases()[1].item == "又来一次"
    hall.rate("A002", Grade.SATISFIED)
    with pytest.raises(Refused, match="A002 已经评价或回访过"):
        undoing.undo(again, actor=hall.registrar)


def test_codes_of_one_name_are_matched_at_once_and_a_new_meaning_leaves_the_old_on_record(hall):
    hall.bring(hall.row(单位名称=hall.unit.name, 窗口名称=WINDOW, 人员姓名="没有这个人"))
    assert codes.match_by_name(hall.system.id, actor=hall.registrar) == 2
    hall.match({"0231": ""})
    assert cases()[0].officer_id is None
    hall.match({"0231": "linfang"})
    hall.bring(hall.row("A002"))
    assert cases()[1].officer_id == hall.city.users["linfang"].id
    rows = db.session.scalars(select(HallCode).where(HallCode.code == "0231").order_by(HallCode.id)).all()
    assert [(row.has_none, row.ended_at is None) for row in rows] == [(True, False), (False, True)]


@pytest.mark.parametrize("target", ["没有这个单位", "城东区发展和改革局", WINDOW])
def test_a_unit_is_matched_only_to_a_unit_of_the_systems_own_ground(hall, target):
    codes.meet(hall.system.id, [(codes.K.UNIT, "ZJJ", "")])
    db.session.commit()
    if target.startswith("城东"):
        county = systems.register(code="cd-hall", name="城东区大厅", actor=actor_named("fangming"))
        codes.meet(county.id, [(codes.K.UNIT, "CD", "")])
        db.session.commit()
        with pytest.raises(NotFound):
            codes.match(hall.code("CD").id, actor=hall.registrar, target=hall.unit.name)
        with pytest.raises(BadInput):
            codes.match(hall.code("CD").id, actor=actor_named("fangming"), target=hall.unit.name)
        return
    with pytest.raises(BadInput, match="没有这个名称"):
        codes.match(hall.code("ZJJ").id, actor=hall.registrar, target=target)


def test_a_file_belongs_to_one_system_and_a_unit_without_one_is_told(hall):
    with pytest.raises(BadInput, match="还没有登记大厅系统"):
        systems.system_for(hall.unit.id)
    systems.register(code="second", name="另一个", actor=hall.registrar)
    with pytest.raises(BadInput, match="选择这份文件来自哪一个"):
        hall.bring(hall.row())


def test_what_was_matched_while_the_file_waited_comes_in_and_the_job_lets_in_the_rest(hall, monkeypatch):
    batch = hall.bring(hall.row(), takes=False)
    hall.know()
    batches.let_in(batch, actor=hall.registrar)
    running.run(batch.id, rules=rules(hall.folder))
    assert len(cases()) == 1 and days()["codes"][1] == 1

    hall.bring(hall.row("B001", 窗口代码="B99"), hall.row("B002", 窗口代码="B99"))
    monkeypatch.setattr(letting_in, "AT_ONCE", 1)
    with clock.standing_at(START + timedelta(minutes=1)):
        hall.match({"B99": WINDOW})
        assert len(cases()) == 2
        assert letting_in.let_in_all() == 1 and len(cases()) == 3
