"""电话催办: a call about an order is kept with who, when, how it went and what was said; the number only masked."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from models.base import db
from models.log import Event, EventWords
from models.supervision import CallOutcome, ReminderCall
from models.tickets import Act
from operations.access.people import actor_named
from operations.errors import BadInput, NotAllowed, NotFound, Refused, Stale
from operations.insight import order_card
from operations.supervision import calling
from operations.supervision.calling import Call, masked
from tests.views.pressed import LATE, Pressed

SUBJECT = "送电迟迟没有答复"


@pytest.fixture
def pressed(city):
    return Pressed(city).late(SUBJECT).at(LATE).sweep().at("2026-08-27 09:30")


def called(pressed, by="wujie", **said):
    facts = {"called_at": pressed.now, "outcome": CallOutcome.REACHED, "words": "下午就签", "name": "门卫老张",
             "number": "139-0001-0004"} | said
    version = facts.pop("version", None)
    with pressed.here():
        return calling.remind_by_phone(pressed.order(SUBJECT), pressed.ticket(SUBJECT), actor=actor_named(by),
                                       call=Call(**facts), version=version)


def test_a_call_is_a_row_and_an_event_and_stands_on_the_card(pressed):
    chief = actor_named("zhoujian").user_id
    called(pressed, called_id=chief, name="", number="")
    pressed.at("2026-08-27 10:00")
    called(pressed, outcome=CallOutcome.NO_ANSWER, words="")

    first, second = db.session.scalars(select(ReminderCall).order_by(ReminderCall.id)).all()
    assert (first.called_name, first.number[:7], first.called_id) == ("周建", "139****", chief)
    assert (second.called_name, second.number, second.words) == ("门卫老张", "139****0004", "")
    said = db.session.scalars(select(EventWords.words).order_by(EventWords.event_seq.desc()).limit(2)).all()
    assert said == ["门卫老张 139****0004　无人接听", f"周建 {first.number}　本人接听，下午就签"]
    event = db.session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()
    assert event.action == Act.REMIND_BY_PHONE and "1390001" not in event.body
    with pressed.here():
        steps = order_card.card(actor_named("hening"), pressed.order(SUBJECT).id).steps
    assert [step.label for step in steps[:2]] == ["电话催办", "电话催办"]


def test_what_stands_against_a_call(pressed):
    for said, error, words in (
        ({"called_at": pressed.now + timedelta(minutes=1)}, BadInput, "晚于现在"),
        ({"called_at": LATE - timedelta(days=1)}, BadInput, "早于督办"),
        ({"words": " "}, BadInput, "怎么说"), ({"words": "长" * 501}, BadInput, "500"),
        ({"name": ""}, BadInput, "打给谁"), ({"number": "abc"}, BadInput, "号码"),
        ({"called_id": actor_named("litao").user_id}, NotFound, "没有找到"), ({"version": 1}, Stale, "更新"),
    ):
        with pytest.raises(error, match=words):
            called(pressed, **said)
    for stranger in ("zhoujian", "luoshizhang", "qianwei", "liumin", "hengzha"):
        with pytest.raises(NotAllowed):
            called(pressed, by=stranger)
    assert not db.session.scalars(select(ReminderCall)).all()


def test_nobody_is_called_about_what_has_ended(pressed):
    pressed.answered(SUBJECT, "zhoujian")
    order = pressed.order(SUBJECT)
    order.ended_at, order.ended_as = pressed.now, "lifted"
    db.session.commit()
    with pytest.raises(Refused, match="已经结束"):
        called(pressed)


def test_a_call_stays_as_it_was_written(pressed):
    called(pressed)
    rows = ReminderCall.__table__
    for statement in (update(rows).values(words="没说"), rows.delete(), rows.insert().values(
            supervision_id=1, caller_id=1, called_name="某人", number="", called_at=pressed.now,
            recorded_at=pressed.now, outcome="reached", words="")):
        with pytest.raises(DBAPIError):
            db.session.execute(statement)
        db.session.rollback()


@pytest.mark.parametrize(("number", "shown"), [
    ("13900010004", "139****0004"), ("0412-5550123", "041****0123"), ("12345", "***45"), ("8", "8"), ("", ""),
])
def test_a_number_is_masked(number, shown):
    assert masked(number) == shown
