"""差评整改 on its pages: every step by its people, figures that open their lists, what the enterprise sees."""

import re

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.ratings import Grade
from models.rectifications import Rectification
from tests.views.counting import statements


@pytest.fixture
def home(life):
    """The address of one, just rated badly; the site stands at that moment."""
    life.handling().sign().result().reply().call()
    life.rate(Grade.DISSATISFIED, tags=("其他",), words="窗口索要材料，我要投诉")
    with clock.standing_at(life.now):
        yield f"/rectifications/{db.session.scalars(select(Rectification.id)).one()}"


def shown(reader, path):
    reader.get(path)
    return reader.text


def sent(reader, home, verb, **answers):
    return reader.post(f"{home}/{verb}", {f"{verb}-{name}": value for name, value in answers.items()}, page=home)


def put_right(sign_in, home):
    officer, leader = sign_in("chenjing"), sign_in("zhoujian")
    assert sent(officer, home, "contact", words="已打电话道歉") == 302
    assert sent(officer, home, "report", verification="true", measures="换了人", result="补办了") == 302
    leader.get(home)
    seen = re.search(r'name="sign-seen"[^>]*value="([^"]+)"', leader.html).group(1)
    assert sent(leader, home, "sign", seen=seen) == 302


def test_each_step_has_its_form_for_its_people(home, sign_in, life):
    officer = sign_in("chenjing")
    assert "登记联系" in shown(officer, home) and "报整改结果" not in officer.text
    assert sent(officer, home, "contact", words="") == 422 and "请写明怎么联系的" in officer.text
    put_right(sign_in, home)
    member = sign_in("hengzha")
    assert "补办了" in shown(member, f"/my/tickets/{life.ticket.number}") and "等待回访" in member.text
    caller = sign_in("xuhui")
    assert "整改回访" in shown(caller, home)
    assert sent(caller, home, "call", outcome="good", words="可以了") == 302
    assert "整改完成" in shown(caller, home) and "您的差评已整改" in shown(member, f"/my/tickets/{life.ticket.number}")


def test_each_figure_opens_its_list_of_that_length(home, sign_in):
    office = sign_in("hening")
    put_right(sign_in, home)
    sent(sign_in("xuhui"), home, "call", outcome="good")
    office.get("/rectifications?month=2026-08")
    links = re.findall(r'href="(/rectifications\?[^"]*state=[a-z_]+[^"]*)">[^<]*?(\d+)', office.html)
    assert len(links) > 8 and "100.0%" in office.text
    for url, count in links:
        office.get(url.replace("&amp;", "&"))
        assert len(re.findall("<tr data-row><td><a", office.html)) == int(count), url


def test_an_accepted_appeal_shows_as_excluded_and_out_of_the_rates(home, sign_in, life):
    assert sent(sign_in("chenjing"), home, "appeal", ground="mistaken", reason="评错了件") == 302
    office = sign_in("hening")
    assert "申诉待裁定 1" in shown(office, "/rectifications")
    assert sent(office, home, "decide", decision="accepted", reason="录音为证") == 302
    assert "已剔除 1 件" in shown(office, "/rectifications") and "应整改 0 件" in office.text
    assert "不计入满意率" in shown(sign_in("hengzha"), f"/my/tickets/{life.ticket.number}")


def test_words_of_a_complaint_suggest_a_demand_that_is_only_filled_in(home, sign_in):
    clerk = sign_in("tangyi")
    clerk.get(home)
    path = re.search(r'href="(/enterprises/\d+/demand\?rated=\d+)"', clerk.html).group(1)
    assert "窗口索要材料，我要投诉" in shown(clerk, path)
    assert "demand?rated" not in shown(sign_in("chenjing"), home) and "demand?rated" not in sign_in("chenjing").html


def test_it_is_not_there_for_another_unit_nor_for_a_steward(home, sign_in):
    for who in ("litao", "liumin", "hengzha"):
        assert sign_in(who).get(home) == 404
    assert "还没有实名差评" in shown(sign_in("litao"), "/rectifications")


def test_the_register_asks_the_database_as_often_for_one_as_for_none(home, sign_in):
    counted = []
    for who in ("litao", "chenjing"):
        reader = sign_in(who)
        reader.get("/rectifications")
        with statements() as asked:
            reader.get("/rectifications")
        counted.append(len(asked))
    assert counted[0] == counted[1]
