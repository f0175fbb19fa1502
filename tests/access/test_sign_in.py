"""Signing in: one answer for whatever does not match, limits on trying, and a session that starts from nothing."""

import json
import time

import pytest
from sqlalchemy import select, update

from app import create_app
from models.access import LoginSession, User
from models.base import db
from models.log import Event
from operations.access import accounts, passwords
from operations.access.accounts import PER_ACCOUNT, PER_ADDRESS
from operations.access.sessions import digest_of
from tests.conftest import settings_for
from tests.guest import Guest, printed, said

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
WRONG = "nicht-richtig-1"


def fails(guest, username, times=1):
    for _ in range(times):
        assert guest.sign_in(username, WRONG).status_code == 422


def fail_from(address, usernames):
    for username in usernames:
        accounts.note_failure(username, address=address)


def test_wrong_password_unknown_name_and_disabled_account_get_one_and_the_same_answer(app, quick):
    db.session.execute(update(User).where(User.username == "litao").values(is_active=False))
    names = ("liumin", "nobody", "litao")
    answers = [Guest(app).sign_in(name, WRONG) for name in names]
    pages = {printed(answer).replace(name, "") for answer, name in zip(answers, names, strict=True)}

    assert [answer.status_code for answer in answers] == [422] * 3
    assert len(pages) == 1
    assert accounts.WRONG in said(answers[0])


def test_a_disabled_account_and_one_without_a_password_are_not_let_in(app, quick):
    db.session.execute(update(User).where(User.username == "litao").values(is_active=False))
    db.session.execute(update(User).where(User.username == "sunyue").values(password_hash=None))

    for username in ("litao", "sunyue"):
        assert Guest(app).sign_in(username).status_code == 422


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(city):
    db.session.execute(update(User).values(password_hash=passwords.hashed("Richtig-gut-77")))
    db.session.commit()

    def seconds(username):
        began = time.process_time()
        with pytest.raises(accounts.BadInput):
            accounts.sign_in(username, WRONG, address=HERE)
        return time.process_time() - began

    pairs = [(seconds("liumin"), seconds("nobody")) for _ in range(3)]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))

    assert 0.5 < unknown / known < 2


def test_five_failures_lock_this_account_at_this_address_for_fifteen_minutes(app, quick, at):
    guest = Guest(app, address=HERE)
    with at(minutes=0):
        fails(guest, "liumin", 5)
        locked = guest.sign_in("liumin")
        assert locked.status_code == 429
        assert "15 分钟后再试" in said(locked)
        assert Guest(app, address=ELSEWHERE).sign_in("liumin").status_code == 302
        assert guest.sign_in("chenjing").status_code == 302
    with at(minutes=14):
        assert Guest(app, address=HERE).sign_in("liumin").status_code == 429
    with at(minutes=15, seconds=1):
        assert Guest(app, address=HERE).sign_in("liumin").status_code == 302


def test_trying_on_while_locked_neither_helps_nor_prolongs(app, quick, at):
    with at(minutes=0):
        fails(Guest(app, address=HERE), "liumin", 5)
    with at(minutes=10):
        for _ in range(3):
            assert Guest(app, address=HERE).sign_in("liumin", WRONG).status_code == 429
    with at(minutes=15, seconds=1):
        assert Guest(app, address=HERE).sign_in("liumin").status_code == 302


def test_a_locked_name_that_nobody_has_looks_the_same(app, quick):
    guest = Guest(app, address=HERE)
    fails(guest, "nobody", 5)
    fails(guest, "liumin", 5)
    known, unknown = guest.sign_in("liumin"), guest.sign_in("nobody")

    assert (known.status_code, printed(known).replace("liumin", "")) == (429, printed(unknown).replace("nobody", ""))


def test_the_account_is_the_same_however_its_name_is_typed(app, quick):
    guest = Guest(app, address=HERE)
    for name in ("liumin", "LIUMIN", " liumin ", "LiuMin", "liumin\t"):
        fails(guest, name)

    assert guest.sign_in("liumin").status_code == 429


def test_twenty_failures_an_hour_lock_the_account_from_everywhere(app, quick, at):
    with at(minutes=0):
        for number in range(PER_ACCOUNT.failures):
            fail_from(f"203.0.113.{number}", ["liumin"])
        assert Guest(app, address=ELSEWHERE).sign_in("liumin").status_code == 429
    with at(minutes=61):
        assert Guest(app, address=ELSEWHERE).sign_in("liumin").status_code == 302


def test_whoever_locks_an_account_does_not_lock_its_owner_out_of_where_they_sign_in(app, quick, at):
    with at(minutes=0):
        Guest(app, "liumin", address=ELSEWHERE).sign_out()
    with at(days=29):
        for number in range(PER_ACCOUNT.failures):
            fail_from(f"203.0.113.{number}", ["liumin"])
        assert Guest(app, address=HERE).sign_in("liumin").status_code == 429
        assert Guest(app, address=ELSEWHERE).sign_in("liumin").status_code == 302
        fails(Guest(app, address=ELSEWHERE), "liumin", 5)
        assert Guest(app, address=ELSEWHERE).sign_in("liumin").status_code == 429
    with at(days=59, hours=1):
        for number in range(PER_ACCOUNT.failures):
            fail_from(f"203.0.113.{number}", ["liumin"])
        assert Guest(app, address=ELSEWHERE).sign_in("liumin").status_code == 429


def test_a_hundred_failures_an_hour_lock_the_address_for_everybody(app, quick, at):
    with at(minutes=0):
        fail_from(HERE, (f"user{number}" for number in range(PER_ADDRESS.failures)))
        assert Guest(app, address=HERE).sign_in("liumin").status_code == 429
        assert Guest(app, address=ELSEWHERE).sign_in("liumin").status_code == 302


def test_nobody_changes_their_address_by_a_header(app, quick):
    guest = Guest(app, address=HERE)
    fails(guest, "liumin", 5)
    guest.client.environ_base["HTTP_X_FORWARDED_FOR"] = ELSEWHERE

    assert guest.sign_in("liumin").status_code == 429


def test_a_failure_is_in_the_log_without_the_name_that_was_tried(app, quick):
    fails(Guest(app, address=HERE), "liumin")
    event = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()

    assert (event.action, json.loads(event.body)["result"], event.actor_id) == ("sign_in", "refused", None)
    assert "liumin" not in event.body and WRONG not in event.body


def test_signing_in_starts_a_session_that_nobody_can_have_known_before(app, quick):
    guest = Guest(app)
    guest.gets("/login")
    before = guest.cookie
    guest.sign_in("liumin")
    first = token_of(app, guest.cookie)
    guest.sign_out()
    guest.sign_in("liumin")

    assert len({before, first, token_of(app, guest.cookie)}) == 3
    assert not Guest(app).steals(before).is_signed_in


def token_of(app, cookie):
    return app.session_interface.get_signing_serializer(app).loads(cookie)["_user_id"]


def test_the_cookie_holds_a_random_token_and_the_database_only_its_digest(app, quick):
    token = token_of(app, Guest(app, "liumin").cookie)
    row = db.session.scalars(select(LoginSession)).one()

    assert len(token) >= 43
    assert row.token_hash == digest_of(token)


def test_a_changed_cookie_opens_nothing(app, quick):
    cookie = Guest(app, "liumin").cookie
    body, _, signature = cookie.rpartition(".")
    # The first sign, not the last: of the last one Base64 leaves some bits without a meaning.
    forged = f"{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"

    for spoiled in (forged, cookie.split(".")[0], "", "x" * 4000):
        assert not Guest(app).steals(spoiled).is_signed_in


def test_the_cookie_is_for_the_server_alone_and_for_this_site_alone(app, quick):
    attributes = cookie_attributes(Guest(app).sign_in("liumin"))

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_over_https_the_cookie_travels_only_there_and_only_under_the_strict_name(quick, database_url):
    secure = create_app(type("Secure", (settings_for(database_url),), {"SESSION_COOKIE_SECURE": True}))
    with secure.app_context():
        attributes = cookie_attributes(secure.test_client().get("/login", base_url="https://127.0.0.1"))
        db.engine.dispose()

    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert any(attribute.startswith("__Host-") for attribute in attributes)


def cookie_attributes(answer):
    [cookie] = [cookie for cookie in answer.headers.getlist("Set-Cookie") if "zqztc" in cookie.split("=")[0]]
    return set(cookie.split("; "))


OFF_THE_SITE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "javascript:alert(1)", "/%09/evil.example", "/%0a/evil.example", "%20//evil.example", "///evil.example",
    "/account%0d%0aSet-Cookie:%20a=b", "http%3A%2F%2Fevil.example", "/%5cevil.example", "/nowhere", "account",
    "/account%00", "data:text/html,x", "/@evil.example", "//evil.example%2faccount", "/account/../../evil.example",
    "http://[", "//evil%E2%84%80.example",
)


def test_after_signing_in_nobody_is_led_off_the_site(app, quick):
    guest = Guest(app)
    for wanted in OFF_THE_SITE:
        answer = guest.sign_in("liumin", next_url=wanted)

        assert answer.status_code in (302, 400), wanted
        assert answer.headers.get("Location", "/") == "/", wanted
        if answer.status_code == 302:
            guest.sign_out()


def test_an_address_that_cannot_be_is_no_error(app):
    assert Guest(app).gets("/text-size?next=http://[").headers["Location"] == "/"


def test_after_signing_in_everybody_is_where_they_wanted_to_go(app, quick):
    assert Guest(app).sign_in("liumin", next_url="/feedback?from=/desk").headers["Location"] == "/feedback?from=/desk"


def test_the_sign_in_page_names_no_account(app, quick):
    page = Guest(app).gets("/login").text

    assert not any(username in page for username in quick.users)
