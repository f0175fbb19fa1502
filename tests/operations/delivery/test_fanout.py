"""Who is told outside the site, by what, when, in which words; and one message instead of a storm."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jobs import delivery
from models import clock
from models.access import User
from models.base import db
from models.carriers import StoppedNumber
from models.deliveries import Carrier, Delivery, Outcome, Purpose
from models.notices import Notice, NoticeKind
from operations import notices
from operations.base import operation
from operations.delivery import choices, desk, fanout, sending
from operations.delivery.adapters.base import Receipt
from operations.delivery.choices import Wishes
from operations.delivery.wording import Site
from operations.errors import BadInput, NotAllowed, Refused
from operations.insight import glance
from tests.lives import START, Life, shanghai
from tests.operations.delivery.test_sending import SETTINGS, Gateway
from tests.shared import ENGINES_TRIED
from tests.views.counting import statements

SITE = Site("政企直通车", "https://zqztc.example")
EVERYTHING = {kind: set(Carrier) for kind in NoticeKind}


# What no engine decides.
ON_ONE = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")


@pytest.fixture
def ticket(city):
    with clock.standing_at(START):
        return Life(city).handling().ticket


@pytest.fixture(autouse=True)
def now(app):
    with clock.standing_at(START):
        yield START


@pytest.fixture
def chen(city, ticket):
    """An officer with a mobile and a mail address, who has heard everything so far."""
    values = {"phone": "13900000021", "email": "chenjing@yunzhou.example"}
    db.session.execute(update(User).where(User.username == "chenjing").values(**values))
    db.session.execute(update(Notice).values(delivered_at=START, read_at=START))
    db.session.commit()
    return city.users["chenjing"].id


@operation
def tell(user_id, ticket, subject="督办：厂区外接线路迟迟未送电", kind=NoticeKind.SUPERVISION):
    notices.tell([user_id], ticket, subject, kind=kind)


def rows(**where):
    db.session.expire_all()
    return db.session.scalars(select(Delivery).filter_by(**where).order_by(Delivery.id)).all()


def send(carrier=Carrier.SMS, gateway=None):
    gateway = gateway or Gateway()
    sending.send_due(carrier, gateway, site=SITE)
    return gateway.sent


def told(chen, ticket, count):
    tell_several(chen, ticket, count)
    fanout.deliver([Carrier.SMS])


@operation
def tell_several(user_id, ticket, count):
    for n in range(count):
        tell(user_id, ticket, f"督办：第 {n} 件")


def test_a_supervision_goes_by_text_and_mail_and_only_there_where_the_site_sends(chen, ticket):
    tell(chen, ticket)
    assert delivery.run(SETTINGS | {"TEXTING": "console", "MAIL_SERVER": "", "WECOM_KEY": "", "DINGTALK_TOKEN": ""})
    assert [(row.carrier, row.recipient) for row in rows()] == [(Carrier.SMS, "13900000021")]
    fanout.deliver(list(Carrier))
    assert len(rows()) == 1  # shown once, told once


def test_what_leaves_the_site_says_what_happened_and_not_what_was_demanded(chen, ticket):
    tell(chen, ticket)
    fanout.deliver(list(Carrier))
    text, = send()
    mail, = send(Carrier.EMAIL)
    assert text.words == f"【政企直通车】督办（{ticket.number}），请登录查看：https://zqztc.example/notices　回TD退订"
    assert mail.subject == f"【政企直通车】督办（{ticket.number}）" and mail.recipient == "chenjing@yunzhou.example"
    assert len(text.key) == 32 and "线路" not in text.words + mail.words


@ON_ONE
def test_into_a_group_goes_only_that_somebody_should_look(chen, ticket, people):
    choices.choose(Wishes(EVERYTHING, "chenjing@yunzhou.example"), actor=people["chenjing"])
    tell(chen, ticket)
    fanout.deliver([Carrier.WECOM])
    said, = send(Carrier.WECOM)
    assert said.words == "【政企直通车】您有新的督办通知，请登录查看：https://zqztc.example/notices"


@ON_ONE
def test_of_a_confidential_ticket_not_even_the_number_leaves(chen, ticket):
    ticket.is_confidential = True
    db.session.commit()
    tell(chen, ticket)
    fanout.deliver([Carrier.SMS])
    assert ticket.number not in send()[0].words


def test_what_somebody_has_chosen_holds_and_the_default_for_what_they_have_not(chen, ticket, people):
    actor = people["chenjing"]
    choices.choose(Wishes({NoticeKind.MESSAGE: {Carrier.SMS}}), actor=actor, carriers=[Carrier.SMS])
    tell(chen, ticket)
    tell(chen, ticket, "留言", kind=NoticeKind.MESSAGE)
    fanout.deliver([Carrier.SMS, Carrier.WECOM])
    assert [db.session.get(Notice, row.notice_id).kind for row in rows()] == [NoticeKind.MESSAGE]
    wishes = choices.wishes_of(actor)
    assert wishes.told[NoticeKind.SUPERVISION] == {Carrier.EMAIL} and wishes.told[NoticeKind.MESSAGE] == {Carrier.SMS}
    assert glance.of(actor).unread == 2  # in the site nothing can be turned off


def test_who_cannot_be_reached_has_no_row(chen, ticket):
    for values in ({"phone": None}, {"phone": "0412-2223333"}, {"phone": ""}, {"is_active": False}):
        db.session.execute(update(User).where(User.id == chen).values(**values))
        told(chen, ticket, 1)
        assert not rows(), values


def test_who_has_answered_td_gets_codes_alone_until_they_want_texts_again(chen, ticket, people):
    tell(chen, ticket)
    fanout.deliver([Carrier.SMS])
    db.session.add(StoppedNumber(number="13900000021"))
    db.session.commit()
    assert not send() and rows()[0].outcome is Outcome.UNWANTED
    tell(chen, ticket, "督办：再一次")
    fanout.deliver([Carrier.SMS])
    assert len(rows()) == 1 and choices.reach_of(people["chenjing"]).has_stopped
    choices.resume(actor=people["chenjing"])
    told(chen, ticket, 1)
    assert len(send()) == 1 and not choices.reach_of(people["chenjing"]).has_stopped


def test_own_hours_are_kept_within_those_of_the_site(chen, ticket, people):
    wishes = Wishes(EVERYTHING, opens=10 * 60, closes=11 * 60)
    choices.choose(wishes, actor=people["chenjing"])
    told(chen, ticket, 1)
    assert not send() and rows()[0].next_try_at == shanghai("2026-08-19 10:00")
    with clock.standing_at(shanghai("2026-08-21 11:00")):  # a Friday: the next working day is Monday
        told(chen, ticket, 1)
    assert rows()[1].next_try_at == shanghai("2026-08-24 10:00")


@ON_ONE
def test_a_failure_in_the_evening_is_tried_again_in_the_morning(chen, ticket):
    with clock.standing_at(shanghai("2026-08-19 19:59:55")):
        told(chen, ticket, 1)
        send(gateway=Gateway(Receipt(False, may_retry=True)))
    assert rows()[0].next_try_at == shanghai("2026-08-20 08:00")


@ON_ONE
def test_hours_that_are_none_are_refused(city, people):
    for opens, closes in ((600, 600), (660, 600), (None, 600), (601, 660), (0, 480), (1200, 1440)):
        with pytest.raises(BadInput):
            choices.choose(Wishes({}, opens=opens, closes=closes), actor=people["chenjing"])


def test_a_storm_becomes_one_message_with_the_number_of_it(chen, ticket):
    told(chen, ticket, 12)
    said, = send()
    assert "您有 12 条新通知" in said.words and "/notices" in said.words
    assert {row.outcome for row in rows(purpose=Purpose.NOTICE)} == {Outcome.FOLDED}


def test_after_a_storm_the_rest_of_the_hour_waits_for_the_next_digest(chen, ticket):
    told(chen, ticket, 6)
    assert len(send()) == 1
    with clock.standing_at(START + timedelta(minutes=5)):
        told(chen, ticket, 2)
        assert not send()
    with clock.standing_at(START + timedelta(minutes=9)):
        told(chen, ticket, 1)
        assert not send()
    with clock.standing_at(START + timedelta(minutes=60)):
        assert "您有 3 条新通知" in send()[0].words


def test_a_few_go_singly_and_what_comes_on_top_in_the_hour_goes_together(chen, ticket):
    told(chen, ticket, 5)
    assert len(send()) == 5
    with clock.standing_at(START + timedelta(minutes=30)):
        told(chen, ticket, 2)
        assert "您有 2 条新通知" in send()[0].words
    with clock.standing_at(START + timedelta(minutes=95)):
        told(chen, ticket, 2)
        assert len(send()) == 2


@ON_ONE
def test_old_news_after_an_outage_stays_in_the_site(chen, ticket):
    tell(chen, ticket)
    with clock.standing_at(START + timedelta(days=5)):
        assert fanout.deliver([Carrier.SMS]) == 1
    assert not rows()


def test_what_did_not_go_is_sent_again_by_hand_under_the_same_key(chen, ticket, people):
    told(chen, ticket, 2)
    send(gateway=Gateway(Receipt(False, code="40", problem="网关拒收：40")))
    with pytest.raises(NotAllowed):
        desk.resend([row.id for row in rows()], actor=people["hening"])
    assert desk.resend(desk.dead_ids(Carrier.SMS), actor=people["admin"]) == 2
    with pytest.raises(Refused):
        desk.resend([row.id for row in rows()], actor=people["admin"])
    assert len(send()) == 2 and {row.outcome for row in rows()} == {Outcome.SENT}
    assert [attempt.number for attempt in desk.get(rows()[0].id)[1]] == [1, 2]


def test_of_dead_digests_the_latest_goes_again(chen, ticket, people):
    for day in (0, 1):
        with clock.standing_at(START + timedelta(days=day)):
            told(chen, ticket, 6)
            send(gateway=Gateway(Receipt(False, problem="网关拒收：40")))
    assert desk.resend(desk.dead_ids(None), actor=people["admin"]) == 1


@ON_ONE
def test_as_many_statements_for_many_as_for_few(chen, ticket):
    counts = []
    for count in (3, 60):
        tell_several(chen, ticket, count)
        with statements() as seen:
            fanout.deliver(list(Carrier))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 13
