"""记一笔: what may be noted, what it does to the lists, and the ticket that comes of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models import clock
from models.base import db
from models.directory import Enterprise
from models.engagement import Interaction, InteractionKind
from models.log import Event
from models.tickets import Channel, Ticket, TicketKind
from operations.access.people import actor_named
from operations.base import Once
from operations.engagement import interactions
from operations.engagement.interactions import Talk
from operations.errors import AlreadyDone, BadInput, NotAllowed, NotFound
from tests.lives import START, shanghai

VISIT, PHONE = InteractionKind.VISIT, InteractionKind.PHONE
SAID = "看了二期厂房，外线还没有送电。企业希望八月底前通电。"


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def log(city, people, now):
    """``log(firm="恒轧机械", by="liumin", content=…, kind=…)`` notes something now."""

    def noted(firm="恒轧机械", *, by="liumin", content=SAID, kind=PHONE, once=None, **rest):
        talk = Talk(kind, content, **rest)
        return interactions.log_interaction(city.enterprises[firm], actor=people[by], talk=talk, once=once)

    return noted


def firm(city, name="恒轧机械"):
    db.session.expire_all()
    return db.session.get_one(Enterprise, city.enterprises[name].id)


def test_a_note_is_one_record_and_one_sealed_event(log, people):
    noted = log()
    event = db.session.scalars(select(Event).where(Event.action == "log_interaction")).one()
    assert (event.object_id, event.actor_id) == (noted.id, people["liumin"].user_id)
    assert SAID not in event.body and not event.is_public


def test_a_note_ends_the_silence_and_an_older_one_does_not_bring_it_back(log, city):
    log()
    assert firm(city).quiet_since == START
    log(occurred_at=START - timedelta(days=20))
    assert firm(city).quiet_since == START


def test_what_is_written_down_a_day_later_is_late(log):
    assert not interactions.is_late(log(occurred_at=START - timedelta(hours=20)))
    assert interactions.is_late(log(occurred_at=START - timedelta(hours=30)))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"occurred_at": START + timedelta(minutes=1)}, "不能晚于现在"),
        ({"occurred_at": START - timedelta(days=400)}, "一年以内"),
        ({"content": "　 \n"}, "请写谈了什么"),
        ({"content": "长" * 2001}, "最多 2000 字"),
        ({"next_contact_on": date(2026, 8, 18)}, "今天之后"),
        ({"next_contact_on": date(2027, 12, 1)}, "一年以内"),
        ({"becomes": TicketKind.HELP, "subject": "题" * 101}, "主题"),
    ],
)
def test_what_cannot_have_been_is_refused_and_leaves_nothing(log, wrong, sentence):
    with pytest.raises(BadInput, match=sentence):
        log(**wrong)
    assert db.session.scalar(select(func.count(Interaction.id))) == 0
    assert db.session.scalar(select(func.count(Ticket.id))) == 0


@pytest.mark.parametrize("by", ["wangqiang", "wujie", "hengzha"])
def test_only_a_steward_of_the_enterprise_notes(log, by):
    with pytest.raises(NotAllowed):
        log(by=by)


def test_a_visit_becomes_a_ticket_in_the_same_transaction(log, city):
    noted = log(kind=VISIT, becomes=TicketKind.HELP)
    ticket = db.session.get_one(Ticket, noted.ticket_id)
    assert (ticket.channel, ticket.subject, ticket.content) == (Channel.VISIT, "看了二期厂房，外线还没有送电", SAID)
    assert ticket.enterprise_id == city.enterprises["恒轧机械"].id
    assert interactions.number_of_ticket(noted) == ticket.number


def test_a_call_becomes_a_ticket_written_down_by_the_steward(log):
    noted = log(becomes=TicketKind.CONSULTATION, subject="送电时间")
    ticket = db.session.get_one(Ticket, noted.ticket_id)
    assert (ticket.channel, ticket.subject, ticket.kind) == (Channel.STEWARD, "送电时间", TicketKind.CONSULTATION)


def test_a_promise_is_kept_by_any_contact_on_its_day_and_outlives_an_earlier_one(log, city):
    log(next_contact_on=date(2026, 8, 21))
    with clock.standing_at(shanghai("2026-08-20 10:00")):
        log()
    assert firm(city).next_contact_on == date(2026, 8, 21)
    with clock.standing_at(shanghai("2026-08-21 10:00")):
        log()
    assert firm(city).next_contact_on is None


def test_the_same_form_sent_twice_is_one_note(log, people):
    once = Once(people["liumin"].user_id, "form-1", "digest")
    log(once=once)
    with pytest.raises(AlreadyDone):
        log(once=once)
    assert db.session.scalar(select(func.count(Interaction.id))) == 1


def test_a_note_is_found_by_who_wrote_it_while_the_enterprise_is_theirs(log, people):
    noted = log()
    assert interactions.get_own(people["liumin"], noted.id) is noted
    with pytest.raises(NotFound):
        interactions.get_own(people["wangqiang"], noted.id)


def test_older_notes_follow_without_a_gap_even_at_one_moment(log, city):
    made = [log(content=f"第 {n} 次联系", occurred_at=START - timedelta(days=n // 3)).id for n in range(12)]
    first = interactions.of_enterprise(city.enterprises["恒轧机械"], actor=actor_named("wujie"), limit=5)[:5]
    second = interactions.of_enterprise(
        city.enterprises["恒轧机械"], actor=actor_named("wujie"), before=first[-1].id, limit=20
    )
    assert sorted(row.id for row in (*first, *second)) == made


def test_the_days_offered_are_working_days(city):
    with clock.standing_at(shanghai("2026-09-24 10:00")):  # the day before the Mid-Autumn holiday
        assert interactions.days_ahead() == [("9月28日", date(2026, 9, 28))]
