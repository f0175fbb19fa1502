"""填报情况: what a unit should have reported and has; every figure is as long as the list behind it."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from models import clock
from models.access import User
from models.base import db
from models.directory import Enterprise, EnterpriseStatus, Industry, Steward
from models.engagement import Interaction, InteractionKind
from models.insight import FillingSnapshot
from models.log import Event
from models.notices import Notice
from operations.access.people import actor_named
from operations.directory import filling as acts
from operations.errors import NotAllowed, Refused
from operations.insight import filling
from tests.lives import START
from tests.views.counting import statements


@pytest.fixture
def reported(city):
    """城东区 has reported three stewards: one who talks, one who signed in, one who never did; one has left."""
    unit = city.organisations["城东街道办事处"].id
    for username, seen in (("liumin", START), ("wangqiang", START), ("yangfan", None), ("songli", START)):
        db.session.get(User, city.users[username].id).first_signed_in_at = seen
        left = START if username == "songli" else None
        db.session.add(Steward(user_id=city.users[username].id, owner_unit_id=unit, left_at=left))
    db.session.add(Interaction(
        enterprise_id=city.enterprises["恒轧机械"].id, steward_id=city.users["liumin"].id, kind=InteractionKind.PHONE,
        occurred_at=START - timedelta(days=3), recorded_at=START, content="问了用电的事",
    ))
    db.session.get(Enterprise, city.enterprises["好邻居便利店"].id).status = EnterpriseStatus.DEREGISTERED
    db.session.commit()
    with clock.standing_at(START):
        yield city


def of(username, name):
    return next(unit for unit in filling.figures(actor_named(username)) if unit.short_name == name)


def test_figures_are_what_the_unit_and_those_below_it_reported(reported):
    counts = of("hening", "城东区政府").counts
    assert (counts.stewards, counts.active, counts.silent) == (3, 1, 2)
    assert of("hening", "市工信局").counts.enterprises == 3
    assert counts.enterprises == 0, "the only shop of the district is deregistered"


def test_everybody_sees_the_units_of_their_own_place(reported):
    people = ("hening", "tangyi", "hejun")
    seen = {name: {unit.short_name for unit in filling.figures(actor_named(name))} for name in people}
    assert seen["hejun"] == {"市工信局"} and seen["tangyi"] == {"城东区政府"}
    assert seen["hening"] == {"市政府", "市发改委", "市工信局", "市商务局", "城东区政府"}


@pytest.mark.parametrize("figure", ["enterprises", "matched", "unmatched", "stewards", "active", "silent"])
def test_every_figure_is_as_long_as_the_list_behind_it(reported, guest, figure):
    for unit in filling.figures(actor_named("hening")):
        page = guest("hening").opens(f"/filling/{unit.id}/{figure}")
        assert page.status == 200
        assert len(re.findall("data-row", page.html)) == getattr(unit.counts, figure), unit.name


def test_targets_are_set_by_the_offices_above_and_say_who_is_behind(reported):
    unit = of("hening", "市工信局")
    acts.set_target(unit, actor=actor_named("wujie"), enterprises=3, stewards=0)
    assert not of("hening", "市工信局").counts.is_behind
    acts.set_target(unit, actor=actor_named("hening"), enterprises=5, stewards=1)
    assert of("hejun", "市工信局").counts.is_behind
    for username in ("hejun", "tangyi", "luoshizhang"):
        with pytest.raises(NotAllowed):
            acts.set_target(unit, actor=actor_named(username), enterprises=0, stewards=0)


def test_a_unit_behind_is_reminded_once_a_day(reported):
    unit = of("hening", "市工信局")
    with pytest.raises(Refused, match="没有落后"):
        acts.remind(unit, actor=actor_named("hening"))
    acts.set_target(unit, actor=actor_named("hening"), enterprises=5, stewards=1)
    unit = of("hening", "市工信局")
    assert acts.remind(unit, actor=actor_named("hening")) == 1
    with pytest.raises(Refused, match="今天已经提醒过"):
        acts.remind(unit, actor=actor_named("wujie"))
    told = db.session.scalars(select(Notice)).one()
    assert (told.user_id, told.words) == (
        reported.users["hejun"].id, "企业应报 5，已报 3；管家应报 1，已报 0。请尽快补报。"
    )
    with clock.standing_at(START + timedelta(days=1)):
        acts.remind(of("hening", "市工信局"), actor=actor_named("hening"))
    assert db.session.scalar(select(func.count()).where(Event.action == "remind_filling")) == 2


def test_a_unit_without_registrars_cannot_be_reminded(reported):
    unit = of("hening", "市政府")
    acts.set_target(unit, actor=actor_named("hening"), enterprises=500, stewards=1)
    with pytest.raises(Refused, match="还没有填报人"):
        acts.remind(of("hening", "市政府"), actor=actor_named("hening"))


def test_a_week_is_frozen_once_and_stays(reported):
    assert acts.freeze_week() == 5
    assert acts.freeze_week() == 0
    db.session.get(Enterprise, reported.enterprises["鑫源包装"].id).status = EnterpriseStatus.DEREGISTERED
    db.session.commit()
    with clock.standing_at(START + timedelta(days=7)):
        assert acts.freeze_week() == 5
        weeks = filling.trend([of("hening", "市工信局")])
    assert [(str(row.week), row.enterprises) for row in weeks] == [("2026-08-24", 2), ("2026-08-17", 3)]
    assert db.session.scalar(select(func.count()).select_from(FillingSnapshot)) == 10


def test_the_page_shows_figures_weeks_and_whom_to_remind(reported, guest):
    acts.set_target(of("hening", "市工信局"), actor=actor_named("hening"), enterprises=5, stewards=1)
    acts.freeze_week()
    page = guest("hening").opens("/filling")
    assert "落后" in page.words and "8月17日" in page.words and "60.0%" in page.words
    unit = of("hening", "市工信局").id
    assert "发提醒" in guest("hening").opens(f"/filling/{unit}").words
    assert "发提醒" not in guest("hejun").opens(f"/filling/{unit}").words
    assert guest("tangyi").opens(f"/filling/{unit}").status == 404
    assert guest("hening").opens(f"/filling/{unit}/nonsense").status == 404


def test_a_target_is_set_and_a_reminder_sent_by_the_page(reported, guest):
    unit, browser = of("hening", "市工信局").id, guest("wujie")
    path = f"/filling/{unit}"
    wrong = browser.sends(browser.opens(path), path, enterprises="-1", stewards="x")
    assert wrong.status == 422 and "应报企业数须是 0 到" in wrong.words
    browser.sends(browser.opens(path), path, enterprises="7", stewards="2")
    assert of("hening", "市工信局").counts.enterprises_due == 7
    browser.sends(browser.opens(path), f"{path}/remind")
    assert of("hening", "市工信局").reminded_on == START.date()


def test_the_table_can_be_taken_along(reported, guest):
    browser = guest("hening")
    answer = browser.sends(browser.opens("/filling"), "/filling/export").answer
    sheet = load_workbook(io.BytesIO(answer.data)).active
    answer.close()
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("填报单位", "应报企业", "已报企业")
    assert rows[-1][0] == "合计" and rows[-1][2] == sum(row[2] for row in rows[1:-1])


def test_figures_cost_the_same_statements_for_one_unit_and_for_many(reported):
    hening, hejun = actor_named("hening"), actor_named("hejun")
    with statements() as many:
        filling.figures(hening)
    with statements() as one:
        filling.figures(hejun)
    assert len(many) == len(one) == 6


def test_the_standard_lists_twenty_sections_and_ninety_seven_divisions(app):
    rows = db.session.execute(select(Industry.code, Industry.section)).all()
    divisions = [row for row in rows if row.code.isdecimal()]
    assert sorted(row.code for row in divisions) == [f"{number:02d}" for number in range(1, 98)]
    assert {row.section for row in divisions} == {row.code for row in rows if not row.code.isdecimal()}
    assert len(rows) == 117
