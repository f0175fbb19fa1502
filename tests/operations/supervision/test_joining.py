"""Several clocks of one ticket lapse: one order stands, is told and answered, and the others go with it."""

import pytest
from sqlalchemy import select

from models.base import db
from models.clocks import Policy
from models.notices import Notice
from models.supervision import Level, Supervision, SupervisionEnd
from operations.access.people import actor_named
from operations.errors import Refused
from operations.supervision import supervision
from operations.tickets import handling
from tests.lives import START, shanghai

LAPSE, UNREAD = "2026-08-20 17:30", "2026-08-24 17:30"


@pytest.fixture
def pressed(life):
    """Neither signed nor contacted in time, at a site that supervises both."""
    db.session.add(Policy(name="ladder", value={"clocks": ["handling", "signing", "contact"]}, effective_at=START,
                          set_at=START))
    db.session.commit()
    life.handling().at(LAPSE).sweep()
    return life


def orders(level):
    db.session.expire_all()
    return list(db.session.scalars(select(Supervision).where(Supervision.level == level).order_by(Supervision.id)))


def told(username, words):
    user = actor_named(username).user_id
    subjects = db.session.scalars(select(Notice.subject).where(Notice.user_id == user))
    return sum(words in subject for subject in subjects)


def test_one_order_stands_and_the_unit_is_told_once(pressed):
    standing, joined = orders(Level.FIRST)
    assert (standing.joined_to_id, joined.joined_to_id, joined.fire_at) == (None, standing.id, None)
    assert told("zhoujian", "一次督办") == 1


def test_the_joined_order_follows_the_one_that_climbs_and_climbs_not_itself(pressed):
    pressed.at(UNREAD).sweep()
    (second,) = orders(Level.SECOND)
    ended, joined = orders(Level.FIRST)
    assert ended.ended_as is SupervisionEnd.ESCALATED
    assert (joined.ended_at, joined.joined_to_id) == (None, second.id)
    assert pressed.ticket.rung == Level.SECOND.rung


def test_the_unit_answers_once_and_both_are_lifted(pressed):
    standing, joined = orders(Level.FIRST)
    with pytest.raises(Refused, match="合并"):
        pressed.does(lambda ticket, **who: supervision.answer(joined, ticket, words="今天就办", **who), "zhoujian")
    standing, _ = orders(Level.FIRST)
    with pressed.here():
        supervision.answer(standing, pressed.ticket, actor=actor_named("zhoujian"), words="今天就办")
        supervision.accept_answer(standing, pressed.ticket, actor=actor_named("wujie"))
    pressed.result()
    assert {order.ended_as for order in orders(Level.FIRST)} == {SupervisionEnd.LIFTED}


def test_what_is_left_when_the_standing_order_ends_stands_with_whole_limits(pressed):
    standing, joined = orders(Level.FIRST)
    pressed.at("2026-08-21 09:00").sign() if standing.rule.startswith("signing") else pressed.does(
        handling.contact, "chenjing", method="电话", words="已联系")
    ended, left = orders(Level.FIRST)
    assert (ended.ended_as, left.ended_at, left.joined_to_id) == (SupervisionEnd.MOVED_ON, None, None)
    assert left.due_at == shanghai("2026-08-26 17:30") and left.fire_at is not None
    assert pressed.ticket.rung == Level.FIRST.rung
