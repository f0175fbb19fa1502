"""派单目录 by a workbook: what it would change is shown with its bad rows, and the same file twice changes nothing."""

import io

import pytest
from sqlalchemy import func, select

from models import clock
from models.base import db
from models.log import Event
from models.routing import CatalogueEntry
from operations.access.people import actor_named
from operations.tickets import catalogue, catalogue_files
from operations.tickets.catalogue import Terms
from tests.lives import LAND, POWER, START
from tests.views.counting import statements
from tests.views.guest import Page

HEAD = "事项类别,区域,主办单位,协办单位,法律或职责依据,说明\n"
LAW = "《电力供应与使用条例》第二十三条"
GOOD = f"水电气暖 / 报装,9901,云州市供电公司,市自然资源局,{LAW},年度修订\n用地规划,云州市,市自然资源局,,城乡规划法,\n"
BAD = f"""水电气暖/报装,9901,市供电公司,,{LAW},重复
一/二/三/四,9901,市供电公司,,{LAW},
消防安全,330000,市供电公司,,{LAW},
消防安全,9901,没有这个局,,{LAW},
消防安全,9901,市供电公司,市供电公司,{LAW},
消防安全,9901,市供电公司,,,
"""


@pytest.fixture(autouse=True)
def now(city, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "IMPORTS_DIR", tmp_path)
    with clock.standing_at(START):
        catalogue.enter(actor=actor_named("wujie"), category="用地规划", region=city.regions["9901"],
                        terms=Terms(city.organisations[POWER], "旧依据"))
        yield START


def sent(visitor, content, name="目录.csv"):
    page = visitor.opens("/catalogue/import")
    own, = [place for place, form in enumerate(page.forms) if form["action"] == "/catalogue/import"]
    content = content if isinstance(content, bytes) else content.encode()
    fields = page.form(own, file=(io.BytesIO(content), name))
    return Page(visitor.client.post("/catalogue/import", data=fields, content_type="multipart/form-data"))


def read(answer):
    with answer:
        return answer.data


def holding():
    db.session.expire_all()
    rows = select(CatalogueEntry).where(CatalogueEntry.ended_at.is_(None)).order_by(CatalogueEntry.category)
    return [(row.category, row.lead_unit.name, row.revision, row.reason) for row in db.session.scalars(rows)]


def test_a_file_shows_what_it_would_change_and_the_second_time_nothing(guest):
    visitor = guest("wujie")
    page = sent(visitor, HEAD + GOOD + BAD)
    for words in ("改动 2 条", "与第 2 行是同一类别", "第 5 行", "最多三级", "不在您管理的区域里", "不是可以派单的单位", "不能重复",
                  "依据应填写", "市供电公司 →"):
        assert words in page.words, words
    assert holding() == [("用地规划", POWER, 1, "")]
    assert visitor.sends(page, "/catalogue/import").leads_to == "/catalogue"
    assert holding() == [("水电气暖/报装", POWER, 1, "年度修订"), ("用地规划", LAND, 2, "批量导入")]
    assert "新增 1 条，修改 1 条" in visitor.opens("/catalogue").words
    event = db.session.scalars(select(Event).where(Event.action == "import_catalogue")).one()
    assert event.actor_id == actor_named("wujie").user_id
    again = sent(visitor, HEAD + GOOD)
    assert "没有改动" in again.words and "2 行与现行目录一致" in again.words


def test_what_was_exported_comes_in_again_without_a_change_and_the_template_is_one(guest):
    visitor = guest("wujie")
    visitor.sends(sent(visitor, HEAD + GOOD), "/catalogue/import")
    taken = read(visitor.sends(visitor.opens("/catalogue"), "/catalogue/export").answer)
    assert "没有改动" in sent(visitor, taken, "目录.xlsx").words
    empty = read(visitor.client.get("/catalogue/import/template"))
    assert "只有表头" in sent(visitor, empty, "模板.xlsx").words


def test_what_has_changed_since_it_was_shown_is_shown_anew(guest):
    visitor = guest("wujie")
    page = sent(visitor, HEAD + GOOD)
    with clock.standing_at(START):
        entry = db.session.scalars(select(CatalogueEntry)).one()
        catalogue.end(entry, actor=actor_named("wujie"), reason="重写")
    again = visitor.sends(page, "/catalogue/import")
    assert again.status == 409 and "有变化" in again.words
    assert visitor.sends(again, "/catalogue/import").leads_to == "/catalogue"
    assert holding()[1] == ("用地规划", LAND, 2, "批量导入")


def test_many_rows_cost_as_many_statements_as_few(city, tmp_path):
    actor, counted = actor_named("wujie"), []
    for many in (3, 60):
        rows = "".join(f"类别{many}{n},9901,{POWER},{LAND},{LAW},\n" for n in range(many))
        name = catalogue_files.keep(io.BytesIO((HEAD + rows).encode()), "a.csv", actor=actor, folder=tmp_path)
        plan = catalogue_files.preview(name, actor=actor, folder=tmp_path)
        with statements() as asked:
            catalogue_files.publish(name, actor=actor, folder=tmp_path, seen=plan.mark)
        counted.append(len(asked))
    assert counted[0] == counted[1]
    assert db.session.scalar(select(func.count()).select_from(CatalogueEntry)) == 64


@pytest.mark.parametrize(("content", "name", "words"), [
    ("", "空.csv", "空的"), (HEAD, "表.txt", "只接受"), ("甲,乙\n1,2\n", "表.csv", "表头"), (HEAD, "表.csv", "只有表头"),
])
def test_a_file_that_is_none_is_said_in_words(guest, content, name, words):
    visitor = guest("wujie")
    page = sent(visitor, content, name)
    assert page.status == 422 and words in page.words
    assert visitor.sends(page, "/catalogue/import", step="publish", kept="../x").status == 422
