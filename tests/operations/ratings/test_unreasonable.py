"""诉求不合理: it keeps a case from its new round only with the word of another, who had no part in it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.access import Post, Role
from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.directory import Stewardship, StewardshipKind
from models.log import Event
from models.notices import Notice
from models.ratings import FollowUp, ReworkReason
from models.tickets import Status
from models.unreasonable import UnreasonableFinding
from operations.access.people import actor_named
from operations.clocks import rulebook
from operations.clocks.recomputation import reckon
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import unreasonable as shown
from operations.insight.unreasonable import Narrowing, State
from operations.tickets import aftercare, unreasonable
from tests.happened import ACTS, as_happened
from tests.lives import POWER, START, Life

CALL = aftercare.Call(True, False, False, "还要免去电费", ReworkReason.UNSOLVED, unreasonable="法规不允许减免，企业坚持要求")


@pytest.fixture
def found(life):
    """Called on Wednesday; the caller finds it unreasonable."""
    life.handling().sign().result().reply().does(aftercare.follow_up, "xuhui", call=CALL)
    return life


def finding():
    db.session.expire_all()
    return db.session.scalars(select(UnreasonableFinding).order_by(UnreasonableFinding.id.desc())).first()


def decides(life, act, who="hening", words="政策依据充分"):
    with life.here():
        act(finding().id, actor=actor_named(who), words=words)


def running(life):
    db.session.expire_all()
    rows = select(Clock).where(Clock.ticket_id == life.ticket.id, Clock.stopped_at.is_(None))
    return {one.kind for one in db.session.scalars(rows)}


def test_it_waits_with_a_clock_and_is_called_about_no_more(found):
    assert (found.ticket.status, found.ticket.round) == (Status.REPLIED, 1) and finding().decided_at is None
    assert running(found) == {ClockKind.COUNTERSIGN} and found.ticket.due_at is not None
    told = db.session.scalars(select(Notice.subject).where(Notice.user_id == actor_named("hening").user_id)).all()
    assert any("诉求不合理待复核" in subject for subject in told)
    for act in (lambda: found.call(by="wujie"), lambda: found.call(was_reached=False, by="wujie"),
                lambda: found.call(is_solved=False, by="wujie")):
        with pytest.raises(Refused, match="等督办员复核"):
            act()


def test_agreed_it_goes_on_to_its_rating_and_the_enterprise_is_told_why(found):
    decides(found, unreasonable.agree)
    assert (found.ticket.status, found.ticket.round) == (Status.FOLLOWED_UP, 1) and running(found) == {ClockKind.RATING}
    member = actor_named("hengzha").user_id
    told = db.session.execute(select(Notice.subject, Notice.words).where(Notice.user_id == member)).all()
    assert ("政策依据充分") in [words for subject, words in told if "请评价" in subject]
    with pytest.raises(Refused, match="已经有结论"):
        decides(found, unreasonable.decline)
    found.rate()
    assert found.ticket.status is Status.CLOSED


def test_declined_a_new_round_begins_with_the_class_the_call_has_named(found):
    decides(found, unreasonable.decline, words="企业说得对")
    assert (found.ticket.status, found.ticket.round) == (Status.HANDLING, 2)
    begun = db.session.scalars(select(Event).where(Event.action == "decline_unreasonable")).one()
    assert '"cause":"unsolved"' in begun.body
    found.sign().result().reply().call()
    assert found.ticket.status is Status.FOLLOWED_UP


def test_nobody_else_decides_and_never_without_a_reason(found):
    for who in ("xuhui", "wujie", "luoshizhang", "qianwei"):
        with pytest.raises(NotAllowed):
            decides(found, unreasonable.agree, who)
    for who in ("liumin", "chenjing", "zhoujian", "hengzha"):
        with pytest.raises(NotFound):
            decides(found, unreasonable.agree, who)
    for act in (unreasonable.agree, unreasonable.decline):
        with pytest.raises(BadInput):
            decides(found, act, words=" ")


def post_of(life, who, role, unit):
    place = life.unit(unit)
    db.session.add(Post(user_id=actor_named(who).user_id, role=role, organisation_id=place.id,
                        region_id=place.region_id, started_at=START - timedelta(days=9)))


def test_neither_the_caller_nor_a_unit_nor_a_steward_decides_by_a_post_at_the_office(found):
    """By the act, and against the database."""
    office = "云州市营商环境建设局"
    post_of(found, "xuhui", Role.SUPERVISOR, office)
    post_of(found, "maliang", Role.SUPERVISOR, office)
    post_of(found, "maliang", Role.CASE_OFFICER, POWER)
    db.session.add(Stewardship(enterprise_id=found.ticket.enterprise_id, steward_id=actor_named("hening").user_id,
                               kind=StewardshipKind.SUBSTITUTE, started_at=START - timedelta(days=9), reason="备岗"))
    db.session.commit()
    for who, sentence, constraint in (("xuhui", "另一人", "decided_by_another"), ("maliang", "主办或协办单位", "had a part in"),
                                      ("hening", "管家", "had a part in")):
        with pytest.raises(Refused, match=sentence):
            decides(found, unreasonable.agree, who)
        row = {"who": actor_named(who).user_id, "at": "2026-08-19 02:00:00"}
        with pytest.raises(DBAPIError, match=constraint):
            db.session.execute(text("UPDATE unreasonable_findings SET is_agreed = true, decided_by_id = :who, "
                                    "decided_at = :at, decision = '同意'"), row)
        db.session.rollback()


def test_the_database_lets_no_unsolved_case_rest_without_the_countersign(found):
    rests = text("UPDATE tickets SET status = 'followed_up' WHERE id = :ticket")
    with pytest.raises(DBAPIError, match="countersigned"):
        db.session.execute(rests, {"ticket": found.ticket.id})
    db.session.rollback()
    row = {"ticket": found.ticket.id, "call": finding().follow_up_id, "who": actor_named("wujie").user_id}
    with pytest.raises(DBAPIError):
        db.session.execute(text(
            "INSERT INTO unreasonable_findings (follow_up_id, ticket_id, round, region_path, reason, found_by_id, "
            "found_at, decision) VALUES (:call, :ticket, 2, '/', '理由', :who, '2026-08-19 02:00:00', '')"), row)
    db.session.rollback()


def test_a_call_that_found_no_fault_or_gives_no_reason_finds_nothing_unreasonable(life):
    life.handling().sign().result().reply()
    for call in (aftercare.Call(True, True, True, "好", unreasonable="无理"), aftercare.Call(False, unreasonable="无理"),
                 aftercare.Call(True, False, False, "不好", None, unreasonable="无理")):
        with pytest.raises(BadInput):
            life.does(aftercare.follow_up, "xuhui", call=call)
    assert db.session.query(FollowUp).count() == 0


def test_the_clocks_follow_from_the_log_and_a_late_countersign_is_late(found):
    found.wait(days=3)
    found.sweep()
    told = db.session.scalars(select(Notice.subject).where(Notice.user_id == actor_named("hening").user_id)).all()
    assert any(subject.startswith("提醒") for subject in told)
    decides(found, unreasonable.agree)
    outcomes = {one.kind: one.outcome for one in db.session.scalars(select(Clock))}
    assert outcomes[ClockKind.COUNTERSIGN] is ClockOutcome.LATE and outcomes[ClockKind.FOLLOW_UP] is ClockOutcome.MET
    events = select(Event).where(Event.ticket_id == found.ticket.id, Event.action.in_(ACTS),
                                 Event.target.is_not(None)).order_by(Event.seq)
    reckoned = reckon(map(as_happened, db.session.scalars(events)), rulebook.current().calendar)
    stored = db.session.scalars(select(Clock).where(Clock.ticket_id == found.ticket.id))

    def facts(clocks):
        return sorted((str(c.kind), c.started_at, c.due_at, str(c.stopped_at), str(c.outcome)) for c in clocks)

    assert facts(reckoned) == facts(stored)


def test_the_figure_tells_how_many_by_whom_and_opens_their_lists(found, city):
    decides(found, unreasonable.agree)
    other = Life(city)
    other.handling().sign().result().reply().does(aftercare.follow_up, "xuhui", call=CALL)
    Life(city).handling().sign().result().reply().call()
    office = actor_named("hening")
    one, = shown.by_caller(office, START.date())
    assert (one.name, one.reached, one.rate) == ("徐慧", 3, "66.7%")
    assert [one.counts[state] for state in State] == [2, 1, 1, 0]
    for state in State:
        page = shown.page_of(office, Narrowing(state, START.date(), one.user_id))
        assert len(page.rows) == one.counts[state] == shown.counts(office, Narrowing(State.ALL, START.date()))[state]
    assert shown.by_caller(actor_named("chenjing"), None) == []
