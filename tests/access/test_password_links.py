"""忘记密码, 开通账号: one answer for every name; a link opens once, soon, and only to its own account."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import clock
from models.access import PasswordLink, User
from models.base import db
from models.deliveries import Carrier, Delivery, Purpose
from operations.access import password_links
from operations.access.actor import SYSTEM
from tests.access.test_two_step import half, sets_up
from tests.guest import Guest, printed, said
from tests.together import at_once

PAGE = "http://127.0.0.1:8000/password/"
FRESH = "Ganz-anders-77"
BOTH = (Carrier.SMS, Carrier.EMAIL)


@pytest.fixture
def liumin(quick):
    """The steward, whose mobile is on record; the security administrator has none."""
    db.session.execute(update(User).where(User.username == "liumin").values(phone="13800002607"))
    db.session.execute(update(User).where(User.username == "security").values(phone=None))
    db.session.commit()
    return quick.users["liumin"].id


def asks(guest, username):
    return guest.posts("/password/forgotten", {"username": username}, page="/password/forgotten")


def sent():
    """What waits in the outbox: to whom, by what, and the token."""
    waiting = select(Delivery).where(Delivery.purpose == Purpose.PASSWORD).order_by(Delivery.id)
    return [(row.recipient, row.carrier, re.search(f"{PAGE}(\\S+)", row.words).group(1))
            for row in db.session.scalars(waiting)]


def answers(carriers=BOTH):
    return password_links.answer_requests(page=PAGE, carriers=carriers)


def chooses(app, token, password=FRESH):
    return Guest(app).posts(f"/password/{token}", {"new_password": password}, page="/login")


def test_everybody_who_asks_gets_one_answer_and_only_an_account_gets_a_link(app, liumin):
    db.session.execute(update(User).where(User.username == "litao").values(is_active=False, phone="13800002608"))
    db.session.commit()
    guest = Guest(app)
    told = {(asks(guest, name).status_code, printed(guest.gets("/password/asked")))
            for name in ("nobody", " LiuMin ", "litao", "security")}

    assert len(told) == 1 and sent() == []
    assert answers() == (4, 1) and answers() == (0, 0)
    [(recipient, carrier, token)] = sent()
    assert (recipient, carrier) == ("13800002607", Carrier.SMS)
    assert db.session.scalars(select(PasswordLink.token_hash)).one() != token
    assert chooses(app, token).headers["Location"] == "/login"
    assert Guest(app).sign_in("liumin").status_code == 422
    assert Guest(app).sign_in("liumin", FRESH).status_code == 302


def test_a_link_is_used_once_soon_and_not_after_a_newer_one(app, liumin, at):
    with at(minutes=0):
        older, newer = (password_links.make("liumin", actor=SYSTEM) for _ in range(2))
        wrong = ("", "0", "None", "A" * 43, "A" * 400, older, newer[:-1], f"{newer}A", newer.swapcase())
        assert {chooses(app, token).status_code for token in wrong[1:]} == {404}
        with pytest.raises(password_links.LinkOver):
            password_links.opened_by("")
        signed = Guest(app, "liumin")
        assert chooses(app, newer, "zu-kurz").status_code == 422
        assert chooses(app, newer).status_code == 302
        assert not signed.is_signed_in
        assert chooses(app, newer, "Noch-ein-anderes-88").status_code == 404
    with at(hours=1):
        asks(Guest(app), "liumin")
        answers()
        token = sent()[-1][2]
    with at(hours=1, minutes=30, seconds=1):
        assert chooses(app, token).status_code == 404


def test_of_many_who_use_one_link_at_once_one_sets_the_password(app, liumin):
    token = password_links.make("liumin", actor=SYSTEM)

    def use(number):
        return password_links.use(token, password=f"Passwort-Nummer-{number}", address="")

    done = at_once(app, [lambda number=number: use(number) for number in range(3)], moment=clock.now())
    assert [isinstance(one, Exception) for one in done].count(False) == 1


def test_five_links_a_day_and_asking_more_often_says_nothing(app, liumin, at):
    with at(minutes=0):
        guest = Guest(app)
        for _ in range(7):
            assert asks(guest, "liumin").headers["Location"] == "/password/asked"
        assert answers() == (7, 5) and len(sent()) == 5
        sending = Guest(app, "security").posts(f"/accounts/{liumin}/password-link")
        assert sending.status_code == 302  # strangers who ask use up nothing of the security administrator's
        for number in range(13):
            asks(guest, f"name{number}")
        assert asks(guest, "liumin").status_code == 429
        answers()
    with at(hours=24, seconds=1):
        asks(guest, "liumin")
        assert answers() == (1, 1)


def test_a_new_password_does_not_stand_in_for_the_second_step(app, liumin, monkeypatch):
    monkeypatch.setitem(app.config, "TWO_STEPS", "privileged")
    sets_up(half(app, "hening"))
    chooses(app, password_links.make("hening", actor=SYSTEM))
    guest = Guest(app)

    assert guest.sign_in("hening", FRESH).headers["Location"].startswith("/login/code")
    assert not guest.is_signed_in


def test_the_security_administrator_sends_a_link_to_what_is_on_record(app, liumin, monkeypatch):
    keeper, path = Guest(app, "security"), f"/accounts/{liumin}"
    unreached = Guest(app, "security").posts(f"/accounts/{user_of('security')}/password-link")
    assert unreached.status_code == 409 and "没有登记手机号和邮箱" in said(unreached)
    db.session.execute(update(User).where(User.id == liumin).values(phone=None, email="liumin@example.gov.cn",
                                                                    password_hash=None))
    db.session.commit()
    monkeypatch.setitem(app.config, "MAIL_SERVER", "mail.example.gov.cn:25")
    assert "还没有设密码" in said(keeper.gets(path))
    assert keeper.posts(f"{path}/password-link").status_code == 302
    [(recipient, carrier, token)] = sent()
    link = db.session.scalars(select(PasswordLink)).one()
    assert (recipient, carrier, link.kind) == ("liumin@example.gov.cn", Carrier.EMAIL, "invitation")
    assert link.expires_at - link.created_at == timedelta(hours=48)
    assert chooses(app, token).status_code == 302


def user_of(username):
    return db.session.scalars(select(User.id).where(User.username == username)).one()


def test_the_mailbox_that_links_go_to_is_changed_with_a_fresh_password_alone(app, liumin, at, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_SERVER", "mail.example.gov.cn:25")
    monkeypatch.setitem(app.config, "PROVEN_FOR", timedelta(minutes=10))
    with at(minutes=0):
        guest = Guest(app, "liumin")
    with at(minutes=12):
        asked = guest.posts("/account/notices", {"email": "somebody@example.org"}, page="/account/notices")
        assert asked.headers["Location"].startswith("/account/prove")
        assert guest.posts("/account/notices", {}, page="/account/notices").status_code == 302
