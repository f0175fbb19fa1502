"""How pages look, the password, 提意见, notices, and signing in."""

import re

import pytest
from sqlalchemy import select

from models.access import LoginSession
from models.base import db
from models.log import Event, EventWords
from models.notices import Notice
from operations import notices
from operations.access import own_sessions
from operations.demo.city import PASSWORD
from operations.tickets import conversation


@pytest.fixture
def member(life, guest):
    with life.here():
        yield guest("hengzha")


def test_large_text_is_a_cookie_that_the_server_renders(guest, city):
    visitor = guest()
    answer = visitor.opens("/text-size?size=large&next=/login")

    assert answer.leads_to == "/login" and '<html lang="zh-CN" data-text="large">' in visitor.opens("/login").html


@pytest.mark.parametrize("wanted", [
    "https://example.com/",
    "//example.com", "/\\example.com", "javascript:alert(1)", "/nowhere", "", "/logout", "\t//x",
])
def test_the_switch_leads_nowhere_but_to_pages_of_the_site(guest, city, wanted):
    assert guest().opens(f"/text-size?size=large&next={wanted}").leads_to == "/"


def test_a_size_that_is_none_is_the_standard_one(guest, city):
    answer = guest().opens('/text-size?size="><script>&next=/login')

    assert "script" not in answer.answer.headers["Set-Cookie"]


def test_display_settings_are_kept_in_the_browser(member):
    page = member.opens("/account")
    saved = member.follows(member.sends(page, size="xlarge", contrast="y", keys_off="y"))

    assert 'data-text="xlarge" data-contrast="high"' in saved.html
    assert saved.form()["size"] == "xlarge" and "keys_off" in saved.form()


def test_over_https_what_a_browser_keeps_goes_by_a_strict_name_and_nowhere_else(app, member, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    page = member.opens("/account")
    assert page.form()["size"] == "normal"
    answer = member.sends(page, size="xlarge", contrast="y", keys_off="y")
    kept = [set(cookie.split("; ")) for cookie in answer.answer.headers.getlist("Set-Cookie")]
    for wanted in ("__Host-text=xlarge", "__Host-contrast=high", "__Host-keys=off"):
        assert any({wanted, "Secure", "Path=/", "SameSite=Lax"} <= one for one in kept), wanted
    saved = member.follows(answer)
    assert 'data-text="xlarge" data-contrast="high"' in saved.html and "keys_off" in saved.form()


def test_somebody_sees_where_they_are_signed_in_and_ends_it_there(member, guest):
    other, third = guest("hengzha"), guest("hengzha")
    page = member.opens("/account/sessions")
    assert page.words.count("用过") == 3 and page.words.count("这一处") == 1
    one = next(form["action"] for form in page.forms if "/sessions/" in form["action"])

    assert member.sends(page, one).leads_to == "/account/sessions"
    gone = [not person.opens("/my").status == 200 for person in (other, third)]
    assert sum(gone) == 1, "one of the two, not both"
    member.sends(member.opens("/account/sessions"), "/account/sessions/end")
    assert all(person.opens("/my").leads_to.startswith("/login") for person in (other, third))
    assert member.opens("/my").status == 200
    assert member.opens("/account/sessions").words.count("这一处") == 1
    assert db.session.scalars(select(Event.action).where(Event.action == "end_sessions")).all() == ["end_sessions"] * 2


def test_nobody_ends_the_session_of_somebody_else_or_their_own_by_its_number(member, guest):
    stranger = guest("hongda")
    page = member.opens("/account/sessions")
    for row in db.session.scalars(select(LoginSession)).all():
        assert member.sends(page, f"/account/sessions/{row.id}/end").status == 404
    assert stranger.opens("/my").status == 200 and member.opens("/my").status == 200


@pytest.mark.parametrize(("agent", "device"), [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36", "Windows 上的 Chrome"),
    ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120", "Windows 上的 Edge"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8", "iPhone 上的 微信"),
    ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36", "安卓 上的 Chrome"),
    ("curl/8", "未知设备"), ("", "未知设备"),
])
def test_a_device_is_called_by_what_people_call_it(agent, device):
    assert own_sessions.device_of(agent) == device


def test_a_changed_password_ends_every_other_session(member, guest):
    other = guest("hengzha")
    page = member.opens("/account/password")
    member.sends(page, current_password=PASSWORD, new_password="Huan-2026-mima")

    assert other.opens("/my").leads_to.startswith("/login")
    assert member.opens("/my").status == 200


@pytest.mark.parametrize(("current", "wanted", "sentence"), [
    ("wrong-Password1", "Huan-2026-mima", "现在的密码不对"),
    (PASSWORD, "short", "密码应为 12 至 128 位"),
    ("", "", "请填写新密码"),
])
def test_a_password_that_may_not_be_says_why_at_its_field(member, current, wanted, sentence):
    page = member.sends(member.opens("/account/password"), current_password=current, new_password=wanted)

    assert page.status == 422 and sentence in page.words
    assert "Huan-2026-mima" not in page.html


def test_a_password_is_never_kept_for_later(member):
    page = member.opens("/account/password")
    member.sends(page, csrf_token="old", current_password=PASSWORD, new_password="Huan-2026-mima")

    assert PASSWORD not in str(db.session.execute(db.text("SELECT body FROM kept_forms")).all())


def test_an_opinion_reaches_the_administrators_and_is_sealed(member, guest):
    member.sends(member.opens("/feedback?from=/my"), words="字太小了")
    notices.deliver()

    assert db.session.scalar(select(EventWords.words).join(Event, Event.seq == EventWords.event_seq)
                             .where(Event.action == "give_opinion")) == "字太小了"
    page = guest("admin").opens("/notices")
    assert "意见：孙伟" in page.words and "字太小了" in page.words


def test_an_empty_opinion_asks_for_words(member):
    page = member.sends(member.opens("/feedback"), words=" \n ")

    assert page.status == 422 and "请写明意见" in page.words


@pytest.fixture
def told(life):
    """hengzha has two messages about a ticket, liumin and chenjing have theirs."""
    life.handling()
    life.does(conversation.message, "liumin", words="明天到现场")
    life.does(conversation.message, "hengzha", words="好的")
    with life.here():
        notices.deliver()
    return life


def unread(username):
    return db.session.scalars(
        select(Notice).where(Notice.user_id == username.id, Notice.read_at.is_(None), Notice.delivered_at.is_not(None))
    ).all()


@pytest.mark.parametrize(("username", "place"), [("hengzha", "/my/tickets/"), ("liumin", "/tickets/")])
def test_a_message_leads_to_the_page_that_its_reader_may_open(told, guest, username, place):
    with told.here():
        visitor = guest(username)
        page = visitor.opens("/notices")
        opened = [form["action"] for form in page.forms if form["action"].endswith("/open")][0]
        answer = visitor.sends(page, opened)

    assert answer.leads_to == f"{place}{told.ticket.number}"
    with told.here():
        assert visitor.opens(answer.leads_to).status == 200


def test_opening_the_list_marks_nothing_read(told, guest):
    before = len(unread(told.city.users["hengzha"]))
    with told.here():
        guest("hengzha").opens("/notices")

    assert before and len(unread(told.city.users["hengzha"])) == before


def test_all_messages_can_be_marked_read_at_once(told, guest):
    with told.here():
        visitor = guest("hengzha")
        visitor.sends(visitor.opens("/notices"), "/notices/read")

    assert unread(told.city.users["hengzha"]) == []


@pytest.mark.parametrize("act", ["open", "read"])
def test_somebody_elses_message_is_not_there(told, guest, act):
    theirs = unread(told.city.users["liumin"])[0]
    with told.here():
        visitor = guest("hengzha")
        page = visitor.opens("/notices")
        answer = visitor.sends(page, f"/notices/{theirs.id}/{act}", index=-2)

    assert answer.status == 404 and db.session.get(Notice, theirs.id).read_at is None


def test_demo_accounts_are_listed_only_where_the_setting_says_so(app, guest, city, monkeypatch):
    plain = guest().opens("/login")
    monkeypatch.setitem(app.config, "DEMO", True)
    demo = guest().opens("/login")

    assert "liumin" not in plain.html and PASSWORD not in plain.html
    assert "刘敏" in demo.words


def test_one_click_enters_as_a_demo_account(app, guest, city, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", True)
    visitor = guest()
    page = visitor.opens("/login")
    index = [form["fields"][1:2] for form in page.forms].index([("username", "hengzha")])

    assert visitor.sends(page, index=index).leads_to == "/"
    assert visitor.opens("/my").status == 200


def test_a_wrong_password_keeps_the_name_and_says_one_thing(guest, city):
    visitor = guest()
    known = visitor.sends(visitor.opens("/login"), username="hengzha", password="wrong")
    unknown = visitor.sends(visitor.opens("/login"), username="nobody", password="wrong")

    assert known.status == unknown.status == 422 and known.form()["username"] == "hengzha"
    assert "用户名或密码不对，请检查后重试。" in known.words and "用户名或密码不对" in unknown.words


def test_leaving_ends_the_session_on_the_server(member):
    page = member.opens("/account")
    logout = [form["action"] for form in page.forms].index("/logout")
    member.sends(page, index=logout)

    assert member.opens("/my").leads_to.startswith("/login")
    assert db.session.scalar(select(LoginSession.ended_at)) is not None


@pytest.mark.parametrize("username", ["liumin", "zhoujian", "wujie", "hening", "luoshizhang"])
def test_a_phone_shows_five_places_at_most_and_the_account_page_all(guest, username):
    page = guest(username).opens("/account")
    rail = re.search(r'aria-label="主导航">(.*?)</nav>', page.html, re.S)
    entries = re.findall(r"<li([^>]*)><a href=\"(/[^\"]*)\"", rail[1].partition("rail__end")[0])
    assert 0 < sum("hide-m" not in about for about, _ in entries) <= 5
    listed = page.html.partition("全部栏目")[2]
    assert all(f'href="{url}"' in listed for _, url in entries)
