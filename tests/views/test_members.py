"""成员 by its pages: the administrator invites, the invited one joins, rights end at the very next request."""

import re

import pytest
from sqlalchemy import select

from models import clock
from models.access import Post, User
from models.base import db
from tests.claimants import PASSWORD, STRANGER, quick_passwords, texts
from tests.lives import START

__all__ = ["quick_passwords"]


@pytest.fixture(autouse=True)
def now(city, quick_passwords):
    with clock.standing_at(START):
        yield START


def invited(boss):
    """The path in the text message."""
    page = boss.opens(boss.opens("/my").links["成员"])
    place, = [place for place in range(len(page.forms)) if "mobile" in page.form(place)]
    assert boss.sends(page, index=place, mobile=STRANGER, member_role="agent").status == 302
    return re.search("/join/[A-Za-z0-9_-]+", texts()[-1].words).group()


def own_id(username):
    return db.session.scalar(select(Post.id).join(User).where(User.username == username))


def test_an_invited_person_joins_works_and_is_out_at_the_next_request(guest):
    boss, visitor = guest("hengzha"), guest()
    path = invited(boss)
    page = visitor.opens(path)
    assert page.h1 == "接受邀请" and "139****0001" in page.words and STRANGER not in page.html
    assert visitor.sends(page, person="孙会计", new_password="short").status == 422
    assert visitor.sends(page, person="孙会计", new_password=PASSWORD).leads_to == "/login"
    assert visitor.opens(path).status == visitor.opens("/join/x").status == 404
    visitor.sends(visitor.opens("/login"), username=STRANGER, password=PASSWORD)
    assert visitor.opens("/my").status == visitor.opens("/my/members").status == 200
    assert visitor.sends(visitor.opens("/account"), "/my/members", mobile="13900000009").status == 404

    role = f"/my/members/{own_id(STRANGER)}/role"
    assert boss.sends(boss.opens(role), f"{role}?", member_role="administrator").status == 302
    assert "邀请成员" in visitor.opens("/my/members").words
    assert boss.sends(boss.opens(role), f"{role}?", member_role="agent").status == 302
    assert "邀请成员" not in visitor.opens("/my/members").words
    end = f"/my/members/{own_id(STRANGER)}/end"
    assert boss.sends(boss.opens(end), f"{end}?").status == 302
    assert visitor.opens("/my").status == visitor.opens("/my/members").status == 404


def test_the_last_administrator_reads_why_not(guest):
    boss = guest("hengzha")
    end = f"/my/members/{own_id('hengzha')}/end"
    refused = boss.sends(boss.opens(end), f"{end}?")
    assert refused.status == 409 and "至少要有一名管理员" in refused.words


def test_where_no_text_messages_are_sent_nobody_is_invited(app, guest, monkeypatch):
    monkeypatch.setitem(app.config, "TEXTING", "off")
    boss = guest("hengzha")
    assert "没有开通短信" in boss.opens("/my/members").words
    boss.sends(boss.opens("/account"), "/my/members", mobile=STRANGER, member_role="agent")
    assert not texts()
