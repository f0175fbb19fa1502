"""The outbox: sent once, words erased, tried again while it is of use; a bad gateway keeps up nobody but its own."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs import delivery
from models import clock
from models.base import db
from models.deliveries import Carrier, CarrierState, DeliveryAttempt, Outcome, Purpose
from operations.base import operation
from operations.delivery import leasing, sending, settling
from operations.delivery import texts as texting
from operations.delivery.adapters.base import Receipt
from operations.delivery.wording import Site
from tests.claimants import STRANGER, texts
from tests.lives import START
from tests.shared import ENGINES_TRIED
from tests.together import at_once

WORDS = "验证码 123456，10 分钟内有效"
SITE = Site("政企直通车", "https://zqztc.example")
BUSY = Receipt(False, problem="忙", may_retry=True)
SETTINGS = {"SITE_NAME": "政企直通车", "PUBLIC_URL": "https://zqztc.example", "GATEWAY_SECONDS": 1}


# What no engine decides.
ON_ONE = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")


@pytest.fixture(autouse=True)
def now(app):
    with clock.standing_at(START):
        yield START


@operation
def queue(valid=timedelta(minutes=10), number=STRANGER, purpose=Purpose.CODE):
    texting.queue(number, WORDS, purpose=purpose, expires_at=START + valid)


def send(adapter, carrier=Carrier.SMS, after=timedelta()):
    with clock.standing_at(START + after):
        return sending.send_due(carrier, adapter, site=SITE)


def after(**span):
    return timedelta(**span)


def state(carrier=Carrier.SMS):
    db.session.expire_all()
    return db.session.scalars(select(CarrierState).where(CarrierState.carrier == carrier)).one()


class Killed(BaseException):
    """The process is gone."""


class Gateway:
    """Answers as it is told to; the last answer stays."""

    def __init__(self, *answers):
        self.answers, self.sent = list(answers) or [Receipt(True, "A-1")], []

    def send(self, message):
        self.sent.append(message)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, type):
            raise answer
        return answer


@ON_ONE
def test_the_console_prints_the_words_once_and_keeps_nothing(capsys):
    queue()
    run = delivery.by(Carrier.SMS)
    assert run(SETTINGS | {"TEXTING": "console"}).done == 1
    assert run(SETTINGS | {"TEXTING": "console"}).scanned == 0

    text, = texts()
    assert capsys.readouterr().out.count("123456") == 1
    assert (text.words, text.ended_at, text.outcome, text.reference) == ("", START, Outcome.SENT, "console")


@ON_ONE
def test_where_it_is_off_nothing_is_printed_and_nothing_stays(capsys):
    queue()
    tally = delivery.by(Carrier.SMS)(SETTINGS | {"TEXTING": "off"})

    text, = texts()
    assert (tally.scanned, tally.done, text.words, text.outcome) == (1, 0, "", Outcome.GIVEN_UP)
    assert "123456" not in "".join(capsys.readouterr())


def test_what_may_go_better_later_is_tried_again_with_the_same_key():
    queue()
    gateway = Gateway(BUSY, Receipt(True, "A-1"))
    assert [send(gateway).scanned, send(gateway).scanned] == [1, 0]
    assert send(gateway, after=after(seconds=11)).taken == 1

    first, second = gateway.sent
    assert first == second and texts()[0].reference == "A-1"
    told = db.session.execute(select(DeliveryAttempt.number, DeliveryAttempt.was_taken, DeliveryAttempt.problem)).all()
    assert told == [(1, False, "忙"), (2, True, "")]


@ON_ONE
def test_it_waits_longer_each_time_and_is_given_up_in_the_end():
    queue(valid=timedelta(days=2))
    moment, waits = timedelta(), []
    for _ in range(30):
        send(Gateway(BUSY), after=moment)
        text, = texts()
        if text.ended_at:
            break
        coming = max(text.next_try_at, state().paused_until or START) - START
        waits.append(int((text.next_try_at - START - moment).total_seconds()))
        moment = coming
    assert [wait for wait in waits if wait > 0] == [10, 40, 160, 640, 2560, 3600, 3600]
    assert (text.outcome, text.tries, text.words) == (Outcome.GIVEN_UP, 8, "")


def test_what_is_of_no_use_any_more_is_not_sent():
    queue()
    gateway = Gateway()
    assert send(gateway, after=after(minutes=11)).scanned == 0
    assert (texts()[0].words, texts()[0].problem, gateway.sent) == ("", "已过有效期", [])


def test_a_process_that_dies_after_sending_leaves_the_message_to_the_next_with_the_same_key():
    queue()
    gateway = Gateway(Killed, Receipt(True, "A-2"))
    with pytest.raises(Killed):
        send(gateway)
    db.session.rollback()
    assert send(gateway, after=after(seconds=100)).scanned == 0
    assert send(gateway, after=leasing.LEASE).taken == 1
    assert gateway.sent[0].key == gateway.sent[1].key
    assert list(db.session.scalars(select(DeliveryAttempt.was_taken).order_by(DeliveryAttempt.id))) == [None, True]


@ON_ONE
def test_a_fault_of_the_adapter_is_noted_without_its_words(caplog):
    queue()
    assert send(Gateway(ZeroDivisionError)).problem == "程序出错：ZeroDivisionError"
    assert "123456" not in caplog.text and texts()[0].outcome is None


@ON_ONE
def test_a_message_of_an_act_that_failed_is_not_there():
    @operation
    def fails():
        queue()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not texts()


def test_after_three_failures_in_a_row_the_carrier_rests_and_then_tries_with_one():
    for n in range(6):
        queue(number=f"1390000000{n}")
    gateway = Gateway(BUSY)
    assert send(gateway).scanned == 3 and state().failures == 3
    assert send(gateway, after=after(seconds=29)).scanned == 0
    assert send(gateway, after=after(seconds=30)).scanned == 1
    assert state().paused_until == START + after(seconds=90)
    mended = Gateway()
    assert send(mended, after=after(seconds=90)).taken == 6
    assert state().failures == 0 and state().paused_until is None


def test_what_was_taken_and_not_tried_is_given_back():
    for n in range(5):
        queue(number=f"1390000000{n}")
    send(Gateway(BUSY))
    assert sorted(text.tries for text in texts()) == [0, 0, 1, 1, 1]
    assert db.session.query(DeliveryAttempt).count() == 3


@ON_ONE
def test_who_sends_too_fast_rests_at_once():
    queue()
    queue(number="13900000002")
    assert send(Gateway(Receipt(False, may_retry=True, must_pause=True, problem="发得太快"))).scanned == 1
    assert state().paused_until == START + settling.TOO_FAST_PAUSE


def test_a_poisonous_message_dies_alone():
    queue(number="13900000001")
    queue(number="13900000002")
    assert send(Gateway(Receipt(False, code="40", problem="网关拒收：40"), Receipt(True))).taken == 1
    assert [text.outcome for text in texts()] == [Outcome.GIVEN_UP, Outcome.SENT]
    assert state().failures == 0


def test_late_news_of_a_failure_changes_nothing_that_was_sent_meanwhile():
    queue()
    first, = leasing.lease(Carrier.SMS, site=SITE)
    with clock.standing_at(START + leasing.LEASE):
        second, = leasing.lease(Carrier.SMS, site=SITE)
        settling.settle(first, BUSY, milliseconds=1)
        assert texts()[0].next_try_at == START + 2 * leasing.LEASE
        settling.settle(second, Receipt(True, "B"), milliseconds=1)
        settling.settle(first, Receipt(True, "A"), milliseconds=1)
    assert texts()[0].reference == "B"


def test_two_who_send_at_once_never_take_the_same(app):
    for n in range(12):
        queue(number=f"139000000{n:02d}")
    db.session.remove()
    taken = at_once(app, [lambda: leasing.lease(Carrier.SMS, site=SITE)] * 4, moment=START)
    ids = [one.id for batch in taken for one in batch]
    assert len(ids) == len(set(ids)) and len(ids) >= 10
