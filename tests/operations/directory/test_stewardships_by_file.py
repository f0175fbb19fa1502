"""Stewards given to enterprises by a file: who may, what is wrong with a row, once and for all, and back again."""

import pytest
from sqlalchemy import select

from models.access import User
from models.base import db
from models.directory import Enterprise, ImportIssue, ImportKind, ImportState, Stewardship
from models.log import Event
from operations.directory import stewardship
from operations.directory.imports import issues, undoing
from operations.errors import Refused
from tests.importing import INDUSTRY, bring, counts

CODE, NAME, STEWARD, WHY = "统一社会信用代码", "企业名称", "企业管家", "理由"


@pytest.fixture
def firms(city):
    """Two enterprises of the industry bureau: one that 刘敏 has, one without a steward."""
    unit = city.organisations[INDUSTRY].id
    having, lacking = city.enterprises["福兴热电"], Enterprise(
        name="云州无人管有限公司", credit_code="91990102MA0088XY1A", region_id=city.regions["990102001"].id,
        owner_unit_id=unit)
    db.session.add(lacking)
    db.session.commit()
    return having, lacking


@pytest.fixture
def give(city, tmp_path, people):
    def rows(*given, username="hejun"):
        return bring(list(given), tmp_path, actor=people[username], unit_id=people[username].posts[0].unit_id,
                     kind=ImportKind.STEWARDSHIPS)
    return rows


def row(firm, who="wangqiang", **cells):
    return {CODE: firm.credit_code, STEWARD: who, **cells}


def steward_of(firm):
    rows = select(Stewardship).where(Stewardship.enterprise_id == firm.id, Stewardship.ended_at.is_(None))
    found = db.session.scalar(rows)
    return found and (found.steward.username, found.reason)


def said_of(batch):
    return {issue.line: issue.reason for issue in db.session.scalars(
        select(ImportIssue).where(ImportIssue.batch_id == batch.id, ImportIssue.is_warning.is_(False)))}


def test_each_enterprise_goes_over_with_the_reason_and_the_same_file_again_changes_nothing(firms, give):
    having, lacking = firms
    rows = row(having, **{WHY: "按网格调整"}), {NAME: lacking.name, STEWARD: "wangqiang"}
    batch = give(*rows)
    assert counts(batch) == (1, 1, 0, 0) and batch.state is ImportState.IMPORTED
    assert steward_of(having) == ("wangqiang", f"按网格调整（导入批次 {batch.id}）")
    assert steward_of(lacking) == ("wangqiang", f"按文件指派（导入批次 {batch.id}）")
    assert [(one.before, one.after) for one in issues.changes(batch)] == [("刘敏", "王强"), ("", "王强")]
    assert len(db.session.scalars(select(Event).where(Event.action == "assign_steward")).all()) >= 2
    assert counts(give(*rows)) == (0, 0, 2, 0)


def test_every_row_that_cannot_be_says_why_and_the_good_ones_go_in(firms, give, city):
    having, lacking = firms
    foreign = city.enterprises["恒轧机械"]
    batch = give(
        row(having), row(having), row(foreign), {NAME: "没有这家公司", STEWARD: "wangqiang"}, row(lacking, who="hejun"),
        {STEWARD: "wangqiang"}, row(lacking, who=""), {CODE: "9199", STEWARD: "wangqiang"},
    )
    assert counts(batch) == (0, 1, 0, 7)
    reasons = said_of(batch)
    for line, words in enumerate((
        "与第 2 行是同一家", "不是本单位填报", "目录里没有", "不是已登记的管家", "至少填一项", "为空", "18 位",
    ), start=3):
        assert words in reasons[line], (line, reasons[line])
    assert steward_of(having)[0] == "wangqiang" and steward_of(lacking) is None


def test_a_batch_goes_back_while_nobody_has_changed_it_since(firms, give, people):
    having, lacking = firms
    batch = give(row(having), row(lacking))
    undoing.undo(batch, actor=people["hejun"])
    assert steward_of(having) == ("liumin", f"撤销导入批次 {batch.id}") and steward_of(lacking) is None
    again, steward = give(row(lacking)), db.session.get_one(User, people["liumin"].user_id)
    stewardship.assign(lacking, actor=people["hejun"], steward=steward, reason="改派")
    with pytest.raises(Refused, match="后来又改过"):
        undoing.undo(again, actor=people["hejun"])
