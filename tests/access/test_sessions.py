"""Sessions: how long they live, what ends them, and that rights are read anew at every request."""

from unittest.mock import Mock

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from models import clock
from models.access import LoginSession, Post, Role, User
from models.access.posts import ADMINISTRATORS
from models.base import db
from models.log import Event
from operations.access import opinions
from operations.demo.city import PASSWORD
from operations.errors import NotAllowed
from tests.guest import CSRF, Guest, said
from tests.lives import START

ANOTHER = "Ganz-anders-77"


@pytest.mark.parametrize(("username", "minutes"), [
    ("hengzha", 30), ("liumin", 30), ("chenjing", 30), ("luoshizhang", 30),
    ("hening", 15), ("admin", 15), ("security", 15), ("audit", 15),
])
def test_an_idle_session_ends_and_sooner_for_whoever_may_more(app, quick, at, username, minutes):
    with at(minutes=0):
        guest = Guest(app, username)
    with at(minutes=minutes):
        assert guest.is_signed_in
    with at(minutes=2 * minutes, seconds=1):
        assert not guest.is_signed_in


def test_whoever_works_stays_but_no_longer_than_eight_hours(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "liumin")
    for minutes in range(20, 8 * 60 + 1, 20):
        with at(minutes=minutes):
            assert guest.is_signed_in, minutes
    with at(hours=8, seconds=1):
        assert not guest.is_signed_in


def test_a_form_sent_after_a_while_is_work_too(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "liumin")
    with at(minutes=20):
        assert guest.posts("/account", {"size": "normal"}, page="/feedback").status_code == 302
    with at(minutes=45):
        assert guest.is_signed_in


def test_what_an_open_page_asks_by_itself_keeps_no_session_alive(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "hening")
    for minutes in (5, 10):
        with at(minutes=minutes):
            assert guest.client.get("/watch/new", headers={"X-Background": "1"}).status_code == 200
    with at(minutes=15, seconds=1):
        assert not guest.is_signed_in


def test_an_account_has_at_most_three_sessions_and_the_oldest_gives_way(app, quick, at):
    guests = []
    for minute in range(4):
        with at(minutes=minute):
            guests.append(Guest(app, "liumin"))

    with at(minutes=5):
        assert [guest.is_signed_in for guest in guests] == [False, True, True, True]


def test_signing_out_ends_the_session_on_the_server(app, quick):
    guest = Guest(app, "liumin")
    kept = guest.cookie
    answer = guest.sign_out()

    assert answer.headers["Clear-Site-Data"]
    assert not Guest(app).steals(kept).is_signed_in
    assert all(row.ended_at for row in db.session.scalars(select(LoginSession)))


def test_a_new_password_ends_the_other_sessions_and_is_needed_from_then_on(app, quick):
    here, elsewhere, somebody = Guest(app, "liumin"), Guest(app, "liumin"), Guest(app, "chenjing")
    fields = {"current_password": PASSWORD, "new_password": ANOTHER}
    assert here.posts("/account/password", fields, page="/account/password").status_code == 302

    assert [guest.is_signed_in for guest in (here, elsewhere, somebody)] == [True, False, True]
    assert Guest(app).sign_in("liumin").status_code == 422
    assert Guest(app).sign_in("liumin", ANOTHER).status_code == 302


def test_the_password_is_not_changed_without_the_present_one(app, quick):
    guest = Guest(app, "liumin")
    fields = {"current_password": "falsch", "new_password": ANOTHER}

    assert guest.posts("/account/password", fields, page="/account/password").status_code == 422
    assert Guest(app).sign_in("liumin").status_code == 302


def test_a_disabled_account_is_out_at_the_next_request(app, quick):
    guest = Guest(app, "chenjing")
    db.session.execute(update(User).where(User.username == "chenjing").values(is_active=False))

    assert not guest.is_signed_in


def test_a_post_that_has_ended_opens_nothing_at_the_next_request(app, quick):
    guest = Guest(app, "liumin")
    assert guest.gets("/desk").status_code == 200
    db.session.execute(update(Post).where(Post.user_id == quick.users["liumin"].id).values(ended_at=clock.now()))

    assert guest.gets("/desk").status_code == 404
    assert guest.is_signed_in


def test_a_post_that_is_given_opens_its_pages_at_the_next_request(app, quick):
    guest = Guest(app, "chenjing")
    assert guest.gets("/desk").status_code == 404
    street = quick.organisations["城东街道办事处"]
    db.session.add(Post(user_id=quick.users["chenjing"].id, role=Role.STEWARD, organisation_id=street.id))

    assert guest.gets("/desk").status_code == 200


def test_what_was_typed_outlives_the_session_and_is_given_back_to_the_same_person_alone(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "liumin")
        token = {"csrf_token": token_of(guest)}
    with at(minutes=40):
        lapsed = guest.client.post("/feedback", data=token | {"words": "停车场的灯坏了"})
        assert lapsed.headers["Location"].startswith("/login?next=/feedback")
        guest.sign_in("chenjing")
        assert "停车场的灯坏了" not in said(guest.gets("/feedback"))
        guest.sign_out()


def test_what_was_typed_is_given_back_after_signing_in_again(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "liumin")
        token = {"csrf_token": token_of(guest)}
    with at(minutes=40):
        guest.client.post("/feedback", data=token | {"words": "停车场的灯坏了", "password": "geheim-geheim"})
        guest.sign_in("liumin", next_url="/feedback")
        page = guest.gets("/feedback")

    assert "停车场的灯坏了" in said(page)
    assert "geheim" not in page.text


def token_of(guest):
    return CSRF.search(guest.gets("/feedback").text).group(1)


def somebody():
    user = User(username="neuling", name="新人", created_at=START)
    db.session.add(user)
    db.session.flush()
    return user


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2)])
def test_nobody_holds_two_of_the_three_administrators_posts(quick, pair):
    """By the database itself, whatever program asks (GB/T 22239, 三员分立)."""
    user, centre = somebody(), quick.organisations["云州市企业服务中心"]
    for number in pair:
        db.session.add(Post(user_id=user.id, role=ADMINISTRATORS[number], organisation_id=centre.id, started_at=START))

    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_an_administrators_post_that_has_ended_makes_room_for_another(quick):
    user, centre = somebody(), quick.organisations["云州市企业服务中心"]
    ended = Post(user_id=user.id, role=Role.AUDIT_ADMINISTRATOR, organisation_id=centre.id, ended_at=START)
    db.session.add_all([ended, Post(user_id=user.id, role=Role.SYSTEM_ADMINISTRATOR, organisation_id=centre.id)])

    db.session.flush()


def test_a_refused_act_is_in_the_log_with_who_tried_it(app, quick, monkeypatch):
    guest = Guest(app, "hening")
    monkeypatch.setattr(opinions, "give", Mock(side_effect=NotAllowed))
    assert guest.posts("/feedback", {"words": "停车场的灯坏了"}, page="/feedback").status_code == 403
    told = db.session.scalars(select(Event).where(Event.action == "refused")).one()
    assert told.actor_id == quick.users["hening"].id and "account.feedback" in told.body and "停车场" not in told.body
