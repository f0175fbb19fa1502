"""What somebody answers by text: taken once, from the gateway alone, for what was last asked of that number."""

import json

import pytest
from sqlalchemy import select, update

from models import clock
from models.access import Post
from models.base import db
from models.carriers import AnswerOutcome, StoppedNumber, TextAnswer
from models.deliveries import Delivery, Outcome
from models.ratings import MOST_WRONG_CODES, Grade, Rating, RatingChannel, RatingToken
from models.tickets import Status, Ticket
from operations.access.people import actor_named
from operations.delivery import answers, signing
from operations.delivery.answers import Answer
from operations.errors import BadInput, DomainError, Refused
from operations.ratings import asking, links
from tests.lives import START, Life
from tests.shared import ENGINES_TRIED
from tests.together import at_once

MOBILE = "13900000031"
SECRET = "the secret of this site and its gateway 0123456789"


# What is decided by no engine.
ON_ONE = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")


@pytest.fixture
def waiting(city):
    """A ticket whose contact has been asked to rate it by text."""
    return asked(Life(city).submit().accept().dispatch().result().reply().call())


def asked(life, *, is_sent=True):
    with life.here():
        life.ticket.contact_phone = MOBILE
        links.text(life.ticket, actor=actor_named("xuhui"), address_of=lambda token: f"https://zqztc.example/r/{token}")
    if is_sent:
        db.session.execute(update(Delivery).values(words="", outcome=Outcome.SENT, ended_at=life.now))
        db.session.commit()
    life.wait(minutes=2)
    return life


def code_of(life):
    tokens = select(RatingToken).where(RatingToken.ticket_id == life.ticket.id).order_by(RatingToken.id.desc())
    return db.session.scalars(tokens).first().reply_code


def wrong_code(life):
    return f"{(int(code_of(life)) + 1) % 10_000:04d}"


def take(life, words, provider_id="up-1", number=MOBILE, is_vouched=False):
    with life.here():
        answers.take(answers.answer_of(provider_id, number, words), is_vouched=is_vouched)
    db.session.expire_all()
    return db.session.scalars(select(TextAnswer.outcome).where(TextAnswer.provider_id == provider_id)).one()


def test_code_and_digit_rate_what_was_asked_and_close_it(waiting):
    text, code = db.session.scalars(select(Delivery)).one(), code_of(waiting)
    assert take(waiting, f"{code} 5 一直没人管", number=f"+86{MOBILE}") is AnswerOutcome.RATED
    rating = db.session.scalars(select(Rating)).one()
    assert (rating.grade, rating.channel, rating.words) == (Grade.VERY_DISSATISFIED, RatingChannel.SMS, "一直没人管")
    assert waiting.ticket.status is Status.CLOSED and text.rating_token_id is not None
    assert take(waiting, f"{code} 1", "up-2") is AnswerOutcome.NOTHING_TO_RATE
    with pytest.raises(links.LinkSpent):
        links.ticket_of("anything")


def test_whoever_has_no_account_is_asked_by_the_site_itself_and_once(city):
    def ask():
        with life.here():
            return asking.ask_waiting(address_of=lambda token: f"https://zqztc.example/r/{token}")

    life = Life(city).submit().accept().dispatch().result().reply().call()
    life.ticket.contact_phone = MOBILE
    db.session.commit()
    assert ask() == (0, 0)  # a member of the enterprise rates on its own page
    db.session.execute(update(Post).where(Post.enterprise_id == life.ticket.enterprise_id).values(ended_at=life.now))
    db.session.execute(update(Ticket).values(is_confidential=True))
    db.session.commit()
    assert ask() == (0, 0)
    db.session.execute(update(Ticket).values(is_confidential=False))
    db.session.commit()
    assert ask() == (1, 1) and ask() == (0, 0)
    text, token = db.session.scalars(select(Delivery)).one(), db.session.scalars(select(RatingToken)).one()
    assert (text.recipient, token.made_by_id) == (MOBILE, None) and token.reply_code in text.words
    db.session.execute(update(Delivery).values(words="", outcome=Outcome.SENT, ended_at=life.now))
    db.session.commit()
    life.wait(minutes=2)
    assert take(life, f"{token.reply_code} 1") is AnswerOutcome.RATED


def test_a_forged_number_rates_nothing_without_the_code(waiting):
    code, wrong = code_of(waiting), wrong_code(waiting)
    assert take(waiting, "1", "up-0") is AnswerOutcome.CODE_MISSING
    for n in range(MOST_WRONG_CODES):
        assert take(waiting, f"{wrong} 1", f"up-{n + 1}") is AnswerOutcome.WRONG_CODE
        assert take(waiting, f"{wrong} 1", f"up-{n + 1}") is AnswerOutcome.WRONG_CODE  # a replay is not counted again
    # The request is closed for texts, by its right code and by a grade alone as well; the link still rates.
    assert take(waiting, f"{code} 1", "up-8") is AnswerOutcome.NOTHING_TO_RATE
    assert take(waiting, "1", "up-9", is_vouched=True) is AnswerOutcome.NOTHING_TO_RATE
    token = db.session.scalars(select(RatingToken)).one()
    assert (token.used_at, token.wrong_codes) == (None, MOST_WRONG_CODES) and not db.session.query(Rating).count()
    with waiting.here():
        assert links._ticket_of(RatingToken.id == token.id).id == waiting.ticket.id


def test_a_grade_alone_rates_where_the_gateway_vouches_for_senders(waiting):
    assert take(waiting, "５ ", is_vouched=True) is AnswerOutcome.RATED  # a digit has no room for a reason
    assert db.session.scalars(select(Rating.grade)).one() is Grade.VERY_DISSATISFIED


@ON_ONE
@pytest.mark.parametrize(("written", "is_right"), [
    ("{}1", True), ("{}，2，很好", True), ("{}+3", True), ("{}\n4", True), ("{} 6", False), ("{}", False), ("1 {}", False),
])
def test_how_a_code_is_written(waiting, written, is_right):
    assert (take(waiting, written.format(code_of(waiting))) is AnswerOutcome.RATED) is is_right


def test_an_answer_is_meant_for_the_request_whose_code_it_holds(waiting, city):
    life = Life(city).submit(subject="另一件").accept().dispatch().result().reply().call()
    life.now = waiting.now
    asked(life)
    assert code_of(life) != code_of(waiting)
    assert take(life, "1", is_vouched=True) is AnswerOutcome.CODE_MISSING  # of two, nobody knows which is meant
    assert take(life, f"{code_of(life)} 5", "up-2") is AnswerOutcome.RATED
    assert take(life, "1", "up-3", is_vouched=True) is AnswerOutcome.CODE_MISSING  # a second thought of the newer one
    assert db.session.scalars(select(Rating.ticket_id)).one() == life.ticket.id
    assert take(life, f"{code_of(waiting)} 2", "up-4") is AnswerOutcome.RATED


def test_what_has_not_reached_the_number_is_not_answered(city):
    life = asked(Life(city).submit().accept().dispatch().result().reply().call(), is_sent=False)
    assert take(life, f"{code_of(life)} 1") is AnswerOutcome.NOTHING_TO_RATE


@ON_ONE
def test_the_contact_without_a_mobile_gets_no_text(waiting):
    waiting.ticket.contact_phone = "0412-2223333"
    with pytest.raises(Refused, match="手机"), waiting.here():
        links.text(waiting.ticket, actor=actor_named("xuhui"), address_of=str)


@ON_ONE
def test_td_stops_texts_to_the_number_once(waiting):
    for words in ("TD", "td", "退订", "T", "ＴＤ"):
        assert take(waiting, words, f"up-{words.encode().hex()}") is AnswerOutcome.STOPPED
    assert db.session.scalars(select(StoppedNumber.number)).all() == [MOBILE]


@ON_ONE
def test_what_is_not_understood_changes_nothing(waiting):
    for n, words in enumerate(("", "6", "0", "15", "谢谢", "五", "-1", "1" * 600, "我选1", "1号")):
        assert take(waiting, words, f"up-{n}") is AnswerOutcome.NOT_UNDERSTOOD, words
    assert not db.session.query(Rating).count()


@pytest.mark.parametrize(("provider_id", "number", "words"), [
    (1, MOBILE, "1"), ("", MOBILE, "1"), ("a b", MOBILE, "1"), ("x" * 81, MOBILE, "1"), ("号", MOBILE, "1"),
    ("a", "12345", "1"), ("a", "１３９０００００００１", "1"), ("a", None, "1"), ("a", MOBILE, None), ("a", MOBILE + "\n", "1"),
])
def test_what_is_no_answer_is_refused(provider_id, number, words):
    with pytest.raises(BadInput):
        answers.answer_of(provider_id, number, words)


@ON_ONE
def test_one_number_is_heard_twenty_times_an_hour(waiting):
    outcomes = [take(waiting, "谢谢", f"up-{n}") for n in range(21)]
    assert outcomes[19:] == [AnswerOutcome.NOT_UNDERSTOOD, AnswerOutcome.TOO_MANY]


def test_what_broke_off_after_it_was_noted_is_done_when_it_comes_again(waiting, monkeypatch):
    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(answers, "_carry_out", dies)
        take(waiting, f"{code_of(waiting)} 1")
    db.session.rollback()
    assert not db.session.query(Rating).count()
    assert take(waiting, f"{code_of(waiting)} 1") is AnswerOutcome.RATED


def test_of_the_same_answer_at_once_one_has_an_effect(app, waiting):
    answer, moment = Answer("up-1", MOBILE, f"{code_of(waiting)} 2"), waiting.now
    db.session.remove()
    came = at_once(app, [lambda: answers.take(answer)] * 6, moment=moment)
    assert not [one for one in came if isinstance(one, DomainError) and one.status_code != 409]
    assert db.session.scalars(select(TextAnswer.outcome)).all() == [AnswerOutcome.RATED]
    assert db.session.query(Rating).count() == 1


class Sender:
    """A gateway that calls back; ``now`` is its own clock."""

    def __init__(self, app, now):
        self.client, self.now = app.test_client(), now

    def sends(self, said, *, secret=SECRET, late=0, signed=None, body=None, **headers):
        body = json.dumps(said).encode() if body is None else body
        second = str(int(self.now.timestamp()) - late)
        headers = {"X-Timestamp": second, "X-Signature": signed or signing.signature(secret, second, body)} | headers
        with clock.standing_at(self.now):
            return self.client.post("/callbacks/sms", data=body, headers=headers, content_type="application/json")


@pytest.fixture
def sender(app, waiting, monkeypatch):
    monkeypatch.setitem(app.config, "TEXT_CALLBACK_SECRET", SECRET)
    monkeypatch.setitem(app.config, "TEXT_SENDERS_VOUCHED", True)
    return Sender(app, waiting.now)


def said(words="1", number="up-1"):
    return {"id": number, "from": MOBILE, "text": words}


def test_the_gateway_calls_back_and_a_replay_is_thanked_for_and_has_no_effect(sender):
    first, again = sender.sends(said()), sender.sends(said())
    altered = sender.sends(said("5"))
    assert (first.status_code, first.json) == (again.status_code, again.json) == (200, {"code": 0})
    assert altered.status_code == 200
    assert db.session.scalars(select(Rating.grade)).all() == [Grade.VERY_SATISFIED]


@ON_ONE
def test_a_site_that_says_nothing_of_its_gateway_takes_no_grade_alone(app, sender, monkeypatch):
    monkeypatch.undo()
    assert not app.config["TEXT_SENDERS_VOUCHED"]
    monkeypatch.setitem(app.config, "TEXT_CALLBACK_SECRET", SECRET)
    assert sender.sends(said()).status_code == 200
    assert db.session.scalars(select(TextAnswer.outcome)).all() == [AnswerOutcome.CODE_MISSING]


@ON_ONE
def test_every_forgery_gets_the_same_answer_and_leaves_nothing(sender):
    forgeries = (
        {"secret": "another secret, as long as the right one 000"}, {"signed": "00"}, {"signed": "ü" * 64},
        {"late": 301}, {"late": -301}, {"X-Timestamp": ""}, {"X-Timestamp": "１"}, {"X-Timestamp": "9" * 30},
        {"X-Signature": ""},
    )
    for forgery in forgeries:
        answer = sender.sends(said(), **forgery)
        assert (answer.status_code, answer.json) == (403, {"code": 403}), forgery
    assert not db.session.query(TextAnswer).count() and not db.session.query(Rating).count()


@ON_ONE
def test_signed_nonsense_is_refused_and_a_body_of_any_size_is_not_read(sender):
    for body in (b"", b"[]", b"{}", b"\xff", b"[" * 5000, b'{"id": 1, "from": [], "text": {}}'):
        assert sender.sends(None, body=body).status_code == 422, body
    assert sender.sends(None, body=b"x" * 9000).status_code == 413


@ON_ONE
def test_without_a_secret_there_is_no_such_address(app):
    assert Sender(app, START).sends(said()).status_code == 404


@ON_ONE
def test_when_all_of_them_answer_at_once_the_gateway_is_asked_to_come_again(sender, monkeypatch):
    monkeypatch.setattr(answers, "PER_MINUTE", 1)
    assert [sender.sends(said("谢谢", f"up-{n}")).status_code for n in range(2)] == [200, 429]
