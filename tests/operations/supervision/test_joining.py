"""Several clocks of one ticket lapse: one order stands, is told and answered, and the others go with it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind, Policy
from models.letters import Letter
from models.notices import Notice
from models.supervision import Level, Supervision, SupervisionEnd
from operations.access.people import actor_named
from operations.errors import Refused
from operations.insight import order_card
from operations.supervision import announcing, supervision, sweep
from operations.supervision.letters import proof, series
from operations.tickets import handling
from tests.lives import START, shanghai
from tests.together import PATIENCE_SECONDS, at_once

LAPSE, UNREAD = "2026-08-20 17:30", "2026-08-24 17:30"


@pytest.fixture
def late(life):
    """Neither signed nor contacted in time, at a site that supervises both; nobody has looked yet."""
    db.session.add(Policy(name="ladder", value={"clocks": ["handling", "signing", "contact"]}, effective_at=START,
                          set_at=START))
    db.session.commit()
    return life.handling().at(LAPSE)


@pytest.fixture
def pressed(late):
    late.sweep()
    return late


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


def letters_of(*orders):
    rows = select(Letter.supervision_id).where(Letter.supervision_id.in_([order.id for order in orders]))
    return list(db.session.scalars(rows.order_by(Letter.id)))


def test_a_joined_order_sends_no_letter_beside_the_joint_one(pressed):
    standing, joined = orders(Level.FIRST)
    assert letters_of(standing, joined) == [standing.id] and series.broken() == []
    card = order_card.card(actor_named("hening"), joined.id)
    assert "不另发函" in card.why_no_letter and not order_card.card(actor_named("hening"), standing.id).why_no_letter


def test_an_order_that_stands_again_gets_its_letter_then_sealed_and_numbered(pressed):
    standing, joined = orders(Level.FIRST)
    pressed.at("2026-08-21 09:00").sign() if standing.rule.startswith("signing") else pressed.does(
        handling.contact, "chenjing", method="电话", words="已联系")
    assert letters_of(standing, joined) == [standing.id, joined.id] and series.broken() == []
    letter = db.session.scalars(select(Letter).where(Letter.supervision_id == joined.id)).one()
    assert letter.answer_due_at == shanghai("2026-08-26 17:30") and proof.verify(letter.digest[:16]).is_intact


def test_an_order_that_no_unit_receives_says_why_it_has_no_letter(life):
    life.submit().accept()
    life.does(supervision.supervise, "wujie", reason="还没有派单")
    (order,) = orders(Level.FIRST)
    assert letters_of(order) == []
    assert "没有收文单位，不发督办函" in order_card.card(actor_named("hening"), order.id).why_no_letter


def standing():
    return [order for order in orders(Level.FIRST) if order.joined_to_id is None]


def test_of_sweeps_at_one_instant_one_joins(app, late):
    db.session.remove()
    at_once(app, [sweep.sweep] * 3, moment=shanghai(LAPSE))
    assert (len(orders(Level.FIRST)), len(standing())) == (2, 1)


def test_a_worker_passes_over_a_ticket_on_which_another_is_opening_an_order(app, late, engine_name, monkeypatch):
    """Each has one of the two clocks; before either commits, neither could see what the other has opened."""
    if engine_name == "sqlite":
        pytest.skip("SQLite has one writer: the second waits for the first")
    contact = update(Clock).where(Clock.kind == ClockKind.CONTACT)
    db.session.execute(contact.values(fire_at=None))
    db.session.commit()
    has_opened, may_end = threading.Event(), threading.Event()
    announce = announcing.announce

    def slowly(opened, now):
        has_opened.set()
        assert may_end.wait(PATIENCE_SECONDS)
        announce(opened, now)

    def sweeps():
        with app.app_context(), clock.standing_at(shanghai(LAPSE)):
            return sweep.sweep()

    monkeypatch.setattr(announcing, "announce", slowly)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(sweeps)
        try:
            assert has_opened.wait(PATIENCE_SECONDS)
            db.session.execute(contact.values(fire_at=shanghai(LAPSE)))
            db.session.commit()
            assert sweeps().fired == 0
        finally:
            may_end.set()
        assert slow.result().fired == 1
    assert sweeps().fired == 1
    assert (len(orders(Level.FIRST)), len(standing())) == (2, 1)
