"""改资料: who may, what cannot be, and what follows from a change."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import EnterpriseName, EnterpriseSize, EnterpriseStatus, FactChange
from models.log import Event
from operations.directory import standing
from operations.directory.facts import change_facts, changed_since, differences
from operations.directory.sizes import size_of
from operations.errors import BadInput, DomainError, NotAllowed, Refused, Stale
from tests.lives import START


@pytest.fixture(autouse=True)
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def firm(city):
    """鑫源包装, which the 工信 bureau owns."""
    return city.enterprises["鑫源包装"]


def change(firm, people, by="hejun", **changes):
    return change_facts(firm, actor=people[by], changes=changes, source="年报")


def test_a_change_is_kept_before_and_after_with_its_source_and_nothing_personal_in_the_log(firm, people):
    made = change(firm, people, contact_phone="139 0000 1111", contact_name="张丽")

    assert {(one.field, one.before, one.after) for one in made} == {
        ("contact_phone", "13800000013", "13900001111"), ("contact_name", "张丽 行政经理", "张丽")}
    assert {one.source for one in made} == {"年报"} and firm.version == 2
    event = db.session.scalars(select(Event).where(Event.action == "change_facts")).one()
    assert "13900001111" not in event.body and '"contact_phone"' in event.body


def test_what_stays_as_it_is_changes_nothing_and_leaves_no_event(firm, people):
    assert change(firm, people, name=f" {firm.name} ", revenue="") == [] and firm.version == 1
    assert not db.session.scalars(select(Event).where(Event.action == "change_facts")).all()


@pytest.mark.parametrize("by", ["dengli", "fangming", "liumin", "wujie", "xinyuan", "admin"])
def test_only_the_owners_registrar_changes_facts(firm, people, by):
    with pytest.raises(NotAllowed):
        change(firm, people, by, address="别处")


def test_a_new_name_keeps_the_former_one_and_its_initials_follow(firm, people):
    former = firm.name
    change(firm, people, name="云州新源包装有限公司")

    assert firm.initials == "yzxybzyxgs"
    kept = db.session.scalars(select(EnterpriseName)).one()
    assert (kept.name, kept.ended_on) == (former, date(2026, 8, 19))


def test_another_class_or_ground_is_another_owner_and_the_former_one_loses_it(city, firm, people):
    change(firm, people, category="commerce")
    assert firm.owner_unit.name == "云州市商务局"
    with pytest.raises(NotAllowed):
        change(firm, people, address="别处")

    made = change(firm, people, "baixue", category="services", region_id="990102001")
    assert firm.owner_unit.name == "城东区人民政府"
    assert ("owner_unit_id", "市商务局", "城东区政府") in {
        (one.field, one.before.split()[-1], one.after.split()[-1]) for one in made}


def test_the_size_follows_from_industry_staff_and_revenue(firm, people):
    change(firm, people, industry="C3130", staff_count="320", revenue="2,000.5")
    assert firm.industry == "3130" and firm.revenue == Decimal("2000.5") and firm.size is EnterpriseSize.MEDIUM
    change(firm, people, staff_count=299)
    assert firm.size is EnterpriseSize.SMALL


SIZES = (
    ("31", 1000, 40000, None, "large"), ("31", 1000, 39999, None, "medium"), ("31", 19, 299, None, "micro"),
    ("51", 5, 1000, None, "small"), ("47", None, 80000, 80000, "large"), ("01", None, 49, None, "micro"),
    ("83", 100, None, None, "medium"), ("72", 300, None, 119999, "medium"), ("31", None, 50000, None, "unknown"),
    ("", 100, 100, 100, "unknown"),
)


@pytest.mark.parametrize(("industry", "staff", "revenue", "assets", "size"), SIZES)
def test_sizes_are_those_of_the_rule_of_2017(industry, staff, revenue, assets, size):
    facts = type("Facts", (), {"industry": industry, "staff_count": staff, "revenue": revenue, "assets": assets})

    assert size_of(facts) == size


BAD = (
    ({"name": "  "}, "请填写企业名称"), ({"name": "长" * 201}, "最多 200 字"), ({"credit_code": "91990102MA"}, "18 位"),
    ({"credit_code": "91990102MA0001XYOX"}, "不含字母"), ({"credit_code": "91990102MA0001XY8Y"}, "校验位不符"),
    ({"contact_phone": "12345"}, "联系电话"), ({"revenue": "多少"}, "数字"), ({"revenue": "-1"}, "0 到"),
    ({"revenue": "1.23456"}, "四位小数"), ({"revenue": "NaN"}, "0 到"), ({"assets": "1e99"}, "0 到"),
    ({"staff_count": "3.5"}, "整数"), ({"founded_on": "2027-01-01"}, "不可能"), ({"founded_on": "1900-01-01"}, "不可能"),
    ({"founded_on": "二〇二〇年"}, "2026-08-24"), ({"industry": "Z99"}, "行业代码"), ({"category": "none"}, "填报类别"),
    ({"region_id": "000000"}, "区划"), ({"region_id": 2_000_000_000}, "区划"), ({"owner_unit_id": 1}, "不能更改"),
    ({"credit_code": "91990102MA0001XY8X"}, "已登记在另一家"),
)


@pytest.mark.parametrize(("changes", "why"), BAD)
def test_what_cannot_be_is_refused_with_its_reason(firm, people, changes, why):
    before = firm.version
    with pytest.raises((BadInput, Refused), match=why):
        change(firm, people, **changes)
    db.session.refresh(firm)
    assert firm.version == before and not db.session.scalars(select(FactChange)).all()


def test_a_wrong_check_digit_is_taken_with_a_reason_and_the_reason_is_kept(firm, people):
    change(firm, people, credit_code="92990102MA0001XY8Y", code_override="执照原件即如此")
    assert firm.code_override == "执照原件即如此" and firm.kind.value == "sole_trader"


def test_two_registrars_at_once_the_second_sees_what_the_first_changed(firm, people):
    change(firm, people, address="甲路 1 号")
    with pytest.raises(Stale):
        change_facts(firm, actor=people["hejun"], changes={"address": "乙路 2 号"}, source="", version=1)
    assert [one.after for one in changed_since(firm, 1)] == ["甲路 1 号"]
    assert [(one.now, one.then) for one in differences(firm, {"address": "乙路 2 号"})] == [("甲路 1 号", "乙路 2 号")]


def test_resting_and_striking_off_are_dated_and_can_be_taken_back(firm, people):
    registrar = people["hejun"]
    standing.suspend(firm, actor=registrar, since=date(2026, 8, 1), until=date(2027, 7, 31), reason="歇业备案")
    assert firm.status is EnterpriseStatus.SUSPENDED and firm.is_live and not standing.rest_is_over(firm)
    standing.resume(firm, actor=registrar, reason="复工")
    assert firm.status is EnterpriseStatus.OPERATING and firm.suspended_from is None
    standing.deregister(firm, actor=registrar, reason="注销公告")
    assert not firm.is_live
    with pytest.raises(DomainError):
        standing.suspend(firm, actor=registrar, since=date(2026, 8, 1), until=date(2026, 9, 1), reason="歇业")
    standing.resume(firm, actor=registrar, reason="误注销")
    assert firm.is_live and {one.source for one in db.session.scalars(select(FactChange))} >= {"歇业备案", "误注销"}


@pytest.mark.parametrize(("until", "reason", "why"), [
    (date(2029, 8, 30), "备案", "三年"), (date(2026, 7, 1), "备案", "之后"), (date(2026, 9, 1), " ", "依据")])
def test_a_rest_has_an_end_within_three_years_and_a_reason(firm, people, until, reason, why):
    with pytest.raises(BadInput, match=why):
        standing.suspend(firm, actor=people["hejun"], since=date(2026, 8, 1), until=until, reason=reason)
