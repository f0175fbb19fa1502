"""The region tree: a file shows what it would change before it does; nothing is deleted, and paths follow a move."""

from datetime import date

import pytest
from sqlalchemy import select

from models.base import db
from models.directory import Region, RegionLevel
from models.log import Event
from models.tickets import Ticket
from operations.access.actor import SYSTEM
from operations.directory import regions as tree
from operations.directory.region_rows import of_file, of_package
from operations.errors import BadInput
from tests.lives import Life
from tests.views.counting import statements

HEAD = "代码,名称,级别,上级代码\n"
DAY = date(2027, 1, 1)


@pytest.fixture
def file(tmp_path):
    def write(rows, head=HEAD, name="regions.csv"):
        path = tmp_path / name
        path.write_text(head + rows, encoding="utf-8")
        return of_file(path)

    return write


def region(code):
    db.session.expire_all()
    return db.session.scalar(select(Region).where(Region.code == code))


def test_the_package_gives_a_city_its_counties_and_a_file_what_lies_below(app, file):
    assert tree.apply(tree.plan(of_package("2103")), actor=SYSTEM) >= 8
    places = file("210302001,长甸街道,街道,210302\n2103KF,经济开发区,开发区,2103\n")
    assert tree.apply(tree.plan(places), actor=SYSTEM) == 2
    chain = [region(code).id for code in ("21", "2103", "210302", "210302001")]
    assert region("210302001").path == "/" + "/".join(map(str, chain)) + "/"
    assert region("2103KF").level is RegionLevel.COUNTY


def test_the_same_file_again_changes_nothing(city, file):
    rows = "990103002,高新街道,乡镇(街道),990103\n"
    assert tree.apply(tree.plan(file(rows)), actor=SYSTEM) == 1
    again = tree.plan(file(rows))
    assert (again.count, again.known) == (0, 1)
    assert tree.apply(again, actor=SYSTEM) == 0
    assert len(db.session.scalars(select(Event).where(Event.action == "update_regions")).all()) == 1


def test_an_english_header_is_read_as_well(app, file):
    places = file("21,辽宁省,province,\n2103,鞍山市,city,21\n", head="code,name,level,parent_code\n")
    assert tree.apply(tree.plan(places), actor=SYSTEM) == 2


def test_every_bad_row_says_why_and_keeps_out_what_lies_below_it(city, file):
    found = tree.plan(file(
        "990104,东港区,县(区),9901\n990104,又一个,县(区),9901\n99-1,坏代码,县(区),9901\n990105,,县(区),9901\n"
        "990106,级别不对,道,9901\n990107,没有上级,县(区),\n990108,上级不在,县(区),9988\n990109,倒挂,市,990102\n"
        "990108001,在坏行下面,街道,990108\n"
    ))
    assert [place.code for place in found.added] == ["990104"]
    reasons = [
        "重复", "位数字或大写字母", "名称不能为空", "级别应为", "缺少上级", "9988 不在", "990102 的级别应高于本行", "990108 不在",
    ]
    assert [problem.row for problem in found.bad] == list(range(3, 11))
    assert all(reason in problem.reason for reason, problem in zip(reasons, found.bad, strict=True))


def test_a_move_takes_the_subtree_and_its_tickets_along(city, file):
    life = Life(city).handling()
    found = tree.plan(file("990102001,城东街道,街道,990103\n990121,临河区,县(区),9901\n"))
    assert [(one.before, one.after) for one in found.moved] == [("990102", "990103")]
    assert [(one.before, one.after) for one in found.renamed] == [("临河县", "临河区")]
    tree.apply(found, actor=SYSTEM)
    town = region("990102001")
    assert town.path == f"{region('990103').path}{town.id}/"
    assert db.session.get(Ticket, life.ticket.id).region_path == town.path
    assert region("990121").name == "临河区"


def test_the_yearly_file_closes_what_it_no_longer_lists_and_deletes_nothing(city, file):
    tree.apply(tree.plan(file("9901KF,开发区,开发区,9901\n")), actor=SYSTEM)
    year = "9901,云州市,市,99\n990102,城东区,县(区),9901\n990103,高新区,县(区),9901\n"
    assert tree.plan(file(year)).closed == []
    found = tree.plan(file(year), on=DAY, closes_missing=True)
    assert [one.code for one in found.closed] == ["990121"], "a local code is not the standard's to close"
    tree.apply(found, actor=SYSTEM)
    assert region("990121").valid_to == DAY and region("9901KF").valid_to is None
    back = tree.plan(file("990121,临河县,县(区),9901\n"))
    assert [one.code for one in back.reopened] == ["990121"]
    tree.apply(back, actor=SYSTEM)
    assert region("990121").valid_to is None


def test_a_dry_run_writes_nothing_and_many_rows_cost_what_few_do(city, file):
    few = file("990103002,甲街道,街道,990103\n")
    many = file("".join(f"9901030{n:02d},街道{n},街道,990103\n" for n in range(10, 60)))
    with statements() as said:
        found = tree.plan(many)
    assert len(said) == 1 and region("990103010") is None
    with statements() as of_many:
        tree.apply(found, actor=SYSTEM)
    with statements() as of_few:
        tree.apply(tree.plan(few), actor=SYSTEM)
    assert len(of_many) <= len(of_few)


def test_what_is_no_table_or_no_place_is_said_in_words(app, file):
    with pytest.raises(BadInput, match="表头"):
        file("1,2\n", head="甲,乙\n")
    with pytest.raises(BadInput, match="没有代码以"):
        of_package("77")
