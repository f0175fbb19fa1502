"""The sealed log: for the audit administrator alone, and reading it is written down before anything is shown."""

import re

import pytest
from sqlalchemy import select

from models.base import db
from models.log import Event, LogHead
from operations import log_reading
from operations.tickets import conversation
from tests.lives import Life
from tests.views.digests import digests

WORDS = "职责清单第三条机密说明"


@pytest.fixture
def life(city):
    life = Life(city).submit().accept()
    life.does(conversation.note, "liumin", words=WORDS)
    return life


def readings():
    return db.session.scalars(select(Event).where(Event.action == "read_log").order_by(Event.seq)).all()


def ask(reader, **fields):
    reader.get("/audit")
    reader.post("/audit", {"action": "", "ticket": "", "person": "", "days": "0", "form_key": "k" * 20, **fields})
    return reader.get("/audit")


def test_nothing_is_shown_before_the_wish_to_read_was_written_down(life, sign_in):
    reader = sign_in("audit")
    before = digests()
    assert [reader.get("/audit"), reader.get("/audit?before=9")] == [200, 200]
    assert "受理" not in reader.text.split("做了什么")[0] and digests() == before and readings() == []
    ask(reader)
    assert [event.actor_id for event in readings()] == [life.city.users["audit"].id]
    assert life.ticket.number in reader.text


def test_the_answer_is_for_this_session_and_not_written_down_again(life, sign_in):
    reader, other = sign_in("audit"), sign_in("audit")
    ask(reader, ticket=life.ticket.number)
    before = digests()
    assert reader.get("/audit?before=99999") == 200 and digests() == before
    assert other.get("/audit") == 200 and "选好条件后" in other.text


def test_the_filters_look_for_acts_tickets_and_people(life, sign_in):
    Life(life.city, enterprise="鑫源包装", member="xinyuan").submit()
    reader = sign_in("audit")
    ask(reader, action="submit")
    assert len(re.findall("<tr data-row", reader.html)) == 2
    ask(reader, action="submit", ticket=life.ticket.number)
    assert len(re.findall("<tr data-row", reader.html)) == 1
    for person in ("liumin", "刘敏"):
        ask(reader, person=person)
        assert len(re.findall("<tr data-row", reader.html)) == 2
    ask(reader, person="没有这个人", days="7")
    assert "没有符合条件的记录" in reader.text
    assert "没有这个人" not in readings()[-1].body


def test_words_and_subjects_never_come_here(life, sign_in):
    reader = sign_in("audit")
    ask(reader)
    assert WORDS not in reader.html and life.ticket.subject not in reader.html and "内部备注" in reader.text


def test_the_end_of_the_chain_is_told_and_every_seal_is_looked_at(life, sign_in):
    reader = sign_in("audit")
    ask(reader)
    head = db.session.execute(select(LogHead.seq, LogHead.hash)).one()
    assert f"共 {head.seq} 条" in reader.text and head.hash in reader.text
    assert reader.text.count("完好") == len(re.findall("<tr data-row", reader.html)) and "不符" not in reader.text


def test_every_action_that_ever_was_can_be_chosen(life):
    recorded = set(db.session.scalars(select(Event.action).distinct()))
    assert {action for action, _ in log_reading.actions()} == recorded


def test_the_log_is_paged_by_its_numbers(life, sign_in):
    for number in range(26):
        Life(life.city).submit(subject=f"诉求第 {number} 号").accept()
    reader = sign_in("audit")
    ask(reader)
    assert reader.html.count("<tr data-row") == log_reading.PAGE
    older = re.search(r'href="(/audit\?before=\d+)" rel="next"', reader.html)[1]
    assert reader.get(older) == 200 and "最新的" in reader.text
    assert 0 < reader.html.count("<tr data-row") < log_reading.PAGE


@pytest.mark.parametrize("username", ["admin", "security", "hening", "luoshizhang", "hengzha"])
def test_the_log_is_not_there_for_others(life, sign_in, username):
    reader = sign_in(username)
    assert [reader.get("/audit"), reader.post("/audit", {"days": "0"})] == [404, 404]
    assert readings() == []
