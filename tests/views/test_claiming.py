"""Claiming an enterprise by its three public pages, and deciding a claim at a desk."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Claim, Enterprise
from tests.claimants import (
    FUXING,
    FUXING_CODE,
    FUXING_PHONE,
    NEW,
    NEW_CODE,
    PASSWORD,
    STRANGER,
    claim,
    code_sent_to,
    quick_passwords,
    texts,
)
from tests.lives import START
from tests.views.counting import statements

__all__ = ["quick_passwords"]
FIRM = {"credit_code": FUXING_CODE, "name": FUXING, "mobile": FUXING_PHONE}
WHO = {"person": "郑涛", "new_password": PASSWORD}


@pytest.fixture(autouse=True)
def now(city, quick_passwords):
    with clock.standing_at(START):
        yield START


def to_the_code(visitor, **firm):
    return visitor.follows(visitor.sends(visitor.opens("/claim"), **(FIRM | firm)))


def to_the_account(visitor, **firm):
    page = to_the_code(visitor, **firm)
    sent = visitor.sends(page, passcode=code_sent_to((FIRM | firm)["mobile"]))
    return visitor.follows(sent)


def claims_there():
    db.session.expire_all()
    return db.session.scalars(select(Claim)).all()


def test_the_way_to_it_is_on_the_sign_in_page(guest):
    assert guest().opens("/login").links["认领企业"] == "/claim"


def test_the_contact_claims_in_three_steps_signs_in_and_is_at_home(guest):
    visitor = guest()
    page = to_the_code(visitor)
    assert page.h1 == "输入验证码" and "138****0355" in page.words and FUXING_PHONE not in page.html
    page = visitor.follows(visitor.sends(page, passcode=code_sent_to(FUXING_PHONE)))
    assert "马上可用" in page.words
    done = visitor.follows(visitor.sends(page, **WHO))
    assert done.h1 == "认领成功" and FUXING_PHONE in done.words
    signed = visitor.sends(visitor.opens("/login"), username=FUXING_PHONE, password=PASSWORD)

    assert signed.status == 302 and visitor.opens("/my").h1 == "福兴热电"


def test_a_stranger_is_told_to_wait_and_sees_nothing_of_the_enterprise(guest):
    visitor = guest()
    done = visitor.follows(visitor.sends(to_the_account(visitor, mobile=STRANGER), **WHO))
    assert done.h1 == "认领已提交，等核实"
    member = guest(STRANGER)
    assert member.opens("/").leads_to == "/claim/progress"
    assert "等核实" in member.opens("/claim/progress").words
    assert member.opens("/my").status == member.opens("/claims").status == 404


def test_an_unknown_enterprise_is_asked_where_it_lies(guest, city):
    visitor = guest()
    page = to_the_account(visitor, credit_code=NEW_CODE.lower(), name=NEW)
    assert "还没有入库" in page.words
    assert visitor.sends(page, **WHO).status == 422
    visitor.sends(page, **WHO, region=city.regions["990102"].id)

    made, = claims_there()
    assert (made.credit_code, made.enterprise_id) == (NEW_CODE, None)
    assert "登记企业并确认" in guest("tangyi").opens(f"/claims/{made.id}").html


def test_known_and_unknown_get_the_same_answer_until_the_mobile_is_proven(guest, city):
    firms = (FIRM, FIRM | {"mobile": STRANGER}, FIRM | {"credit_code": NEW_CODE, "mobile": "13900000003"})
    pages = []
    for firm in firms:
        page = to_the_code(guest(), **firm)
        pages.append(page.words.replace(firm["mobile"][:3] + "****" + firm["mobile"][-4:], "…"))
    assert len(set(pages)) == 1


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"credit_code": ""}, "请填写统一社会信用代码"),
    ({"credit_code": "9199"}, "应为 18 位"),
    ({"credit_code": FUXING_CODE[:-1] + "I"}, "不含字母"),
    ({"name": ""}, "请填写企业名称"),
    ({"mobile": "0412-1234567"}, "11 位手机号"),
    ({"mobile": "1380000035５０"}, "11 位手机号"),
])
def test_what_is_filled_in_wrongly_comes_back_and_sends_nothing(guest, wrong, sentence):
    visitor = guest()
    page = visitor.sends(visitor.opens("/claim"), **(FIRM | wrong))
    assert page.status == 422 and sentence in page.words and not texts()


def test_wrong_codes_get_one_sentence_and_five_tries(guest):
    visitor = guest()
    page = to_the_code(visitor)
    right = code_sent_to(FUXING_PHONE)
    wrong = "000000" if right != "000000" else "111111"
    answers = [visitor.sends(page, passcode=wrong) for _ in range(5)] + [visitor.sends(page, passcode=right)]
    assert {answer.status for answer in answers} == {422} and len({answer.words for answer in answers}) == 1
    assert visitor.sends(page, passcode="12345").status == 422


def test_sending_too_often_is_told_on_the_form(guest):
    visitor = guest()
    to_the_code(visitor)
    again = visitor.sends(visitor.opens("/claim"), **FIRM)
    assert again.status == 429 and "1 分钟后" in again.words and again.form()["name"] == FUXING
    assert visitor.sends(visitor.opens("/claim/code"), "/claim/code/again").status == 429


def test_a_code_can_be_had_again_after_a_minute(guest, now):
    visitor = guest()
    page = to_the_code(visitor)
    with clock.standing_at(now + timedelta(seconds=61)):
        visitor.sends(page, "/claim/code/again")
        assert visitor.sends(page, passcode=code_sent_to(FUXING_PHONE)).leads_to == "/claim/account"
    assert len(texts()) == 2


def test_steps_cannot_be_skipped_and_another_browser_has_no_part_in_it(guest):
    visitor = guest()
    to_the_code(visitor)
    assert visitor.opens("/claim/account").status == 410
    visitor.sends(visitor.opens("/claim/code"), passcode=code_sent_to(FUXING_PHONE))
    assert guest().opens("/claim/account").status == 410 and visitor.opens("/claim/account").status == 200


def test_a_weak_password_is_told_and_nothing_is_lost(guest):
    visitor = guest()
    page = to_the_account(visitor)
    weak = visitor.sends(page, person="郑涛", new_password="12345678")
    assert weak.status == 422 and "12 至 128 位" in weak.words and not claims_there()
    assert visitor.sends(page, **WHO).leads_to == "/claim/done"


def test_where_no_text_messages_are_sent_the_page_says_whom_to_ask(app, guest, monkeypatch):
    monkeypatch.setitem(app.config, "TEXTING", "off")
    visitor = guest()
    assert "现在不能自助认领" in visitor.opens("/claim").words
    assert visitor.sends(visitor.opens("/login"), "/claim", **FIRM).status == 200 and not texts()


def test_the_steward_decides_on_the_desk(guest):
    made = claim(STRANGER, person="冒名者")
    steward = guest("liumin")
    page = steward.opens(steward.opens("/claims").links[FUXING])
    assert "冒名者" in page.words and STRANGER in page.words and FUXING_PHONE not in page.html
    assert steward.sends(page, f"/claims/{made.id}/refuse").status == 422
    done = steward.sends(page, f"/claims/{made.id}/refuse", **{"refuse-reason": "没有这个人"})
    assert done.leads_to == "/claims"
    assert "没有这个人" in guest(STRANGER).opens("/claim/progress").words
    late = steward.sends(page, f"/claims/{made.id}/confirm")
    assert late.status == 409 and "已经由他人处理" in late.words


def test_the_queue_takes_as_many_statements_for_much_as_for_little(guest, city):
    region = city.regions["990102001"].id
    steward = guest("wujie")

    def count():
        with statements() as seen:
            assert steward.opens("/claims").status == 200
        return len(seen)

    made = claim(STRANGER)
    few = count()
    firm = Enterprise(name="城东小店", region_id=region)
    db.session.add(firm)
    db.session.flush()
    db.session.add_all(
        Claim(user_id=made.user_id, enterprise_id=firm.id, credit_code=f"{n:018d}", name=f"第 {n} 家", person="甲",
              mobile=STRANGER, asked_at=START + timedelta(seconds=n)) for n in range(40)
    )
    db.session.commit()
    assert count() == few <= 6
    first = steward.opens("/claims")
    second = steward.opens(first.links["下一页"])
    assert first.words.count(" 家 ") + second.words.count(" 家 ") >= 40


def test_a_clerk_looks_at_the_senders_of_one_name_and_takes_one_in(guest, city):
    region = city.regions["9901"].id
    called = [Enterprise(name=f"12345来电人 {who}", external_ref=f"12345:{who}", region_id=region)
              for who in (FUXING, "郑涛")]
    db.session.add_all(called)
    db.session.commit()
    made = claim()
    clerk, path = guest("wujie"), f"/claims/{made.id}"
    page = clerk.opens(clerk.opens("/claims").links[FUXING])
    assert "12345来电人 郑涛" in page.words and path in page.html
    done = clerk.sends(page, f"{path}/senders", **{"senders-sender": str(called[0].id)})
    assert done.leads_to == "/claims" and "并入 1 个来电人" in clerk.opens("/claims").words
    assert clerk.sends(page, f"{path}/senders", **{"senders-sender": str(called[0].id)}).status == 422
