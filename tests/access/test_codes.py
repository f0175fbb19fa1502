"""One-time codes: used once, by few tries, sent seldom, and the same for every number."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.access import OneTimeCode
from models.base import db
from models.deliveries import Carrier, Delivery, Outcome, Purpose
from operations.access import codes, forgetting
from operations.access.codes import NoLongerOpen
from operations.errors import TooManyAttempts
from tests.claimants import SITE_KEY, STRANGER, code_sent_to, texts
from tests.lives import START
from tests.together import at_once

MANY = 50


@pytest.fixture(autouse=True)
def now(app):
    with clock.standing_at(START):
        yield START


def send(number=STRANGER, address="10.0.0.7", after=timedelta()):
    with clock.standing_at(START + after):
        return codes.send(number, {"n": 1}, purpose_words="认领企业", site_key=SITE_KEY, address=address)


def enter(key, code, **rest):
    return codes.enter(key, code, site_key=SITE_KEY, **rest)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_opens_once_what_was_asked_for():
    key = send()
    assert enter(key, code_sent_to(STRANGER))
    assert codes.spend(key).wish == {"n": 1}
    with pytest.raises(NoLongerOpen):
        codes.spend(key)


def test_a_code_is_good_for_one_entry_and_for_the_browser_that_asked():
    key = send()
    code = code_sent_to(STRANGER)

    assert not enter("another browser", code) and not enter("", code)
    assert enter(key, code) and not enter(key, code)


def test_after_five_tries_the_right_code_is_wrong_as_well():
    key = send()
    code = code_sent_to(STRANGER)

    assert [enter(key, wrong(code)) for _ in range(5)] == [False] * 5
    assert not enter(key, code)
    assert db.session.scalars(select(OneTimeCode.tries)).one() == 5


def test_a_code_is_over_after_ten_minutes():
    key = send()
    with clock.standing_at(START + timedelta(minutes=10)):
        assert not enter(key, code_sent_to(STRANGER))


def test_what_a_code_has_opened_closes_after_half_an_hour():
    key = send()
    enter(key, code_sent_to(STRANGER))
    with clock.standing_at(START + timedelta(minutes=31)), pytest.raises(NoLongerOpen):
        codes.proven(key)


def test_a_new_code_ends_the_one_before():
    key = send()
    old = code_sent_to(STRANGER)
    with clock.standing_at(START + timedelta(minutes=2)):
        codes.send_again(key, purpose_words="认领企业", site_key=SITE_KEY)
        new = code_sent_to(STRANGER)
        assert old == new or not enter(key, old)
        assert enter(key, new)
        with pytest.raises(NoLongerOpen):
            codes.send_again(key, purpose_words="认领企业", site_key=SITE_KEY)


def test_of_fifty_at_once_one_gets_in(app):
    key = send()
    code = code_sent_to(STRANGER)
    db.session.remove()

    came = at_once(app, [lambda: enter(key, code)] * MANY, moment=START)
    assert sum(came) == 1


def test_fifty_wrong_ones_at_once_are_five_tries(app):
    key = send()
    code = code_sent_to(STRANGER)
    db.session.remove()
    at_once(app, [lambda: enter(key, wrong(code))] * 12, moment=START)

    assert db.session.scalars(select(OneTimeCode.tries)).one() == 5


@pytest.mark.parametrize(("earlier", "is_sent"), [
    ([59], False), ([60], True), ([61, 900, 1800, 2700, 3599], False), ([61, 900, 1800, 2700, 3600], True),
    ([h * 3600 for h in range(1, 11)], False), ([h * 3600 for h in range(1, 10)], True),
    ([h * 3600 for h in range(15, 25)], True),
])
def test_a_number_gets_one_a_minute_five_an_hour_ten_a_day(earlier, is_sent):
    """Whatever address it is asked from: seconds ago → whether there is one more."""
    for n, seconds in enumerate(earlier):
        sent_at = START - timedelta(seconds=seconds)
        db.session.add(Delivery(carrier=Carrier.SMS, recipient=STRANGER, purpose=Purpose.CODE, key=f"{n}",
                                address=f"10.0.1.{n}", created_at=sent_at, next_try_at=sent_at, expires_at=sent_at,
                                ended_at=sent_at, outcome=Outcome.SENT))
    db.session.commit()
    if is_sent:
        assert send()
    else:
        with pytest.raises(TooManyAttempts):
            send()


def test_a_place_gets_twenty_an_hour_whatever_the_numbers():
    for n in range(20):
        send(f"1390000{n:04d}")
    with pytest.raises(TooManyAttempts, match="网络"):
        send("13911111111")
    assert send("13911111111", address="10.0.0.8")


def test_who_ask_at_the_same_moment_do_not_slip_through(app):
    db.session.remove()
    came = at_once(app, [send] * 6, moment=START)

    assert sum(isinstance(one, TooManyAttempts) for one in came) == 5 and len(texts()) == 1


def test_codes_and_messages_are_forgotten():
    send()
    with clock.standing_at(START + timedelta(days=91)):
        assert forgetting.forget_old() >= 2
    assert not texts()
