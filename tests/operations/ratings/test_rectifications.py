"""差评整改: opened by a named 差评 alone, on two clocks that climb, signed, called about, and appealed against."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.log import Event
from models.notices import Notice
from models.ratings import Grade, Rating
from models.rectifications import (
    AppealGround,
    RatingAppeal,
    Rectification,
    RectificationEnd,
    Verification,
)
from models.supervision import Level, Supervision, SupervisionEnd
from operations.access.people import actor_named
from operations.clocks import rulebook
from operations.clocks.recomputation import reckon
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.ratings import appeals, rectifications
from operations.ratings.rectifications import Answer, Report
from operations.supervision import supervision
from operations.tickets import aftercare
from tests.happened import ACTS, as_happened
from tests.lives import Life

BAD = {"tags": ("其他",), "words": "窗口索要材料"}
GOOD_CALL, BAD_CALL = Answer(True, True, True, "改好了"), Answer(True, False, False, "还是老样子")
DONE = Report(Verification.TRUE, "重新培训窗口", "已向企业道歉并补办")


@pytest.fixture
def bad(life):
    """Rated 不满意 by name on Wednesday 2026-08-19 at 09:00."""
    return life.handling().sign().result().reply().call().rate(Grade.DISSATISFIED, **BAD)


def found():
    db.session.expire_all()
    return db.session.scalars(select(Rectification).order_by(Rectification.id)).first()


def does(life, act, who, **rest):
    with life.here():
        act(found().id, actor=actor_named(who), **rest)


def signs(life, who="zhoujian"):
    does(life, rectifications.sign, who, seen_at=found().reported_at)


def to_the_call(life):
    does(life, rectifications.contact, "chenjing", words="已打电话道歉")
    does(life, rectifications.report, "chenjing", told=DONE)
    signs(life)


def appealed(life):
    does(life, appeals.appeal, "chenjing", ground=AppealGround.MISTAKEN, reason="评的是另一件事")


def running():
    rows = select(Clock).where(Clock.kind.in_([ClockKind.RECTIFICATION_CONTACT, ClockKind.RECTIFICATION]))
    db.session.expire_all()
    return {clock.kind: clock for clock in db.session.scalars(rows.order_by(Clock.id))}


def told(username):
    user = actor_named(username).user_id
    return list(db.session.scalars(select(Notice.subject).where(Notice.user_id == user).order_by(Notice.id)))


def test_a_named_bad_rating_starts_both_clocks_and_tells_the_unit(bad):
    assert found().unit_id == bad.unit("云州市供电公司").id
    assert {kind: clock.limit for kind, clock in running().items()} == {
        ClockKind.RECTIFICATION_CONTACT: "1d", ClockKind.RECTIFICATION: "15d"}
    assert any("请按时联系并整改" in subject for subject in told("chenjing"))


@pytest.mark.parametrize("grade, anonymous", [(Grade.SATISFIED, False), (Grade.VERY_DISSATISFIED, True)])
def test_a_good_or_an_anonymous_one_opens_nothing(life, grade, anonymous):
    life.handling().sign().result().reply().call()
    life.rate(grade, tags=("其他",) if grade.is_bad else (), is_anonymous=anonymous)
    assert found() is None and running() == {}


def test_contact_report_signature_and_call_put_it_right_on_time(bad):
    to_the_call(bad)
    assert {clock.outcome for clock in running().values()} == {ClockOutcome.MET}
    does(bad, rectifications.call, "xuhui", answer=GOOD_CALL)
    assert found().ended_as is RectificationEnd.SOLVED
    with pytest.raises(DBAPIError, match="ends once"):
        db.session.execute(text("UPDATE rectifications SET ended_as = 'unreached'"))
    db.session.rollback()


def test_not_contacted_opens_a_first_supervision_once_which_the_unit_can_still_sign_for(bad):
    bad.at("2026-08-21 08:00").sweep()
    bad.sweep()
    orders = list(db.session.scalars(select(Supervision).where(Supervision.rule == "rectification_contact_lapsed")))
    assert [(one.level, one.receiver_id) for one in orders] == [(Level.FIRST, found().unit_id)]
    with bad.here():
        supervision.sign(orders[0], bad.ticket, actor=actor_named("zhoujian"))
    does(bad, rectifications.contact, "chenjing", words="迟了，已道歉")
    db.session.expire_all()
    assert orders[0].ended_as is SupervisionEnd.MOVED_ON and bad.ticket.rung == 0
    assert running()[ClockKind.RECTIFICATION_CONTACT].outcome is ClockOutcome.LATE


def test_the_fix_clock_climbs_too(bad):
    does(bad, rectifications.contact, "chenjing", words="已联系")
    bad.at("2026-09-09 17:30").sweep()
    rules = set(db.session.scalars(select(Supervision.rule).where(Supervision.level == Level.FIRST)))
    assert "rectification_lapsed" in rules


def test_the_steps_have_their_order_and_their_people(bad):
    with pytest.raises(Refused, match="先联系"):
        does(bad, rectifications.report, "chenjing", told=DONE)
    with pytest.raises(BadInput):
        does(bad, rectifications.contact, "chenjing", words=" ")
    with pytest.raises(NotFound):
        does(bad, rectifications.contact, "litao", words="我来")
    for other in ("xuhui", "hening"):
        with pytest.raises(NotAllowed):
            does(bad, rectifications.contact, other, words="我来")
    does(bad, rectifications.contact, "chenjing", words="已联系")
    does(bad, rectifications.report, "chenjing", told=DONE)
    with pytest.raises(NotAllowed):
        signs(bad, "chenjing")
    with pytest.raises(Refused, match="还没有签发"):
        does(bad, rectifications.call, "xuhui", answer=GOOD_CALL)
    seen = found().reported_at
    bad.wait(minutes=5)
    does(bad, rectifications.report, "chenjing", told=Report(Verification.PARTLY, "改了", "换了说法"))
    with pytest.raises(Refused, match="有变动"):
        does(bad, rectifications.sign, "zhoujian", seen_at=seen)
    signs(bad)
    for own in ("chenjing", "zhoujian"):
        with pytest.raises(NotAllowed):
            does(bad, rectifications.call, own, answer=GOOD_CALL)


def test_unsolved_goes_back_with_a_new_clock_and_stays_measured_by_the_first(bad):
    to_the_call(bad)
    first = found().fix_clock_id
    does(bad, rectifications.call, "xuhui", answer=BAD_CALL)
    assert found().signed_at is None and found().fix_clock_id == first
    assert running()[ClockKind.RECTIFICATION].id == found().again_clock_id
    does(bad, rectifications.report, "chenjing", told=DONE)
    signs(bad)
    does(bad, rectifications.call, "xuhui", answer=GOOD_CALL)
    assert found().ended_as is RectificationEnd.SOLVED


def test_three_days_without_an_answer_end_it_as_not_reached(bad):
    to_the_call(bad)
    for day in (20, 20, 21):
        does(bad.at(f"2026-08-{day} 10:00"), rectifications.call, "xuhui", answer=Answer(False))
    assert found().ended_as is None
    does(bad.at("2026-08-24 10:00"), rectifications.call, "xuhui", answer=Answer(False))
    assert found().ended_as is RectificationEnd.UNREACHED


def test_an_accepted_appeal_excludes_the_rating_which_stays_as_it_was(bad):
    before = db.session.execute(select(Rating.__table__)).one()
    appealed(bad)
    assert any("申诉待裁定" in subject for subject in told("hening"))
    for own in ("chenjing", "zhoujian", "xuhui"):
        with pytest.raises(NotAllowed):
            does(bad, appeals.decide, own, is_accepted=True, reason="同意")
    with pytest.raises(BadInput):
        does(bad, appeals.decide, "hening", is_accepted=True, reason="")
    does(bad, appeals.decide, "hening", is_accepted=True, reason="录音证明评错了件")
    assert found().ended_as is RectificationEnd.EXCLUDED
    assert list(db.session.scalars(appeals.excluded())) == [before.id]
    assert db.session.execute(select(Rating.__table__)).one() == before
    assert {clock.outcome for clock in running().values()} == {ClockOutcome.DROPPED}
    with pytest.raises(DBAPIError, match="decided once"):
        db.session.execute(text("UPDATE rating_appeals SET decision = 'x'"))
    db.session.rollback()


def test_a_declined_appeal_leaves_it_running_and_is_the_only_one(bad):
    appealed(bad)
    does(bad, appeals.decide, "hening", is_accepted=False, reason="事实清楚")
    assert found().ended_as is None and list(db.session.scalars(appeals.excluded())) == []
    with pytest.raises(Refused, match="已经申诉过"):
        appealed(bad)
    with pytest.raises(Refused, match="没有待裁定"):
        does(bad, appeals.decide, "hening", is_accepted=True, reason="又同意")
    assert db.session.scalars(select(RatingAppeal)).one().is_accepted is False


def test_an_appeal_has_a_limit(bad):
    bad.at("2026-08-27 09:00")
    with pytest.raises(Refused, match="期限已过"):
        appealed(bad)


def test_reopened_the_old_round_is_frozen_with_its_clocks_and_the_next_can_be_rated_badly_again(bad):
    bad.does(aftercare.reopen, bad.member, reason="没解决")
    assert {clock.outcome for clock in running().values()} == {ClockOutcome.DROPPED}
    bad.sign().result().reply().call().rate(Grade.DISSATISFIED, **BAD)
    assert len(db.session.scalars(select(Rectification)).all()) == 2
    to_the_call(bad)
    assert {clock.outcome for clock in running().values()} == {None}


def test_the_clocks_follow_from_the_log_alone(bad):
    to_the_call(bad)
    does(bad, rectifications.call, "xuhui", answer=BAD_CALL)
    appealed(bad.wait(days=1))
    does(bad.wait(hours=2), appeals.decide, "hening", is_accepted=True, reason="评错了件")
    events = select(Event).where(Event.ticket_id == bad.ticket.id, Event.action.in_(ACTS)).order_by(Event.seq)
    reckoned = reckon(map(as_happened, db.session.scalars(events)), rulebook.current().calendar)
    rows = db.session.scalars(select(Clock).where(Clock.ticket_id == bad.ticket.id))

    def facts(clocks):
        return sorted((str(c.kind), c.unit_id or 0, c.limit, c.started_at, c.due_at, c.due_version, c.stopped_at,
                       str(c.outcome)) for c in clocks)

    assert facts(reckoned) == facts(rows)


def test_what_nobody_had_a_unit_for_is_the_centres_own(city):
    assert rectifications.unit_of(Life(city).submit().ticket).name == "城东区企业服务中心"
