"""The outbox of text messages: sent once, words erased, tried again while they are of use."""

from datetime import timedelta

import pytest

from jobs import texting
from models import clock
from models.base import db
from models.texting import TextPurpose
from operations.base import operation
from operations.texting import adapters, outbox
from operations.texting.adapters import Receipt
from tests.claimants import STRANGER, texts
from tests.lives import START

WORDS = "验证码 123456，10 分钟内有效"


@pytest.fixture(autouse=True)
def now(app):
    with clock.standing_at(START):
        yield START


@operation
def queue(valid=timedelta(minutes=10)):
    outbox.queue(STRANGER, WORDS, purpose=TextPurpose.CODE, expires_at=START + valid)


class Gateway:
    """Answers as it is told to."""

    def __init__(self, *receipts):
        self.receipts, self.sent = list(receipts), []

    def send(self, message):
        self.sent.append(message)
        return self.receipts.pop(0)


def test_the_console_prints_the_words_once_and_keeps_nothing(capsys):
    queue()
    assert texting.run({"TEXTING": "console"}).done == 1
    assert texting.run({"TEXTING": "console"}).scanned == 0

    text, = texts()
    assert capsys.readouterr().out.count("123456") == 1
    assert (text.words, text.sent_at, text.reference) == ("", START, "console")


def test_where_it_is_off_nothing_is_printed_and_nothing_stays(capsys):
    queue()
    tally = texting.run({"TEXTING": "off"})

    text, = texts()
    assert (tally.scanned, tally.done, text.words, text.given_up_at) == (1, 0, "", START)
    assert "123456" not in "".join(capsys.readouterr())


def test_what_may_go_better_later_is_tried_again_with_the_same_key():
    queue()
    gateway = Gateway(Receipt(False, problem="忙", may_retry=True), Receipt(True, "A-1"))
    assert outbox.deliver(gateway) == (1, 0)
    assert outbox.deliver(gateway) == (0, 0)
    with clock.standing_at(START + timedelta(seconds=11)):
        assert outbox.deliver(gateway) == (1, 1)

    first, second = gateway.sent
    assert first == second and texts()[0].reference == "A-1"


def test_what_is_of_no_use_any_more_is_not_sent():
    queue()
    with clock.standing_at(START + timedelta(minutes=11)):
        assert outbox.deliver(Gateway()) == (0, 0)
    assert (texts()[0].words, texts()[0].problem) == ("", "已过有效期")


def test_a_process_that_dies_leaves_the_message_to_the_next():
    queue()
    lost = Gateway()
    with pytest.raises(IndexError):
        outbox.deliver(lost)
    db.session.rollback()
    with clock.standing_at(START + timedelta(seconds=61)):
        assert outbox.deliver(Gateway(Receipt(True))) == (1, 1)


def test_a_message_of_an_act_that_failed_is_not_there():
    @operation
    def fails():
        queue()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not texts()


def test_every_adapter_has_its_name():
    assert {name: adapters.adapter_named(name) is not None for name in adapters.ADAPTERS} == {
        "console": True, "off": True
    }
