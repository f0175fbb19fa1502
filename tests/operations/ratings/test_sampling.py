"""Follow-up of less than everything: plan by plan, drawn by a number anybody can reckon, never what must be called."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.follow_ups import FollowUpDraw, FollowUpPlan, Stratum
from models.log import Event
from models.notices import Notice
from models.tickets import Act, Status
from operations.access.people import actor_named
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.clocks.recomputation import reckon
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.ratings.sampling import drawing, plans
from operations.ratings.sampling.plans import Share, Shares
from operations.supervision import supervision
from operations.tickets import conversation, windows
from tests.happened import ACTS, as_happened
from tests.lives import POWER, START, Life
from tests.views.counting import statements

NONE, ALL = Shares(0, 0), Shares(100, 100)


def planned(city, shares, *, region="9901", who="hening", days=1, at=START - timedelta(days=9)):
    """Set nine days ago, in force since the next morning."""
    with clock.standing_at(at):
        plan_id = plans.set_plan(city.regions[region].id, actor=actor_named(who), shares=shares, reason="人手不足，试行",
                                 begins_on=(at + timedelta(days=days)).date())
    db.session.commit()
    return plan_id


def replied(life):
    return life.handling().sign().result().reply()


def draw_of(life):
    rows = select(FollowUpDraw).where(FollowUpDraw.ticket_id == life.ticket.id).order_by(FollowUpDraw.round.desc())
    return db.session.scalars(rows).first()


def test_without_a_plan_everything_is_called_and_nothing_is_drawn(life):
    assert replied(life).ticket.status is Status.REPLIED and draw_of(life) is None


def test_what_is_not_drawn_goes_on_to_its_rating_by_the_system_with_plan_and_draw(city, life):
    plan_id = planned(city, NONE)
    replied(life)
    draw = draw_of(life)
    assert life.ticket.status is Status.FOLLOWED_UP and (draw.plan_id, draw.is_drawn, draw.is_must) == (
        plan_id, False, False)
    event = db.session.scalars(select(Event).where(Event.action == Act.SPARE_FOLLOW_UP)).one()
    assert event.actor_id is None and f'"plan":{plan_id}' in event.body and f'"draw":{draw.value}' in event.body
    clocks = {one.kind: one.outcome for one in db.session.scalars(select(Clock))}
    assert clocks[ClockKind.FOLLOW_UP] is ClockOutcome.DROPPED and clocks[ClockKind.RATING] is None
    member = actor_named("hengzha").user_id
    told = db.session.scalars(select(Notice.subject).where(Notice.user_id == member)).all()
    assert any(subject.startswith("请评价") for subject in told)
    life.rate()
    assert life.ticket.status is Status.CLOSED


def test_what_is_drawn_waits_for_its_call(city, life):
    planned(city, ALL)
    replied(life)
    assert life.ticket.status is Status.REPLIED and draw_of(life).is_drawn
    life.call()
    assert life.ticket.status is Status.FOLLOWED_UP


def test_the_draw_follows_from_seed_and_number_alone(city, life):
    plan = db.session.get_one(FollowUpPlan, planned(city, Shares(37, 0)))
    replied(life)
    name = f"{life.ticket.number}/1"
    digest = hmac.new(plan.seed.encode(), name.encode(), hashlib.sha256).hexdigest()
    assert draw_of(life).value == int(digest[:16], 16) % 1_000_000
    values = [drawing.value_of(plan.seed, f"ZQ-{number}/1") for number in range(4000)]
    assert 0.34 < sum(drawing.is_drawn(value, 37) for value in values) / 4000 < 0.40
    assert drawing.value_of("0" * 64, "ZQ-2026-08-0000018/1") == 317796


def test_a_stratum_has_its_own_share_and_the_largest_holds():
    ticket = {"unit_id": 7, "category": "用地规划/供地", "channel": "platform"}
    for percent, narrower in (
        (20, ()), (50, (("channel", "platform", 50),)), (20, (("channel", "hotline", 90),)),
        (20, (("unit", "77", 90),)),
        (0, (("category", "用地规划", 0),)), (60, (("category", "用地规划", 0), ("unit", "7", 60))),
        (20, (("category", "用地", 90),)), (100, (("category", "用地规划/供地", 100), ("channel", "platform", 1))),
    ):
        shares = Shares(20, 3, tuple(Share(Stratum(stratum), code, share) for stratum, code, share in narrower))
        assert shares.of_ticket(**ticket) == percent, narrower
    assert Shares(20, 3, (Share(Stratum.CHANNEL, "platform", 50),)).of_counted(unit_id=7) == 3


def test_a_unit_may_be_called_about_in_full(city, life):
    planned(city, Shares(0, 0, (Share(Stratum.UNIT, str(city.organisations[POWER].id), 100),
                                *(Share(Stratum.CATEGORY, f"类别{number}", number) for number in range(20)))))
    life.handling().sign().result()
    with statements() as asked:
        life.reply()
    assert life.ticket.status is Status.REPLIED and sum("follow_up_" in one for one in asked) == 3


@pytest.mark.parametrize("why, act, who, words", [
    ("督办件", supervision.supervise, "wujie", {"reason": "企业停产"}),
    ("批示件", conversation.instruct, "luoshizhang", {"words": "三天内办好", "limit": Limit(3, "d")}),
])
def test_what_must_be_called_is_called_whatever_was_drawn(city, life, why, act, who, words):
    planned(city, NONE)
    life.handling().sign().does(act, who, **words)
    life.result().reply()
    assert life.ticket.status is Status.REPLIED and (draw_of(life).is_drawn, draw_of(life).is_must) == (False, True)


def test_what_was_handled_anew_must_be_called(city, life):
    planned(city, ALL)
    replied(life).call(is_solved=False)
    planned(city, NONE, at=START - timedelta(days=2))
    life.result().reply()
    assert life.ticket.status is Status.REPLIED and draw_of(life).is_must


def test_a_reason_that_comes_later_calls_it_after_all(city, life):
    planned(city, NONE)
    replied(life).does(conversation.instruct, "luoshizhang", words="问一问企业", limit=Limit(3, "d"))
    with life.here():
        assert windows.call_after_all().done == 1 and windows.call_after_all().scanned == 0
    db.session.expire_all()
    assert life.ticket.status is Status.REPLIED
    life.call()
    events = select(Event).where(Event.ticket_id == life.ticket.id, Event.action.in_(ACTS)).order_by(Event.seq)
    reckoned = reckon(map(as_happened, db.session.scalars(events)), rulebook.current().calendar)
    stored = db.session.scalars(select(Clock).where(Clock.ticket_id == life.ticket.id))

    def facts(clocks):
        return sorted((str(c.kind), c.started_at, c.due_at, str(c.stopped_at), str(c.outcome)) for c in clocks)

    assert facts(reckoned) == facts(stored)


def test_the_nearest_plan_holds_from_its_day_on(city, life):
    planned(city, ALL)
    county = planned(city, NONE, region="990102")
    later = planned(city, ALL, region="990102", at=START, days=1)
    replied(life)
    assert draw_of(life).plan_id == county and life.ticket.status is Status.FOLLOWED_UP
    other = Life(city).wait(days=1)
    replied(other)
    assert draw_of(other).plan_id == later and other.ticket.status is Status.REPLIED
    beside = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang")
    replied(beside)
    assert beside.ticket.status is Status.REPLIED
    assert [row.FollowUpPlan.version for row in plans.versions(actor_named("tangyi"))] == [2, 1, 1]


def test_only_a_supervisor_over_the_region_sets_one_for_a_day_to_come(city, life):
    for who in ("wujie", "zhoujian", "liumin", "luoshizhang", "security"):
        with pytest.raises(NotAllowed):
            planned(city, ALL, who=who)
    with pytest.raises(NotAllowed):
        planned(city, ALL, region="99")
    for shares, days in ((Shares(101, 0), 1), (ALL, 0), (ALL, 400),
                         (Shares(1, 1, (Share(Stratum.CHANNEL, "sms", 1), Share(Stratum.CHANNEL, "sms", 2))), 1)):
        with pytest.raises(BadInput):
            planned(city, shares, days=days)
    planned(city, ALL)
    with pytest.raises(Refused, match="另一天"):
        planned(city, NONE)
    with pytest.raises(NotFound):
        plans.get_plan(actor_named("chenjing"), 1)


def test_the_database_holds_the_draw(city, life):
    plan_id = planned(city, NONE)
    life.handling().sign().does(supervision.supervise, "wujie", reason="企业停产")
    row = {"plan": plan_id, "ticket": life.ticket.id, "at": "2026-08-19 09:00:00"}
    into = ("INSERT INTO follow_up_draws (plan_id, ticket_id, round, percent, value, is_drawn, is_must, drawn_at) "
            "VALUES (:plan, :ticket, 1, 10, :value, :drawn, :must, :at)")
    for value, drawn, must, words in ((500_000, False, False, "must be called"), (500_000, True, True, "by_its_value"),
                                      (1, False, True, "by_its_value")):
        with pytest.raises(DBAPIError, match=words):
            db.session.execute(text(into), row | {"value": value, "drawn": drawn, "must": must})
        db.session.rollback()
    for change in ("UPDATE follow_up_plans SET seed = seed", "UPDATE follow_up_shares SET percent = 1",
                   "DELETE FROM follow_up_plans"):
        with pytest.raises(DBAPIError, match="refuse"):
            db.session.execute(text(change))
        db.session.rollback()
