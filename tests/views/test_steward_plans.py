"""The pages of plans: made, read, corrected, carried out."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Enterprise, StewardPlan
from tests.lives import START
from tests.views.counting import statements


@pytest.fixture
def clerk(guest, city):
    with clock.standing_at(START):
        yield guest("wujie")


def form_of(page, ending):
    return next(i for i, form in enumerate(page.forms) if form["action"].endswith(ending))


def made(clerk, **fields):
    page = clerk.opens("/steward-plans")
    return clerk.sends(page, "/steward-plans", index=form_of(page, "/steward-plans"), **fields)


def test_a_plan_is_made_corrected_and_carried_out(clerk, city):
    plan = clerk.follows(made(clerk))
    assert "河口镇老边家饺子馆" in plan.words and "没有人选" in plan.words and "1 家没有合适的管家" in plan.words
    row = clerk.opens(plan.links["改人选：河口镇老边家饺子馆"])
    wrong = clerk.sends(row, index=form_of(row, "?"), steward="没有这人")
    assert wrong.status == 422 and "没有在岗的管家" in wrong.words
    plan = clerk.follows(clerk.sends(row, index=form_of(row, "?"), steward="wangqiang"))
    assert "人工指定：王强" in plan.words and "分配 1 家" in plan.words
    done = clerk.follows(clerk.sends(plan, index=form_of(plan, "/carry-out")))
    assert "方案已执行：已分配 1 家" in done.words and "改人选" not in done.words
    assert "每家企业都有在岗的主管家" in clerk.opens("/stewards/vacant").words
    assert "没有需要分配的企业" in made(clerk).words


def test_a_plan_is_made_for_one_region_and_given_up(clerk):
    assert "你的区域里没有“月球”" in made(clerk, region="月球").words
    assert "没有需要分配的企业" in made(clerk, region="城东区").words
    plan = clerk.follows(made(clerk, region="临河县"))
    given_up = clerk.follows(clerk.sends(plan, index=form_of(plan, "/give-up")))
    assert "没有改动任何企业" in given_up.words and "没有执行" in given_up.words


def test_a_plan_is_its_units_alone(clerk, guest):
    made(clerk)
    plan = db.session.scalars(select(StewardPlan.id)).one()
    for username in ("tangyi", "dengli", "liumin", "hening", "hengzha"):
        assert guest(username).opens(f"/steward-plans/{plan}").status == 404
    assert guest("liumin").opens("/steward-plans").status == 404


def test_a_long_plan_takes_as_many_statements_and_leads_on(clerk, city):
    region = city.regions["990121100"].id
    db.session.add_all(Enterprise(name=f"小店{n:03}", region_id=region, quiet_since=START) for n in range(60))
    db.session.commit()
    first = clerk.follows(made(clerk))
    path = f"/steward-plans/{db.session.scalars(select(StewardPlan.id)).one()}"
    with statements() as seen:
        clerk.opens(path)
    second = clerk.opens(first.links["下一页"])
    assert first.words.count("改人选：") + second.words.count("改人选：") == 61 and len(seen) <= 10
