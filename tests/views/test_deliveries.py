"""投递 for the system administrator, and 通知方式 for everybody."""

import pytest
from sqlalchemy import select

from models import clock
from models.access import User
from models.base import db
from models.carriers import StoppedNumber
from models.deliveries import Carrier, Delivery, Outcome, Purpose
from models.log import Event
from models.notices import NoticeKind
from operations.access.people import actor_named
from operations.delivery import choices, fanout, sending
from operations.delivery.adapters.base import Receipt
from tests.lives import START
from tests.operations.delivery.test_fanout import SITE, tell_several
from tests.operations.delivery.test_sending import Gateway
from tests.shared import ENGINES_TRIED
from tests.views.counting import statements

pytestmark = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")


@pytest.fixture
def dead(life):
    """Three notices to one person by text that the gateway has refused."""
    with clock.standing_at(START):
        ticket = life.handling().ticket
        fanout.deliver([])
        tell_several(db.session.scalars(select(User.id).where(User.username == "chenjing")).one(), ticket, 3)
        fanout.deliver([Carrier.SMS])
        sending.send_due(Carrier.SMS, Gateway(Receipt(False, code="40", problem="网关拒收：40")), site=SITE)
    return db.session.scalars(select(Delivery.id).order_by(Delivery.id)).all()


def outcomes():
    db.session.expire_all()
    return db.session.scalars(select(Delivery.outcome).order_by(Delivery.id)).all()


def test_what_did_not_go_is_listed_without_its_words_and_sent_again(dead, guest):
    admin = guest("admin")
    page = admin.opens("/deliveries")
    assert "网关拒收：40" in page.words and "139****" in page.words and "送电" not in page.html
    one = admin.opens(f"/deliveries/{dead[0]}")
    assert "没有发出" in one.words and "毫秒" in one.words

    told = admin.follows(admin.sends(one, "/deliveries/resend"))
    assert "1 条已排队重发" in told.words and outcomes() == [None, Outcome.GIVEN_UP, Outcome.GIVEN_UP]
    listed = admin.opens("/deliveries")
    assert "2 条已排队重发" in admin.follows(admin.sends(listed, "/deliveries/resend", everything="1")).words
    assert db.session.scalars(select(Event.action).where(Event.action == "resend_deliveries")).all() == [
        "resend_deliveries", "resend_deliveries"
    ]


def test_nothing_to_send_again_is_said(dead, guest):
    admin = guest("admin")
    page = admin.opens("/deliveries")
    assert "没有选中" in admin.follows(admin.sends(page, "/deliveries/resend")).words
    db.session.add(Delivery(
        carrier=Carrier.SMS, purpose=Purpose.CODE, key="code", recipient="13900000001", next_try_at=START,
        expires_at=START, ended_at=START, outcome=Outcome.GIVEN_UP,
    ))
    db.session.commit()
    code = db.session.scalars(select(Delivery.id).where(Delivery.key == "code")).one()
    refused = admin.sends(page, "/deliveries/resend", pick=str(code))
    assert refused.status == 409 and "重新获取" in refused.words
    assert "内容已清除" in admin.opens(f"/deliveries/{code}").words


def test_pages_of_many_keep_to_their_statements(dead, guest):
    admin = guest("admin")
    for n in range(120):
        db.session.add(Delivery(
            carrier=Carrier.SMS, purpose=Purpose.CODE, key=f"many-{n}", recipient="13900000001", next_try_at=START,
            expires_at=START, ended_at=START, outcome=Outcome.SENT,
        ))
    db.session.commit()
    counts = []
    for query in ("show=dead", "show=sent"):
        with statements() as seen:
            page = admin.opens(f"/deliveries?{query}&carrier=sms")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
    further = next(url for url in page.links.values() if "before=" in url)
    assert admin.opens(further).words.count("验证码") >= 50


def test_the_chosen_is_kept_and_shown_again(guest, city):
    steward = guest("liumin")
    page = steward.opens("/account/notices")
    told = steward.follows(steward.sends(
        page, "/account/notices?", supervision=[], message=["sms"], email="liumin@yunzhou.example", opens="540",
        closes="",
    ))
    assert "通知方式已保存" in told.words
    wishes = choices.wishes_of(actor_named("liumin"))
    assert (wishes.email, wishes.opens, wishes.closes) == ("liumin@yunzhou.example", 540, 1200)
    assert wishes.told[NoticeKind.MESSAGE] == {Carrier.SMS} and Carrier.SMS not in wishes.told[NoticeKind.SUPERVISION]
    assert wishes.told[NoticeKind.SUPERVISION] == {Carrier.EMAIL}  # not offered here: as the site has it


@pytest.mark.parametrize(("fields", "words"), [
    ({"email": "liumin"}, "邮箱地址"), ({"email": "a@b.example\nBcc: c@d.example"}, "邮箱地址"),
    ({"opens": "720", "closes": "600"}, "早于结束"), ({"opens": "7"}, "改正"), ({"supervision": ["fax"]}, "改正"),
])
def test_nonsense_is_said_at_its_field(guest, city, fields, words):
    steward = guest("liumin")
    answer = steward.sends(steward.opens("/account/notices"), "/account/notices?", **fields)
    assert answer.status == 422 and words in answer.words


def test_where_nothing_is_sent_the_page_says_so(app, guest, city, monkeypatch):
    monkeypatch.setitem(app.config, "TEXTING", "off")
    assert "没有开通" in guest("liumin").opens("/account/notices").words
    assert "没有开通站外渠道" in guest("admin").opens("/deliveries").words


def test_who_has_answered_td_takes_texts_again(guest, city):
    mobile = db.session.scalars(select(User.phone).where(User.username == "liumin")).one()
    db.session.add(StoppedNumber(number=mobile))
    db.session.commit()
    steward = guest("liumin")
    page = steward.opens("/account/notices")
    assert "退订" in page.words
    assert "退订过" not in steward.follows(steward.sends(page, "/account/notices/resume")).words
    assert not choices.reach_of(actor_named("liumin")).has_stopped


def test_the_clerk_texts_the_link_to_the_contact(life, guest):
    life.handling().sign().result().reply().call()
    life.ticket.contact_phone = "13900000031"
    db.session.commit()
    with life.here():
        clerk = guest("xuhui")
        page = clerk.opens(f"/tickets/{life.ticket.number}")
        made = clerk.sends(page, f"/tickets/{life.ticket.number}/rating-link")
        texted = clerk.sends(made, f"/tickets/{life.ticket.number}/rating-link", by="sms")
    text = db.session.scalars(select(Delivery)).one()
    assert "139****0031" in texted.words and text.purpose is Purpose.RATING
    assert "1非常满意" in text.words and "/r/" in text.words
