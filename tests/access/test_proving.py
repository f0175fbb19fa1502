"""再次核对: a dangerous act wants a password of the last ten minutes, and nothing that was typed is lost for it."""

import html
import importlib
import pkgutil
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from wtforms import PasswordField
from wtforms.fields.core import UnboundField

from models import clock
from models.access import KeptForm, PostCover
from models.base import db
from models.letters import Letter
from models.tickets import Attachment, ProposalKind, TicketKind
from operations.access.people import actor_named
from operations.demo.city import PASSWORD
from tests.access.test_two_step import code_of, sets_up
from tests.guest import CSRF, Guest, said
from tests.lives import Life, shanghai
from tests.views.pressed import three_late
from views import forms
from views.forms.base import BaseForm, is_secret

DANGEROUS = {
    "account_sessions.end", "account_sessions.end_others", "accounts.close", "accounts.new", "accounts.reset_two_step",
    "accounts.send_link", "accounts.take_up", "accounts.unlock", "appointments.agree", "appointments.appoint",
    "appointments.decline", "appointments.dismiss", "cadence.change", "cadence.end", "cadence.new", "calendar.change",
    "calendar.confirm", "calendar.decide", "catalogue.export", "completeness.export", "enterprises.number",
    "exports.grant", "exports.new", "exports.take", "filling.export", "follow_up_plans.new", "letters.answer",
    "measures.export", "organisations.edit", "organisations.new", "policies.decide", "policies.new", "portal.end",
    "portal.role", "post_covers.end", "post_covers.new", "rating_tags.edit", "rating_wall.export",
    "rectifications.export", "refusals.export", "registers.export", "suggestions.export", "supervisions.answer",
    "supervisions.sign", "tickets.contact_number", "watch.export",
}
ASKED = "/account/prove?next="
KEPT = re.compile(r'<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>')


@pytest.fixture(autouse=True)
def ten_minutes(app, monkeypatch):
    monkeypatch.setitem(app.config, "PROVEN_FOR", timedelta(minutes=10))


def proves(guest, password=PASSWORD, **more):
    return guest.posts("/account/prove", {"password": password, **more}, page="/account/prove")


def made_file(ticket):
    row = Attachment(public_id="A" * 22, ticket_id=ticket.id, file_name="照片.jpg", media_type="image/jpeg", size=1,
                     sha256="0" * 64, stored_name="none")
    db.session.add(row)
    db.session.commit()
    return f"/attachments/{row.public_id}"


def takes(guest):
    with guest.posts("/watch/export") as taken:
        return taken


def test_what_is_dangerous_is_known(app):
    marked = {name for name, view in app.view_functions.items() if getattr(view, "is_proven", False)}
    assert marked == DANGEROUS


def test_after_ten_minutes_the_password_is_asked_for_and_the_form_is_sent_on(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "security")
    typed = {"holder": "周建", "substitute": "陈静", "starts_on": "2026-12-01", "ends_on": "2026-12-02",
             "reason": "去省里培训，两天\n第二天下午回来"}
    with at(minutes=9):
        assert guest.gets("/post-covers/new").status_code == 200
        first = guest.posts("/post-covers/new", typed | {"starts_on": ""}, page="/account/prove")
        assert first.status_code == 422
    with at(minutes=12):
        assert guest.gets("/post-covers/new").headers["Location"] == f"{ASKED}/post-covers/new"
        assert guest.posts("/post-covers/new", typed, page="/account/prove").headers["Location"].startswith(ASKED)
        assert "密码不对" in said(proves(guest, "falsch-falsch-1"))
        before = guest.cookie
        assert proves(guest).headers["Location"] == "/account/prove/go-on"
        assert guest.cookie != before and not Guest(app).steals(before).is_signed_in
        waiting = guest.gets("/account/prove/go-on")
        assert 'action="/post-covers/new"' in waiting.text
        kept = {name: html.unescape(value) for name, value in KEPT.findall(waiting.text)}
        assert typed.items() <= kept.items()
        assert guest.posts("/post-covers/new", kept, page="/account/prove").status_code == 302
    assert db.session.scalars(select(PostCover.reason)).one() == typed["reason"]


def test_whoever_has_the_second_step_takes_it_here_too_and_failures_are_counted(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "hening")
        secret, _ = sets_up(guest)
    with at(minutes=12):
        here = {"Referer": "http://localhost/watch?level=first"}
        assert guest.posts("/watch/export", headers=here).headers["Location"].startswith(ASKED)
        assert 'href="/watch?level=first"' in guest.gets("/account/prove").text
        assert proves(guest).status_code == 422
        assert "动态码不对" in said(proves(guest, passcode="000000"))
        assert guest.posts("/watch/export").headers["Location"].startswith(ASKED)
        assert proves(guest, passcode=code_of(secret)).status_code == 302
        taken = guest.posts("/watch/export")
        taken.close()
        assert taken.status_code == 200
    with at(minutes=24):
        for _ in range(5):
            proves(guest, "falsch-falsch-1", passcode="000000")
        assert proves(guest, passcode=code_of(secret)).status_code == 429


def test_a_session_carried_to_another_address_reads_on_and_does_nothing_dangerous(app, quick, at):
    with at(minutes=0):
        owner = Guest(app, "hening", address="10.1.0.1")
        thief = Guest(app, address="10.9.0.9").steals(owner.cookie)
        assert thief.gets("/watch").status_code == 200
        assert thief.posts("/watch/export").headers["Location"].startswith(ASKED)
        assert takes(owner).status_code == 200
        moved = Guest(app, address="10.1.0.2").steals(owner.cookie)
        assert proves(moved).status_code == 302 and takes(moved).status_code == 200
        assert not thief.is_signed_in and not owner.is_signed_in


def test_changing_the_password_is_no_way_round_the_second_step_nor_round_the_lock(app, quick, at):
    fields = {"current_password": PASSWORD, "new_password": "Ganz-anders-77"}
    with at(minutes=0):
        supervisor, steward = Guest(app, "hening"), Guest(app, "liumin")
        sets_up(supervisor)
    with at(minutes=12):
        assert supervisor.posts("/account/password", fields, page="/account/password").status_code == 302
        assert supervisor.posts("/watch/export").headers["Location"].startswith(ASKED)
        wrong = fields | {"current_password": "falsch-falsch-1"}
        assert [steward.posts("/account/password", wrong).status_code for _ in range(5)] == [422] * 5
        assert steward.posts("/account/password", fields).status_code == 429


def test_a_longer_limit_and_a_complaint_want_it_and_the_rest_does_not(app, quick, at):
    life = Life(quick).submit().accept().dispatch()
    until = shanghai("2026-08-31 00:00").date()
    extension = life.propose(ProposalKind.EXTENSION, until=until, basis="须招标").id
    accusing = Life(quick).submit(TicketKind.COMPLAINT, "窗口态度差").ticket
    ordinary, complaint, file = life.ticket.number, accusing.number, made_file(accusing)
    with at(minutes=0):
        leader, clerk, member = Guest(app, "zhoujian"), Guest(app, "wujie"), Guest(app, "hengzha")
    with at(minutes=12):
        for act in (f"/sign-offs/{extension}/grant", f"/sign-offs/grant?pick={extension}.1"):
            asked = leader.posts(act) if act.endswith("/grant") else leader.gets(act)
            assert asked.headers.get("Location", "").startswith(ASKED), act
        assert leader.posts(f"/sign-offs/{extension}/decline").status_code == 422
        assert clerk.gets(f"/tickets/{ordinary}").status_code == 200
        for page in (f"/tickets/{complaint}", f"/tickets/{complaint}/accept", f"/tickets/{complaint}/accused", file):
            assert clerk.gets(page).headers.get("Location", "").startswith(ASKED), page
        assert member.gets(file).status_code == 404  # the row has no bytes, but nobody asks them who they are
        assert member.gets(f"/my/tickets/{complaint}").status_code == 200
        assert proves(clerk).headers["Location"] == "/"
        assert clerk.gets(f"/tickets/{complaint}").status_code == 200


def test_an_order_is_opened_without_it_and_signed_for_and_answered_with_it(app, quick):
    """A receipt is evidence: a script or whoever sits down at an open screen, signs for nobody (security.md (c), 9)."""
    pressed = three_late(quick)
    order = pressed.order("送电迟迟没有答复")
    letter = db.session.scalars(select(Letter.id).where(Letter.supervision_id == order.id)).one()
    with pressed.here():
        leader = Guest(app, "zhoujian")
    with clock.standing_at(pressed.now + timedelta(minutes=12)):
        page = f"/supervisions/{order.id}"
        assert leader.posts(f"{page}/open").headers["Location"] == page
        for act in (f"{page}/sign", f"{page}/answer", f"/letters/{letter}/sign", f"/letters/{letter}/answer"):
            assert leader.posts(act, {"words": "周五前送电"}).headers["Location"].startswith(ASKED), act
        assert pressed.order("送电迟迟没有答复").signed_at is None
        assert proves(leader).status_code == 302 and leader.posts(f"{page}/sign").status_code == 302
    assert pressed.order("送电迟迟没有答复").signed_by_id == actor_named("zhoujian").user_id


def test_nobody_is_sent_off_the_site_or_made_to_send_a_form_by_a_link(app, quick):
    guest = Guest(app, "liumin")
    guest.gets("/account/prove?next=//evil.example/")
    assert guest.gets("/account/prove/go-on").headers["Location"] == "/"
    fields = {"password": PASSWORD}
    answer = guest.posts("/account/prove?next=https://evil.example/", fields, page="/account/prove")
    assert answer.headers["Location"] == "/"


def test_no_password_and_no_code_is_ever_kept(app, quick, at):
    with at(minutes=0):
        guest = Guest(app, "liumin")
        token = CSRF.search(guest.gets("/account/prove").text).group(1)
        sent = {"csrf_token": token, "password": "geheim-geheim-1", "passcode": "123456", "next": "/"}
    with at(minutes=45):
        assert guest.client.post("/account/prove", data=sent).headers["Location"].startswith("/login")
    kept = db.session.scalars(select(KeptForm)).one()
    assert kept.body.keys() >= {"next"} and kept.body.keys().isdisjoint(("password", "passcode"))
    assert "prove" not in kept.path


def test_every_field_for_a_secret_is_named_as_one():
    for module in pkgutil.iter_modules(forms.__path__, "views.forms."):
        for made in vars(importlib.import_module(module.name)).values():
            for name, field in vars(made).items() if isinstance(made, type) and issubclass(made, BaseForm) else ():
                if isinstance(field, UnboundField):
                    asked = field.kwargs.get("render_kw", {}).get("autocomplete", "")
                    hides = asked == "one-time-code" or issubclass(field.field_class, PasswordField)
                    assert not hides or is_secret(name), f"{made.__name__}.{name}"
