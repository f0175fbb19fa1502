"""无事不扰: how many visits a month bears, and what is asked of whoever goes once more."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.base import db
from models.clocks import Policy
from models.directory import Enterprise
from models.engagement import Interaction, InteractionKind
from operations.access.people import actor_named
from operations.engagement import cap, visits
from operations.engagement.cap import OverCap
from operations.engagement.interactions import Talk, log_interaction
from operations.errors import BadInput, NotAllowed
from tests.lives import START
from tests.together import at_once

DAY = timedelta(days=1)
SAID = "看了二期厂房，问了外线送电和用工的情况。"


@pytest.fixture
def visit(city, people):
    def visited(at=START, **rest):
        talk = Talk(InteractionKind.VISIT, SAID, **rest)
        with clock.standing_at(at):
            return log_interaction(city.enterprises["恒轧机械"], actor=people["liumin"], talk=talk)

    return visited


def plan(city, people, day, by="liumin"):
    with clock.standing_at(START + 2 * DAY):
        visits.plan_visit(city.enterprises["恒轧机械"], actor=people[by], day=day)


def test_the_third_visit_of_a_month_needs_a_reason_that_is_kept(city, visit):
    visit()
    visit(START + DAY)
    with pytest.raises(OverCap, match="8 月已走访 2 次（无事不扰上限每月 2 次）"):
        visit(START + 2 * DAY)
    assert visit(START + 2 * DAY, over_cap_reason="消防复查时限到了").over_cap_reason == "消防复查时限到了"
    assert cap.visited(city.enterprises["恒轧机械"], START.date()).count == 3


def test_a_reason_nobody_needed_is_not_kept(visit):
    assert visit(over_cap_reason="多写的").over_cap_reason == ""


def test_visits_the_enterprise_asked_for_and_notes_of_one_day_do_not_count(city, visit):
    for hours in range(3):
        visit(START + timedelta(hours=hours))
    visit(START + DAY, is_invited=True)
    visit(START + 2 * DAY)
    assert cap.visited(city.enterprises["恒轧机械"], START.date()).count == 2


def test_the_next_month_begins_anew(visit):
    for days in (0, 1, 14):
        assert visit(START + days * DAY).over_cap_reason == ""


def test_a_visit_is_planned_within_the_cap_only(city, people, visit):
    plan(city, people, date(2026, 8, 28))
    assert city.enterprises["恒轧机械"].next_contact_on == date(2026, 8, 28)
    visit()
    visit(START + DAY)
    with pytest.raises(BadInput, match="不能再安排走访"):
        plan(city, people, date(2026, 8, 31))
    plan(city, people, date(2026, 9, 1))
    with pytest.raises(NotAllowed):
        plan(city, people, date(2026, 9, 1), by="wangqiang")


def test_a_site_sets_its_own_cap(city, visit):
    db.session.add(Policy(name="visit_cap", value={"per_month": 1}, effective_at=START - DAY, reason="再减一次"))
    db.session.commit()
    visit()
    with pytest.raises(OverCap, match="上限每月 1 次"):
        visit(START + DAY)


def test_of_visits_noted_at_the_same_moment_no_more_than_the_cap_pass(app, city, engine_name, visit):
    visit()
    enterprise_id = city.enterprises["恒轧机械"].id
    db.session.remove()
    have_read = threading.Barrier(4 if engine_name == "postgresql" else 1)

    def note(days):
        enterprise, actor = db.session.get_one(Enterprise, enterprise_id), actor_named("liumin")
        have_read.wait(20)
        return log_interaction(enterprise, actor=actor, talk=Talk(InteractionKind.VISIT, SAID, START + days * DAY))

    outcomes = at_once(app, [lambda days=days: note(days) for days in range(1, 5)], moment=START + 5 * DAY)

    assert sum(isinstance(one, OverCap) for one in outcomes) == 3
    assert db.session.scalar(select(func.count()).select_from(Interaction)) == 2
