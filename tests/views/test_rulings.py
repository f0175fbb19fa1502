"""裁定先例, 退回率 and 派单建议准确率 at the test client: each figure equals the list behind it."""

import re

import pytest
from sqlalchemy import func, select

from models.base import db
from models.routing import Ruling
from models.tickets import Proposal
from operations.tickets import coordination
from tests.lives import FINANCE, LAND, POWER, Life
from tests.shared import ENGINES_TRIED
from tests.views.counting import statements
from tests.views.test_routing import enter, taken
from tests.views.tickets_desk import Desk

# What no engine decides.
ONE_ENGINE = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
BACK = {"reason": "外线在规划红线内，不属供电设施。", "law": "城乡规划法", "article": "第十一条", "suggested_unit": LAND}


@pytest.fixture
def desk(guest, life):
    life.submit().accept()
    return Desk(guest, life)


def returned(desk, officer, leader, unit, **said):
    """The unit is given the ticket, and returns it ten minutes later by its pages."""
    desk.life.dispatch(unit).wait(minutes=10)
    desk.does(officer, "propose-send-back", **{**BACK, **said})
    page = desk.opens(leader, f"/sign-offs/{db.session.scalars(select(func.max(Proposal.id))).one()}")
    assert desk.sends(leader, page, "grant").status == 302
    desk.life.wait(minutes=10)


@pytest.fixture
def disputed(desk):
    returned(desk, "chenjing", "zhoujian", POWER)
    returned(desk, "litao", "gaofeng", LAND, law="电力供应与使用条例", article="第二十三条", suggested_unit=POWER)
    return desk


def ruled(desk, **said):
    page = desk.opens("wujie", "dispatch?ruling=1")
    fields = {"lead": POWER, "basis": "《电力供应与使用条例》第二十三条", "ruling_words": "产权分界点在厂区外。", **said}
    assert desk.sends("wujie", page, "dispatch", is_ruling="y", **fields).status == 302
    return db.session.scalars(select(Ruling)).one().id


def rows(page):
    """The cells of the rows of the page's tables, as one reads them."""
    found = []
    for row in page.html.split("<tr data-row>")[1:]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row.split("</tr>")[0], re.S)
        found.append([re.sub(r'<span class="vh">.*?</span>|<[^>]+>|\s', "", cell) for cell in cells])
    return found


def listed(desk, username, page, href):
    assert href in page.links.values(), page.links
    return desk.opens(username, href).html.count("<tr data-row>")


@ONE_ENGINE
def test_both_sides_stand_beside_each_other_and_the_days_have_an_owner(disputed):
    queue = disputed.opens("wujie", "/dispatch")
    page = disputed.opens("wujie", queue.links["各方理由和已用时间：厂区外接线路迟迟未送电"])
    for words in ("市供电公司", "《城乡规划法》第十一条", "市自然资源局", "《电力供应与使用条例》第二十三条", "建议改派", "共 40 分"):
        assert words in page.words, words
    assert [(holder, used, share) for holder, _, used, share in rows(page)] == [
        ("市供电公司", "10分", "25%"), ("市自然资源局", "10分", "25%"), ("协调（没有主办单位）", "20分", "50%")]
    assert "裁定派单" in page.links and "裁定派单" not in disputed.opens("hening", f"/rulings/cases/{disputed.number}").links
    assert disputed.opens("tangyi", f"/rulings/cases/{disputed.number}").status == 200, "it lies in that county"
    assert disputed.opens("chenjing", f"/rulings/cases/{disputed.number}").status == 404


@ONE_ENGINE
def test_a_unit_that_was_only_named_has_its_side_too(desk):
    enter(desk)
    returned(desk, "chenjing", "zhoujian", POWER)
    page = desk.opens("wujie", f"/rulings/cases/{desk.number}")
    assert "还没有派给过它" in page.words and "退回过本件" in page.words
    assert "退回过本件" in desk.opens("wujie", "dispatch").words


def test_a_ruling_is_found_by_words_category_and_unit_and_offered_for_the_like(disputed):
    ruling = ruled(disputed)
    unit = {name: disputed.life.unit(name).id for name in (POWER, LAND, FINANCE)}
    found = ("", "words=产权 送电", "words=第二十三条", "topic=城乡建设", f"unit={unit[LAND]}", f"unit={unit[POWER]}")
    for query in found:
        assert disputed.opens("hening", f"/rulings?{query}").html.count("<tr data-row>") == 1, query
    for query in ("words=没有的词", "topic=别的", f"unit={unit[FINANCE]}"):
        assert "没有符合条件的裁定" in disputed.opens("hening", f"/rulings?{query}").words, query
    assert disputed.opens("hening", "/rulings?unit=0").status == 404
    for username, code in (("hening", 200), ("litao", 200), ("chenjing", 200), ("sunyue", 404), ("liumin", 404)):
        assert disputed.opens(username, f"/rulings/{ruling}").status == code, username
    assert "产权分界点在厂区外。" in disputed.opens("litao", f"/rulings/{ruling}").words
    assert "看裁定和各方理由" in disputed.opens("chenjing", "?tab=work").links
    assert "归属已经裁定，不能再退回" in disputed.opens("chenjing").words
    other = Desk(disputed.guest, Life(disputed.life.city).at("2026-08-20 09:00").submit().accept())
    assert "同类事项裁定由市供电公司办理" in other.opens("liumin", "dispatch").words


@ONE_ENGINE
def test_a_ruling_without_its_basis_comes_back(disputed):
    page = disputed.opens("wujie", "dispatch?ruling=1")
    answer = disputed.sends("wujie", page, "dispatch", lead=POWER, basis=" \n", ruling_words="写好的理由")
    assert answer.status == 422 and "写好的理由" in answer.html and db.session.scalar(select(Ruling)) is None
    assert "ruling_words" not in disputed.opens("liumin", "dispatch").html


def test_the_rate_of_returns_equals_the_register_behind_it(disputed):
    disputed.life.dispatch(POWER, by="wujie")
    page = disputed.opens("hening", "/returns/figures?month=2026-08")
    unit = disputed.life.unit(POWER).id
    assert sorted(rows(page)) == [["市供电公司样本不足", "2", "1", "50.0%", "1"], ["市自然资源局样本不足", "1", "1", "100.0%", "0"]]
    for state, count in (("", 2), ("&state=returned", 1), ("&state=again", 1)):
        assert listed(disputed, "hening", page, f"/returns?month=2026-08&unit={unit}{state}") == count
    mine = disputed.opens("litao", "/returns?state=returned")
    assert mine.html.count("<tr data-row>") == 1 and "不属供电设施" in mine.words
    assert "还没有派过单" in disputed.opens("hening", "/returns/figures?month=2026-07").words


def test_each_figure_of_the_suggestions_equals_its_list(desk):
    enter(desk)
    desk.life.dispatch(LAND)
    desk.life.does(coordination.transfer, "wujie", lead=desk.life.unit(POWER), reason="职责所在")
    Life(desk.life.city).submit().accept().dispatch(POWER)
    by_topic = desk.opens("hening", "/suggestions/figures?month=2026-08")
    # 派单 有建议 按建议派 建议与最终一致 派单与最终一致 退回或改派
    assert rows(by_topic) == [["城乡建设", "2", "2", "1", "2", "1", "1", "100.0%", "50.0%"]]
    topic = "topic=%E5%9F%8E%E4%B9%A1%E5%BB%BA%E8%AE%BE"
    for state, count in (("", 2), ("offered", 2), ("taken", 1), ("right", 2), ("stayed", 1), ("moved", 1)):
        ending = f"&state={state}" if state else ""
        assert listed(desk, "hening", by_topic, f"/suggestions?month=2026-08&{topic}{ending}") == count
    by_unit = desk.opens("hening", "/suggestions/figures?month=2026-08&by=unit")
    assert by_unit.html.count("<tr data-row>") == 2
    unit = desk.life.unit(LAND).id
    assert listed(desk, "hening", by_unit, f"/suggestions?month=2026-08&unit={unit}&state=moved") == 1
    sheet = taken(desk, "hening", desk.opens("hening", "/suggestions?month=2026-08&state=moved"))
    assert [cell.value for cell in sheet[2]][3:8] == [
        "目录", "市供电公司", "目录：云州市“城乡建设”由市供电公司主办，依据《电力供应与使用条例》第二十三条", "市自然资源局", "市供电公司"]


def test_lists_take_as_many_statements_for_many_as_for_few(desk):
    month = "month=2026-08"
    pages = (f"/returns?{month}", f"/returns/figures?{month}", f"/suggestions?{month}", f"/suggestions/figures?{month}",
             "/rulings")
    counts = []
    for many in (1, 5):
        for _ in range(many):
            Life(desk.life.city).submit().accept().dispatch(POWER, by="wujie", is_ruling=True)
        for path in pages if many == 1 else ():
            desk.opens("hening", path)
        counts.append([])
        for path in pages:
            with statements() as seen:
                assert desk.opens("hening", path).status == 200
            counts[-1].append(len(seen))
    assert counts[0] == counts[1]


@ONE_ENGINE
@pytest.mark.parametrize("query", ["month=2026-13&state=nonsense&after=x", "month=九月&topic=-", "by=nothing&before=-1"])
def test_a_filter_that_cannot_be_read_asks_for_nothing(desk, query):
    for path in ("/returns", "/returns/figures", "/suggestions", "/suggestions/figures", "/rulings"):
        assert desk.opens("hening", f"{path}?{query}").status == 200, path
