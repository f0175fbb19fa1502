"""区划 by its pages: the tree with its figures, and a file that shows what it would change before it does."""

import io

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Region
from models.log import Event
from operations.access.people import actor_named
from operations.clocks.office_time import local_time
from operations.directory import region_files
from operations.directory.region_files import Update
from operations.errors import NotAllowed
from tests.lives import START
from tests.views.counting import statements
from tests.views.guest import Page

HEAD = "代码,名称,级别,上级代码\n"
YEAR = HEAD + "9901,云州市,市,99\n990102,城东新区,县(区),9901\n990103,高新区,县(区),9901\n9901KF,云州开发区,开发区,9901\n坏,行,道,9901\n"


@pytest.fixture(autouse=True)
def now(city, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "IMPORTS_DIR", tmp_path)
    with clock.standing_at(START):
        yield START


def region(code):
    db.session.expire_all()
    return db.session.scalar(select(Region).where(Region.code == code))


def sent(visitor, text=YEAR, name="区划.csv", **fields):
    page = visitor.opens("/regions/import")
    own, = [place for place, form in enumerate(page.forms) if form["action"] == "/regions/import"]
    fields = page.form(own, file=(io.BytesIO(text.encode()), name), **fields)
    return Page(visitor.client.post("/regions/import", data=fields, content_type="multipart/form-data"))


def test_a_file_shows_its_changes_and_changes_nothing_until_it_is_published(guest):
    visitor = guest("security")
    page = sent(visitor, closes_missing="y")
    for words in ("改动 3 个代码", "城东区 → 城东新区", "9901KF", "本地代码", "停用", "临河县", "第 6 行"):
        assert words in page.words, words
    assert region("9901KF") is None
    done = visitor.sends(page, "/regions/import")
    assert done.leads_to == "/regions" and "3 个代码有改动" in visitor.opens("/regions").words
    assert region("990102").name == "城东新区" and region("9901KF").valid_from == local_time(START).date()
    assert region("990121").valid_to is not None, "a code is ended, never deleted"
    event = db.session.scalars(select(Event).where(Event.action == "update_regions")).one()
    assert event.actor_id == actor_named("security").user_id
    assert "没有改动" in sent(visitor, closes_missing="y").words


def test_what_has_changed_since_it_was_shown_is_shown_anew(guest):
    visitor = guest("admin")
    page = sent(visitor)
    region("990103").name = "高新技术区"
    db.session.commit()
    again = visitor.sends(page, "/regions/import")
    assert again.status == 409 and "高新技术区 → 高新区" in again.words
    assert visitor.sends(again, "/regions/import").leads_to == "/regions" and region("990103").name == "高新区"


@pytest.mark.parametrize(("text", "name", "words"), [
    ("", "空.csv", "空的"), (HEAD, "表.txt", "只接受"), ("甲,乙\n1,2\n", "表.csv", "表头"), ("PK\x03\x04", "表.xlsx", ""),
])
def test_a_file_that_is_none_is_said_in_words(guest, text, name, words):
    visitor = guest("security")
    page = sent(visitor, text, name)
    assert page.status == 422 and words in page.words
    assert visitor.sends(page, "/regions/import", step="publish", kept="../x").status == 422


def test_the_tree_counts_what_lies_below_and_leads_to_the_lists(guest):
    leader = guest("luoshizhang")
    top = leader.opens("/regions")
    page = leader.opens(top.links["云州市"])
    assert "城东区" in page.links
    listed = leader.opens("/enterprises?region=990102&count=1").words
    figure = next(text for text, url in page.links.items() if url == "/enterprises?region=990102").split()[0]
    assert f"{figure} 家" in listed
    assert "刘敏" in leader.opens("/stewards?region=990102").words
    assert "刘敏" not in leader.opens("/stewards?region=990121").words
    assert guest("tangyi").opens("/regions?at=9901").status == guest("admin").opens("/regions?at=77").status == 404
    assert "/enterprises?region" not in guest("admin").opens("/regions?at=9901").html


def test_many_places_cost_what_few_do(guest, city):
    visitor = guest("luoshizhang")
    with statements() as few:
        visitor.opens("/regions?at=990102")
    above = city.regions["990102"]
    db.session.add_all(Region(code=f"99010299{n:03d}", name=f"街道{n}", level="town", parent_id=above.id,
                              path=f"{above.path}{9000 + n}/") for n in range(130))
    db.session.commit()
    with statements() as many:
        page = visitor.opens("/regions?at=990102")
    assert len(many) == len(few) and "街道120" not in page.words
    assert "街道120" in visitor.opens(page.links["下一页"]).words


def test_only_administrators_publish(city, tmp_path):
    with pytest.raises(NotAllowed):
        region_files.publish(Update("0" * 64 + ".csv"), actor=actor_named("wujie"), folder=tmp_path, seen="")
