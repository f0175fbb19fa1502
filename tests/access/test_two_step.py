"""两步验证: who owes it reaches nothing by the password alone; each code is taken once, and few may be tried."""

import json
import re

import pyotp
import pytest
from sqlalchemy import select

from models import clock, encryption
from models.access import Authenticator, RecoveryCode
from models.base import db
from models.log import Event
from operations.access import accounts, sessions, two_step
from operations.access.sessions import SessionRules
from operations.demo.city import PASSWORD
from tests.guest import Guest, said
from tests.sealing import keys
from tests.together import at_once

RULES = SessionRules(two_steps="privileged")
TYPED = re.compile(r"<code[^>]*>((?:[A-Z2-7]{4} ?)+)</code>")
SPARE = re.compile(r"<code>((?:[a-z2-7]{4}-?){6})</code>")
KEYS = ["eine-nur-fuer-tests-0123456789abcdef"]


@pytest.fixture
def strict(app, quick, monkeypatch):
    """A site that asks the privileged for two steps, as production does."""
    monkeypatch.setitem(app.config, "TWO_STEPS", "privileged")
    return quick


def code_of(secret, *, aside=0):
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + aside)


def sets_up(guest):
    """The secret that the page printed, and the 备用码."""
    guest.posts("/account/two-step/begin")
    secret = TYPED.search(guest.gets("/account/two-step/set-up").text).group(1).replace(" ", "")
    answer = guest.posts("/account/two-step/set-up", {"passcode": code_of(secret)}, page="/account/two-step/set-up")
    assert answer.status_code == 200, said(answer)
    return secret, SPARE.findall(answer.text)


def enters(guest, code, **rest):
    return guest.posts("/login/code", {"passcode": code}, page="/login/code", **rest)


def half(app, username, **rest):
    guest = Guest(app, **rest)
    assert guest.sign_in(username).status_code == 302
    return guest


def with_app(app, username, at, **span):
    """An account that has set it up, at that moment."""
    with at(**span):
        return sets_up(half(app, username))


def test_whoever_may_more_reaches_no_page_by_the_password_alone(app, strict):
    for username in ("admin", "security", "audit", "hening", "zhoujian"):
        guest = half(app, username)
        for path in ("/account", "/", "/watch", "/audit", "/jobs", "/tickets", "/calendar", "/account/password"):
            assert guest.gets(path).headers.get("Location", "").startswith("/login"), (username, path)
        assert guest.gets("/login/code").headers["Location"] == "/account/two-step"
        sets_up(guest)
        assert guest.is_signed_in


def test_others_sign_in_as_before_and_may_set_it_up_by_themselves(app, strict):
    guest, elsewhere = Guest(app, "liumin"), Guest(app, "liumin")
    assert guest.is_signed_in and elsewhere.is_signed_in
    sets_up(guest)

    assert guest.is_signed_in and not elsewhere.is_signed_in
    assert not half(app, "liumin").is_signed_in


def test_a_site_can_want_it_of_everybody(app, strict, monkeypatch):
    monkeypatch.setitem(app.config, "TWO_STEPS", "all")
    for username in ("hengzha", "liumin", "chenjing", "qianwei"):
        guest = half(app, username)
        assert not guest.is_signed_in and guest.gets("/login/code").headers["Location"] == "/account/two-step"
        sets_up(guest)
        assert guest.is_signed_in
    ending = guest.posts("/account/two-step/end", {"end-passcode": "123456"}, page="/account/two-step")
    assert "必须使用两步验证" in said(ending) and guest.is_signed_in


def test_each_code_is_taken_once_and_only_within_a_step(app, strict, at):
    secret, _ = with_app(app, "hening", at, minutes=0)
    with at(minutes=10):
        guest = half(app, "hening")
        for aside in (-2, 2):
            assert enters(guest, code_of(secret, aside=aside)).status_code == 422
        before, right = guest.cookie, code_of(secret)
        assert enters(guest, right).headers["Location"] == "/"
        assert guest.is_signed_in and guest.cookie != before
        assert not Guest(app).steals(before).is_signed_in
        other = half(app, "hening")
        for code in (right, code_of(secret, aside=-1)):
            assert "已经用过" in said(enters(other, code))
        assert enters(other, code_of(secret, aside=1)).status_code == 302


def test_of_many_who_send_one_code_at_once_one_gets_in(app, strict, at):
    secret, _ = with_app(app, "hening", at, minutes=0)
    with at(minutes=10):
        tokens = [accounts.sign_in("hening", PASSWORD, address="192.0.2.1") for _ in range(3)]
        code = code_of(secret)

        def enter(token):
            signed = sessions.signed_in(token, address="", rules=RULES)
            return two_step.enter(signed, code)

        entered = at_once(app, [lambda token=token: enter(token) for token in tokens],
                          moment=clock.now())
    assert sum(isinstance(one, two_step.Entered) for one in entered) == 1


def test_five_wrong_codes_lock_for_five_minutes_wherever_they_come_from(app, strict, at):
    secret, _ = with_app(app, "hening", at, minutes=0)
    with at(minutes=10):
        for number in range(5):
            assert enters(half(app, "hening", address=f"192.0.2.{number}"), "000000").status_code == 422
        locked = enters(half(app, "hening"), code_of(secret))
        assert locked.status_code == 429 and "5 分钟后" in said(locked)
    with at(minutes=15, seconds=1):
        assert enters(half(app, "hening"), code_of(secret)).status_code == 302
        told = [json.loads(body) for body in db.session.scalars(
            select(Event.body).where(Event.action == "take_second_step").order_by(Event.seq))]
    assert [one["result"] for one in told] == ["refused"] * 5 + ["done"]


def test_the_security_administrator_unlocks_what_somebody_else_has_locked_and_never_their_own(app, quick, at):
    user_id, own = quick.users["liumin"].id, quick.users["security"].id
    with at(minutes=0):
        for number in range(accounts.PER_ACCOUNT.failures):
            accounts.note_failure("liumin", address=f"203.0.113.{number}")
        accounts.note_failure("security", address="192.0.2.9")
        assert Guest(app).sign_in("liumin").status_code == 429
        keeper, page = Guest(app, "security"), f"/accounts/{user_id}"
        assert "输错 20 次" in said(keeper.gets(page))
        assert keeper.posts(f"/accounts/{own}/unlock").status_code == 409
        assert keeper.posts(f"{page}/unlock", page=page).status_code == 302
        assert keeper.posts(f"{page}/unlock").status_code == 409
        assert Guest(app).sign_in("liumin").status_code == 302
        assert "unlock_account" in db.session.scalars(select(Event.action)).all()


def test_nobody_locks_an_account_by_typing_its_counter_as_a_name(app, strict, at):
    with_app(app, "hening", at, minutes=0)
    user_id = strict.users["hening"].id
    with at(minutes=10):
        for _ in range(5):
            accounts.note_failure(f"CODE/{user_id}", address="192.0.2.9")
        assert enters(half(app, "hening"), "000000").status_code == 422


def test_a_code_kept_for_the_lost_phone_opens_once(app, strict, at):
    _, spare = with_app(app, "hening", at, minutes=0)
    assert len(set(spare)) == 10
    with at(minutes=10):
        guest = half(app, "hening")
        assert enters(guest, spare[3].upper().replace("-", " ")).status_code == 302
        assert "还剩 9 个" in said(guest.gets("/account"))
        assert enters(half(app, "hening"), spare[3]).status_code == 422
    assert not any(row.code_hash in spare for row in db.session.scalars(select(RecoveryCode)))


def test_with_the_password_alone_nobody_replaces_the_phone(app, strict, at):
    with_app(app, "hening", at, minutes=0)
    with at(minutes=10):
        guest = half(app, "hening")
        answers = [guest.gets("/account/two-step"), guest.gets("/account/two-step/set-up"),
                   guest.posts("/account/two-step/begin", page="/login/code")]
        assert all(answer.headers["Location"].startswith("/login?") for answer in answers)
        assert db.session.scalars(select(Authenticator.confirmed_at)).one()


def test_the_password_alone_ends_nobodys_session_and_three_that_took_the_step_stay(app, strict, at):
    secret, _ = with_app(app, "hening", at, minutes=0)
    at_work = []
    for minute in (10, 11, 12, 13):
        with at(minutes=minute):
            at_work.append(half(app, "hening"))
            assert enters(at_work[-1], code_of(secret)).status_code == 302
    with at(minutes=14):
        for _ in range(4):
            half(app, "hening")
        assert [guest.is_signed_in for guest in at_work] == [False, True, True, True]


def test_the_second_step_is_waited_for_ten_minutes(app, strict, at):
    secret, _ = with_app(app, "hening", at, minutes=0)
    with at(minutes=10):
        guest = half(app, "hening")
    with at(minutes=20, seconds=1):
        assert guest.gets("/login/code").headers["Location"].startswith("/login?")


def test_ending_it_and_new_codes_take_a_code_and_the_privileged_may_not_end_it(app, strict, at):
    with at(minutes=0):
        steward, leader = Guest(app, "liumin"), half(app, "zhoujian")
        (own, _), (secret, spare) = sets_up(steward), sets_up(leader)
    page = {"page": "/account/two-step"}
    with at(minutes=1):
        assert steward.posts("/account/two-step/end", {"end-passcode": "000000"}, **page).status_code == 422
        assert steward.posts("/account/two-step/end", {"end-passcode": code_of(own)}, **page).status_code == 302
        refused = leader.posts("/account/two-step/end", {"end-passcode": code_of(secret)}, **page)
        assert refused.status_code == 409 and "不能停用" in said(refused)
        fresh = SPARE.findall(leader.posts("/account/two-step/codes", {"codes-passcode": code_of(secret)}, **page).text)
        assert len(fresh) == 10 and not set(fresh) & set(spare)


def test_the_security_administrator_resets_it_for_others_and_it_is_in_the_log(app, strict, at):
    with_app(app, "hening", at, minutes=0)
    hening, security = strict.users["hening"].id, strict.users["security"].id
    with at(minutes=10):
        supervisor, keeper = half(app, "hening"), half(app, "security")
        sets_up(keeper)
        reset = {"reset-reason": "手机丢失，已当面核对"}
        own = keeper.posts(f"/accounts/{security}/two-step/reset", reset, page=f"/accounts/{hening}")
        assert own.status_code == 409 and "不能重置自己的" in said(own)
        assert keeper.posts(f"/accounts/{hening}/two-step/reset", reset, page=f"/accounts/{hening}").status_code == 302
        assert supervisor.gets("/login/code").headers["Location"].startswith("/login?")
        assert half(app, "hening").gets("/login/code").headers["Location"] == "/account/two-step"
        assert "reset_two_steps" in db.session.scalars(select(Event.action)).all()


def test_the_secret_lies_encrypted_is_bound_to_its_account_and_follows_a_change_of_keys(app, strict, at):
    secret, _ = with_app(app, "hening", at, minutes=0)
    row, place = db.session.scalars(select(Authenticator)).one(), f"two-step/{strict.users['hening'].id}"
    assert secret not in row.sealed_secret
    with keys(*KEYS, *app.config["DATA_KEYS"]):
        assert two_step.reseal() == 1 and two_step.reseal() == 0
    with pytest.raises(encryption.Undecipherable):
        encryption.decrypt(row.sealed_secret, place=place)
    with keys(*KEYS):
        assert encryption.decrypt(row.sealed_secret, place=place) == secret
        with pytest.raises(encryption.Undecipherable):
            encryption.decrypt(row.sealed_secret, place="two-step/1")
