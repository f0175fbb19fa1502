"""Orders as their addressee sees them: the cover first, receipts only by the addressee's own POST, then the answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.base import db
from models.log import Event
from operations.access.people import actor_named
from operations.demo.city import PASSWORD
from operations.supervision import supervision
from tests.views.digests import digests
from tests.views.pressed import three_late

SUBJECT = "送电迟迟没有答复"


@pytest.fixture
def pressed(city):
    return three_late(city)


def openings(order):
    rows = select(Event.actor_id).where(Event.action == "open_supervision", Event.object_id == order.id)
    return list(db.session.scalars(rows.order_by(Event.seq)))


def test_before_opening_the_list_and_the_page_tell_only_the_cover(pressed, sign_in):
    order = pressed.order(SUBJECT)
    with pressed.here():
        reader = sign_in("zhoujian")
        for path in ("/supervisions", f"/supervisions/{order.id}"):
            reader.get(path)
            assert pressed.lives[SUBJECT].number in reader.text and "一次督办" in reader.text
            assert SUBJECT not in reader.text and "打开即记录时间" in reader.text


def test_opening_is_written_by_the_post_and_by_nothing_else(pressed, sign_in):
    order = pressed.order(SUBJECT)
    with pressed.here():
        reader = sign_in("zhoujian")
        before = digests()
        assert [reader.get(path) for path in ("/supervisions", f"/supervisions/{order.id}") * 2] == [200] * 4
        assert digests() == before
        assert reader.post(f"/supervisions/{order.id}/open") == 302
        reader.get(f"/supervisions/{order.id}")
    assert SUBJECT in reader.text and "提交答复" in reader.text
    assert pressed.order(SUBJECT).read_at == pressed.now
    assert openings(order) == [actor_named("zhoujian").user_id]


def test_everybody_of_the_unit_opens_by_their_own_name_once(pressed, sign_in):
    order = pressed.order(SUBJECT)
    with pressed.here():
        for username in ("chenjing", "zhoujian", "zhoujian"):
            reader = sign_in(username)
            reader.post(f"/supervisions/{order.id}/open")
        reader.get(f"/supervisions/{order.id}")
    assert openings(order) == [actor_named(name).user_id for name in ("chenjing", "zhoujian")]
    assert "陈静" in reader.text


@pytest.mark.parametrize("username", ["gaofeng", "liumin", "hengzha", "security", "tangyi"])
def test_an_order_of_somebody_else_is_not_there(pressed, sign_in, username):
    order = pressed.order("奖补资金未拨付")
    with pressed.here():
        reader, page = sign_in(username), f"/supervisions/{order.id}"
        assert reader.get(page) == 404
        assert [reader.post(f"{page}/{act}", {"words": "x"}) for act in ("open", "sign", "answer")] == [404] * 3
    assert pressed.order("奖补资金未拨付").read_at is None


@pytest.mark.parametrize("username", ["hening", "wujie", "luoshizhang", "qianwei"])
def test_who_issued_or_watches_leaves_no_receipt(pressed, sign_in, username):
    page = f"/supervisions/{pressed.order(SUBJECT).id}"
    with pressed.here():
        reader = sign_in(username)
        assert reader.get(page) == 200 and "提交答复" not in reader.text
        refused = [reader.post(f"{page}/{act}", {"words": "x"}) for act in ("open", "sign", "answer")]
    assert refused == [403] * 3
    order = pressed.order(SUBJECT)
    assert (order.read_at, order.signed_at, order.answered_at) == (None, None, None)


def test_signing_and_answering_are_each_one_act(pressed, sign_in):
    page = f"/supervisions/{pressed.order(SUBJECT).id}"
    with pressed.here():
        reader = sign_in("chenjing")
        reader.post(f"{page}/open")
        assert reader.post(f"{page}/sign") == 302
        assert reader.post(f"{page}/sign") == 409
        reader.get(page)
        assert "签收 陈静" in " ".join(reader.text.split("　")) or "签收" in reader.text
        assert reader.post(f"{page}/answer", {"words": ""}) == 422
        assert "请写明办到哪一步" in reader.text
        assert reader.post(f"{page}/answer", {"words": "周五前送电"}) == 302
    order = pressed.order(SUBJECT)
    assert (order.answer, order.answered_by_id) == ("周五前送电", actor_named("chenjing").user_id)


def test_too_long_an_answer_comes_back_with_every_word(pressed, sign_in):
    page = f"/supervisions/{pressed.order(SUBJECT).id}"
    with pressed.here():
        reader = sign_in("chenjing")
        reader.post(f"{page}/open")
        assert reader.post(f"{page}/answer", {"words": "长" * 2001}) == 422
    assert "最多 2000 字，现有 2001 字" in reader.text and "长" * 2001 in reader.html


def test_the_office_accepts_or_sends_back_with_a_reason(pressed, sign_in):
    pressed.answered(SUBJECT, "zhoujian")
    page = f"/supervisions/{pressed.order(SUBJECT).id}"
    with pressed.here():
        reader = sign_in("wujie")
        reader.get(page)
        assert reader.post(f"{page}/reject", {"reason": "", "version": "99"}) == 422
        version = reader.hidden()["version"]
        assert reader.post(f"{page}/reject", {"reason": "没说何时送电", "version": "1"}) == 409
        reader.get(page)
        assert reader.post(f"{page}/reject", {"reason": "没说何时送电", "version": reader.hidden()["version"]}) == 302
    assert version and pressed.order(SUBJECT).rejected_count == 1
    pressed.answered(SUBJECT, "zhoujian", words="周五送电")
    with pressed.here():
        reader.get(page)
        assert "没说何时送电" in reader.text
        assert reader.post(f"{page}/accept", {"version": reader.hidden()["version"]}) == 302
    assert pressed.order(SUBJECT).accepted_at is not None


def test_the_tabs_part_what_is_due_what_only_reminds_and_what_is_over(pressed, sign_in):
    with pressed.here():
        supervision.supervise(pressed.ticket(SUBJECT), actor=actor_named("hening"), reason="升级")
        db.session.commit()
        reader = sign_in("zhoujian")
        told = {tab: (reader.get(f"/supervisions?tab={tab}"), reader.html.count("<tr data-row"))
                for tab in ("open", "reminders", "ended", "nonsense")}
    assert told["open"] == told["nonsense"] == (200, 1)
    assert told["ended"][1] >= 1 and told["reminders"][1] >= 1


def test_what_was_typed_survives_a_session_that_ran_out(pressed, sign_in):
    page = f"/supervisions/{pressed.order(SUBJECT).id}"
    with pressed.here():
        reader = sign_in("chenjing")
        reader.post(f"{page}/open")
        reader.get(page)
    pressed.now += timedelta(hours=1)
    with pressed.here():
        token = {"csrf_token": reader.hidden()["csrf_token"]}
        answer = reader.client.post(f"{page}/answer", data=token | {"words": "写了很久的答复"})
        assert "/login" in answer.location
        reader.post("/login", {"username": "chenjing", "password": PASSWORD}, page=answer.location)
        reader.get(f"{page}/answer")
    assert "写了很久的答复" in reader.html and pressed.order(SUBJECT).answered_at is None
