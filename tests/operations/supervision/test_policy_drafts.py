"""Rules by two people: what others would have done is shown first, another approves, from their day they hold."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from models import clock
from models.base import db
from models.clocks import ClockKind, Policy, PolicyDraft
from models.log import Event
from models.notices import Notice
from models.supervision import Supervision
from operations.access.people import actor_named
from operations.clocks import drafts, rulebook
from operations.errors import BadInput, NotAllowed, Refused
from operations.supervision import policy_drafts, policy_words, refusals
from tests.lives import LAND, START, Life, shanghai
from tests.operations.supervision.test_refusals import CASE
from tests.views.digests import digests

SHORTER = {"handling_limits": {"ordinary": "3d"}}
SOONER = {"ladder": {"answer": "1d"}}
LATER = "2026-09-02 18:00"
DAY = shanghai("2026-09-14 00:00").date()


@pytest.fixture
def lived(city):
    """Three tickets of the power company, dispatched on one day: done in time, on the fourth day, and never."""
    lives = [Life(city).handling() for _ in range(3)]
    for hours in range(3, 15 * 24):
        lives[2].now = moment = START + timedelta(hours=hours)
        if moment.hour in (9, 12, 18):
            lives[2].sweep()
        for place, day in ((0, "2026-08-20 09:00"), (1, "2026-08-25 12:00")):
            if moment == shanghai(day):
                lives[place].at(day).result().reply()
    with clock.standing_at(shanghai(LATER)):
        yield lives


@pytest.fixture
def desk(city):
    """An evening on which somebody changes the rules."""
    with clock.standing_at(shanghai(LATER)):
        yield city


def estimated(changes):
    found = policy_drafts.try_out(changes)
    return found["old"], found["new"]


def proposed(changes=SHORTER, by="hening", day=DAY):
    return policy_drafts.propose(changes, effective_on=day, reason="试行三个月", actor=actor_named(by))


def test_other_rules_are_lived_through_again(lived):
    """Each look is at the same three tickets; none of them writes anything."""
    before = digests()
    found = policy_drafts.try_out(SOONER)
    assert found["old"] == found["actual"] and found["actual"][1:] == [1, 1], "what holds comes to what there was"
    old, new = estimated(SHORTER)
    assert old[1] == 1 and new[1] == 2, "the one of the fourth day would have been late"
    old, new = estimated({"ladder": {"clocks": []}})
    assert (new[1], new[2]) == (0, 0) and new[0] == old[0]
    old, new = estimated({"ladder": {"unread_climbs": False, "answer": "20d", "same_stage": "20d"}})
    assert (old[2], new[2]) == (1, 0)
    power = {row["unit"]: row for row in policy_drafts.try_out(SHORTER)["units"]}["云州市供电公司"]
    assert power["new"][1] == power["old"][1] + 1 and power["new"][3] > power["old"][3]
    assert digests() == before

    db.session.execute(sa.text("UPDATE clocks SET \"limit\" = '9d' WHERE kind = 'handling'"))
    old, new = estimated(SHORTER)
    assert old == new, "a limit that somebody set for one ticket stays"


def test_it_says_who_issues_who_is_copied_and_how_much_they_get(lived):
    """The second order would not have been: the office sends one fewer, and each leader gets one copy fewer."""
    found = policy_drafts.try_out({"ladder": {"unread_climbs": False, "answer": "20d", "same_stage": "20d"}})
    offices = {row["office"]: (row["old"], row["new"]) for row in found["offices"]}
    leaders = {row["leader"]: (row["old"], row["new"]) for row in found["leaders"]}
    office = offices["云州市营商环境建设局"]
    assert (office[0][:2], office[1][:2]) == ([0, 1], [0, 0]) and office[1][2] == 0
    assert office[0][2] == 1 + len([one for one in leaders.values() if one == ([1], [0])]), "its leader and each copy"
    assert next(row for name, row in offices.items() if "企业服务中心" in name)[1][0] == 1


def test_a_refusal_lies_on_more_desks_under_a_greater_height(desk):
    life = Life(desk).at(LATER).handling()
    with life.here():
        refusals.report(life.ticket, actor=actor_named("chenjing"), case=CASE)
    found = policy_drafts.try_out({"refusal": {"height": "mayor", "members": 5}})["refusals"]
    assert (found["refusals"], found["seats"], found["ended_lower"]) == (1, [3, 5], 0)
    assert [(row["old"], row["new"]) for row in found["levels"]] == [
        ([1], [1]), ([1], [1]), ([0], [1]), ([0], [1]), ([0], [0])
    ]


def test_a_change_holds_from_its_day_once_another_has_approved(desk):
    draft = proposed()
    told = db.session.scalars(select(Notice.user_id).where(Notice.subject == "规则草案待审批")).all()
    assert actor_named("security").user_id in told and actor_named("hening").user_id not in told
    policy_drafts.approve(draft.id, actor=actor_named("security"), answer="同意")
    assert rulebook.current().policy("handling_limits")["ordinary"] == "5d"
    db.session.remove()  # the next transaction asks anew
    with clock.standing_at(shanghai("2026-09-14 00:00")):
        assert str(rulebook.current().limit(ClockKind.HANDLING)) == "3d"
        assert policy_drafts.changed(SHORTER) == {}
    acts = db.session.scalars(select(Event.action).where(Event.object_type == "policy_draft").order_by(Event.seq)).all()
    assert acts == ["propose_policy", "approved_policy"]
    assert db.session.scalars(select(Policy.set_by_id)).all() == [actor_named("hening").user_id]


def test_clocks_that_run_keep_the_promise_they_were_given(desk):
    running = Life(desk, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").at(LATER).submit().accept()
    running.dispatch(LAND)
    due_at = running.ticket.due_at
    policy_drafts.approve(proposed().id, actor=actor_named("security"))
    running.at("2026-09-15 09:00").sweep()
    assert running.ticket.due_at == due_at
    after = Life(desk).at("2026-09-15 09:00").submit().accept().dispatch()
    assert after.ticket.due_at == shanghai("2026-09-18 17:30")


def test_nobody_approves_their_own_and_only_they_take_it_back(desk):
    draft = proposed()
    with pytest.raises(Refused):
        policy_drafts.approve(draft.id, actor=actor_named("hening"))
    with pytest.raises(Refused):
        drafts.withdraw(PolicyDraft, draft.id, actor=actor_named("security"))
    with pytest.raises(Refused):
        proposed(SOONER, by="security")
    drafts.withdraw(PolicyDraft, draft.id, actor=actor_named("hening"))
    drafts.decline(PolicyDraft, proposed(SOONER).id, actor=actor_named("security"), answer="太急")
    assert drafts.waiting(PolicyDraft) is None and db.session.scalar(select(func.count()).select_from(Policy)) == 0


@pytest.mark.parametrize("decision", ["approved", "declined"])
def test_the_database_itself_takes_no_word_of_the_proposer(desk, decision):
    draft = proposed()
    own = sa.update(PolicyDraft).values(decision=decision, decided_by_id=draft.proposed_by_id, decided_at=clock.now())
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(own)
    db.session.rollback()


def test_an_estimate_made_on_other_rules_is_no_longer_good(desk):
    draft = proposed()
    db.session.add(Policy(name="reopen", value={"window": "5d"}, effective_at=clock.now(), set_at=clock.now()))
    db.session.commit()
    with pytest.raises(Refused, match="推演已经不准"):
        policy_drafts.approve(draft.id, actor=actor_named("security"))
    with clock.standing_at(shanghai("2026-09-14 00:01")), pytest.raises(BadInput, match="生效日期"):
        policy_drafts.approve(draft.id, actor=actor_named("security"))


@pytest.mark.parametrize("username", ["wujie", "luoshizhang", "admin", "audit", "zhoujian"])
def test_others_propose_nothing(desk, username):
    with pytest.raises(NotAllowed):
        proposed(by=username)


@pytest.mark.parametrize("changes", [
    {}, {"ladder": {"answer": "0h"}}, {"ladder": {"answer": "soon"}}, {"ladder": {"clocks": ["rating"]}},
    {"ladder": {"rejections": 0}}, {"ladder": {"never": "1d"}}, {"office": {"hours": []}},
    {"refusal": {"members": 2}}, {"refusal": {"height": "king"}}, {"refusal": {"heights": {"help": "king"}}},
    {"handling_limits": {"ordinary": 5}},
])
def test_what_no_rule_can_be_is_not_taken(desk, changes):
    with pytest.raises(BadInput):
        proposed(changes)


def test_yesterday_and_the_year_after_next_are_no_days_to_begin(desk):
    for day in (DAY - timedelta(days=12), DAY + timedelta(days=400)):
        with pytest.raises(BadInput):
            proposed(day=day)


def test_every_rule_has_a_name_and_its_default_has_words(app):
    groups = dict(policy_words.lines(rulebook.current().values))
    assert dict(groups["办结时限"])["一般"] == "5 个工作日" and dict(groups["否定报备"])["须签到哪一级"] == "局长"
    assert all(label and words for lines in groups.values() for label, words in lines)
    assert db.session.scalar(select(func.count()).select_from(Supervision)) == 0
