"""A day off by two people: one proposes it, another sees whose deadlines it moves now, and publishes it."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.clocks import CalendarDay, CalendarDraft, CalendarYear
from models.log import Event
from models.notices import Notice
from operations.access.people import actor_named
from operations.clocks import calendar_drafts, drafts, rulebook
from operations.clocks.changes import DayChange, YearChange
from operations.errors import BadInput, NotAllowed, Refused, Stale
from tests.lives import Life, shanghai
from tests.together import at_once

TYPHOON = DayChange(date(2026, 8, 24), False, "台风停工")
NOW = "2026-08-20 10:00"
pytestmark = pytest.mark.usefixtures("calendar_as_migrated")


@pytest.fixture
def life(city):
    """One ticket handed out on Wednesday the 19th, due on the 26th; now it is Thursday."""
    life = Life(city).handling()
    with clock.standing_at(shanghai(NOW)):
        yield life


def proposed(change=TYPHOON, by="security"):
    return calendar_drafts.propose(change, actor=actor_named(by))


def approved(draft, by="hening", **rest):
    return calendar_drafts.approve(draft.id, actor=actor_named(by), **rest)


def due_at(life):
    db.session.refresh(life.ticket)
    return life.ticket.due_at


def test_a_proposed_day_moves_nothing_and_tells_who_may_approve_it(life):
    county = db.session.scalars(select(Post).where(Post.user_id == actor_named("tangyi").user_id)).one()
    db.session.add(Post(user_id=county.user_id, role=Role.SUPERVISOR, organisation_id=county.organisation_id))
    db.session.commit()
    draft = proposed()
    assert (draft.moved, due_at(life)) == (1, shanghai("2026-08-26 17:30"))
    assert db.session.scalar(select(CalendarDay)) is None
    told = set(db.session.scalars(select(Notice.user_id).where(Notice.subject == "日历草案待审批")))
    assert told == {actor_named("hening").user_id}, "neither the proposer nor a supervisor of one county"


def test_another_publishes_it_and_the_day_and_the_log_name_both(life):
    moved = approved(proposed(), answer="同意")
    assert [one.number for one in moved] == [life.ticket.number] and due_at(life) == shanghai("2026-08-27 17:30")
    one, other = actor_named("security").user_id, actor_named("hening").user_id
    assert db.session.execute(select(CalendarDay.set_by_id, CalendarDay.approved_by_id)).one() == (one, other)
    acts = select(Event.action, Event.actor_id).where(Event.object_type.in_(("calendar", "calendar_draft")))
    assert [tuple(row) for row in db.session.execute(acts.order_by(Event.seq))] == [
        ("propose_calendar", one), ("approved_calendar", other), ("move_clocks", other), ("publish_calendar", other)]
    assert db.session.scalar(select(Notice.user_id).where(Notice.subject == "日历草案已批准")) == one


def test_a_year_too_takes_two(city):
    with clock.standing_at(shanghai("2027-01-04 10:00")):
        draft = proposed(YearChange(2027, "国办发明电〔2026〕1号"))
        assert 2027 in rulebook.current().calendar.unpublished_years
        approved(draft)
        assert 2027 not in rulebook.current().calendar.unpublished_years
    assert db.session.scalars(select(CalendarYear.approved_by_id)).one() == actor_named("hening").user_id


def test_nobody_approves_their_own_not_with_a_second_account_either_and_only_they_take_it_back(life):
    draft = proposed()
    with pytest.raises(Refused, match="不能自己审批"):
        approved(draft, by="security")
    with pytest.raises(Refused, match="只有提出的人"):
        drafts.withdraw(CalendarDraft, draft.id, actor=actor_named("hening"))
    for username in ("security", "hening"):
        db.session.execute(sa.update(User).where(User.username == username).values(email="same@example.org"))
    db.session.commit()
    with pytest.raises(Refused, match="换一个账号也不能"):
        approved(draft)
    drafts.withdraw(CalendarDraft, draft.id, actor=actor_named("security"))
    assert drafts.waiting(CalendarDraft) is None and due_at(life) == shanghai("2026-08-26 17:30")


def test_one_waits_at_a_time_and_what_is_decided_stays_decided(life):
    draft = proposed()
    with pytest.raises(Refused, match="已有一份草案待审批"):
        proposed(DayChange(date(2026, 8, 25), False, "台风停工"), by="hening")
    drafts.decline(CalendarDraft, draft.id, actor=actor_named("hening"), answer="台风改道了")
    with pytest.raises(Refused, match="已经有了结论"):
        approved(draft)
    assert approved(proposed(by="hening"), by="security") and db.session.query(CalendarDay).count() == 1


def test_of_two_who_propose_and_of_two_who_approve_at_once_one_does(app, life):
    office = db.session.scalars(select(Post).where(Post.user_id == actor_named("hening").user_id)).one()
    third = actor_named("wujie").user_id
    db.session.add(Post(user_id=third, role=Role.SUPERVISOR, organisation_id=office.organisation_id))
    db.session.commit()
    names = ("security", "hening", "wujie")
    outcomes = at_once(app, [lambda by=by: proposed(by=by) for by in names], moment=shanghai(NOW))
    assert len([one for one in outcomes if isinstance(one, Refused | Stale)]) == 2, outcomes
    draft = drafts.waiting(CalendarDraft)
    others = [name for name in names if actor_named(name).user_id != draft.proposed_by_id]
    number = draft.id
    db.session.remove()
    acts = [lambda by=by: calendar_drafts.approve(number, actor=actor_named(by)) for by in others]
    outcomes = at_once(app, acts, moment=shanghai(NOW))
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "list"], outcomes
    assert db.session.query(CalendarDay).count() == 1


def test_what_is_published_is_what_holds_at_the_approval_and_not_at_the_proposal(life):
    draft = proposed()
    with clock.standing_at(shanghai("2026-08-21 09:00")):
        later = Life(life.city, enterprise="鑫源包装", member="xinyuan").at("2026-08-21 09:00").handling()
        assert {one.number for one in approved(draft)} == {life.ticket.number, later.ticket.number}


def test_a_day_that_has_gone_by_is_no_longer_published_and_the_draft_can_be_sent_back(life):
    draft = proposed()
    with clock.standing_at(shanghai("2026-08-25 09:00")):
        with pytest.raises(BadInput, match="已经过去"):
            approved(draft)
        assert drafts.waiting(CalendarDraft) is not None and due_at(life) == shanghai("2026-08-26 17:30")
        drafts.decline(CalendarDraft, draft.id, actor=actor_named("hening"), answer="晚了")


def leaves(person):
    db.session.execute(sa.update(Post).where(Post.user_id == person).values(ended_at=clock.now()))


def is_shut_out(person):
    db.session.get_one(User, person).is_active = False


@pytest.mark.parametrize("goes", [leaves, is_shut_out])
def test_a_draft_does_not_outlive_its_proposers_post(life, goes):
    """What somebody has left behind who was found out is not carried through by whoever comes upon it."""
    draft = proposed()
    goes(draft.proposed_by_id)
    db.session.commit()
    with pytest.raises(Refused, match="已经离岗"):
        approved(draft)
    assert db.session.scalar(select(CalendarDay)) is None
    drafts.decline(CalendarDraft, draft.id, actor=actor_named("hening"), answer="另提")


@pytest.mark.parametrize("by", ["wujie", "luoshizhang", "admin", "audit", "zhoujian", "hengzha"])
def test_others_propose_nothing_and_approve_nothing(life, by):
    with pytest.raises(NotAllowed):
        proposed(by=by)
    draft = proposed()
    with pytest.raises(NotAllowed):
        approved(draft, by=by)


@pytest.mark.parametrize("decision", ["approved", "declined"])
def test_the_database_itself_takes_no_word_of_the_proposer(life, decision):
    draft = proposed()
    own = {"decision": decision, "decided_by_id": draft.proposed_by_id, "decided_at": clock.now()}
    refused(sa.update(CalendarDraft).values(own))


def test_nor_a_second_that_waits_nor_a_day_that_one_person_has_published(life):
    draft = proposed()
    columns = [column.name for column in CalendarDraft.__table__.columns if column.name != "id"]
    of_this = {name: getattr(draft, name) for name in columns}
    refused(sa.insert(CalendarDraft).values(of_this))
    one = of_this["proposed_by_id"]
    refused(sa.insert(CalendarDay).values(day=TYPHOON.day, is_working=False, reason="台风", set_by_id=one,
                                          approved_by_id=one, set_at=clock.now()))


def refused(statement):
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(statement)
    db.session.rollback()
