"""派单归属 at the test client: the catalogue is kept by pages, and one click takes a suggestion."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.routing import CatalogueEntry, Suggestion
from operations.access.people import actor_named
from operations.tickets import catalogue
from operations.tickets.catalogue import Terms
from tests.lives import LAND, POWER
from tests.shared import ENGINES_TRIED
from tests.views.counting import statements
from tests.views.tickets_desk import Desk

# What no engine decides.
ONE_ENGINE = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
LAW = "《电力供应与使用条例》第二十三条"


@pytest.fixture
def desk(guest, life):
    life.submit().accept()
    return Desk(guest, life)


def enter(desk, category="城乡建设", unit=POWER, region="9901", assisting=()):
    city = desk.life.city
    with desk.life.here():
        return catalogue.enter(actor=actor_named("wujie"), category=category, region=city.regions[region], terms=Terms(
            city.organisations[unit], LAW, [city.organisations[name] for name in assisting]))


def taken(desk, username, page):
    """The workbook that the page's export gives."""
    export = next(form for form in page.forms if "/export" in form["action"])
    with clock.standing_at(desk.life.now):
        answer = desk.as_(username).client.post(export["action"], data=dict(export["fields"]), buffered=True)
    return openpyxl.load_workbook(io.BytesIO(answer.data)).active


def the_entry():
    db.session.expire_all()
    return db.session.scalars(select(CatalogueEntry).where(CatalogueEntry.ended_at.is_(None))).one()


@ONE_ENGINE
def test_the_centre_enters_changes_and_ends_an_entry_by_pages(desk):
    page = desk.opens("wujie", "/catalogue/new?category=水电气暖/报装")
    region = str(desk.life.city.regions["9901"].id)
    back = desk.sends("wujie", page, "new", region_id=region, lead="没有的单位", basis="")
    assert back.status == 422 and "没有找到单位" in back.words and "请写明依据" in back.words and "水电气暖/报装" in back.html
    assert desk.sends("wujie", page, "new", region_id="2147483647", lead=POWER, basis=LAW).status == 422
    fields = {"region_id": region, "lead": POWER, "basis": LAW, "assisting-0": LAND, "reason": "启用"}
    assert desk.sends("wujie", page, "new", **fields).leads_to == "/catalogue"
    again = desk.sends("wujie", desk.opens("wujie", "/catalogue/new?category=水电气暖/报装"), "new", **fields)
    assert again.status == 409 and "已经在目录里" in again.words

    entry = the_entry()
    page = desk.opens("wujie", f"/catalogue/{entry.id}/edit")
    assert POWER in page.html and LAND in page.html and LAW in page.html
    assert desk.sends("wujie", page, "edit", lead=LAND, reason="", **{"assisting-0": ""}).status == 422
    desk.sends("wujie", page, "edit", lead=LAND, reason="职责调整", **{"assisting-0": ""})
    late = desk.sends("wujie", page, "edit", lead=POWER, reason="我也改", form_key="another", **{"assisting-0": ""})
    assert late.status == 409 and "刚刚被他人修改" in late.words
    shown = desk.opens("wujie", f"/catalogue/{the_entry().id}")
    assert all(words in shown.words for words in ("第 2 版", "第 1 版", "职责调整", "市自然资源局", "市供电公司"))
    assert "移出目录" not in desk.opens("liumin", f"/catalogue/{the_entry().id}").words
    desk.sends("wujie", shown, "end", reason="并入他类")
    assert "目录还是空的" in desk.opens("liumin", "/catalogue").words


def test_what_the_catalogue_does_not_answer_is_listed(desk):
    desk.life.dispatch(POWER)
    enter(desk, "水电气暖")
    page = desk.opens("wujie", "/catalogue/lacking")
    assert "城乡建设" in page.links and "1 次" in page.words and "水电气暖" not in page.words
    assert page.links["城乡建设"] == "/catalogue/new?category=%E5%9F%8E%E4%B9%A1%E5%BB%BA%E8%AE%BE"
    enter(desk)
    assert "城乡建设" not in desk.opens("wujie", "/catalogue/lacking").links


@ONE_ENGINE
def test_one_click_takes_the_suggestion_with_its_reason(desk):
    enter(desk, assisting=[LAND])
    page = desk.opens("liumin", "dispatch")
    assert f"目录：云州市“城乡建设”由市供电公司主办，依据{LAW}" in page.words
    page = desk.opens("liumin", page.links["采用：云州市供电公司"])
    fields = page.form(next(i for i, form in enumerate(page.forms) if "/dispatch" in form["action"]))
    assert (fields["lead"], fields["assisting-0"], fields["basis"]) == (POWER, LAND, LAW)
    desk.sends("liumin", page, "dispatch")
    row = db.session.scalars(select(Suggestion)).one()
    assert row.unit_id == row.dispatched_unit_id == desk.ticket.lead_unit_id


def test_the_catalogue_takes_as_many_statements_for_many_as_for_few_and_is_taken_along(desk):
    enter(desk, "甲")
    counts = []
    for _ in range(2):
        desk.opens("wujie", "/catalogue?words=市")
        with statements() as seen:
            page = desk.opens("wujie", "/catalogue?words=市")
        counts.append(len(seen))
        for count in range(20):
            enter(desk, f"类别{count}", assisting=[LAND]) if len(counts) == 1 else None
    assert counts[0] == counts[1] and "类别19" in page.words
    sheet = taken(desk, "wujie", page)
    assert [cell.value for cell in sheet[1]][:3] == ["事项类别", "区域", "主办单位"] and sheet.max_row == 22


@ONE_ENGINE
def test_who_accepts_may_choose_what_the_catalogue_answers(desk):
    enter(desk, "水电气暖/报装/高压")
    desk.life.submit()
    page = desk.opens("liumin", "accept")
    assert all(f'<option value="{name}">' in page.html for name in ("水电气暖", "水电气暖/报装", "水电气暖/报装/高压"))
