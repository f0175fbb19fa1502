"""Messages between an enterprise and its steward, and the interaction that a two-sided exchange is."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.correspondence import Message, Side
from models.engagement import Effect, Flaw, Interaction, InteractionKind
from models.notices import Notice
from operations.engagement import interactions, thread
from operations.errors import BadInput, NotAllowed
from tests.lives import START

ASKS = "外线施工图供电公司已经出了，您看下周二上午到现场对一遍路径行不行？"


@pytest.fixture
def say(city, people):
    """``say("liumin", hours=2)`` writes to the thread of 恒轧机械 two hours after the start."""

    def said(by="liumin", body=ASKS, *, firm="恒轧机械", **after):
        side = Side.ENTERPRISE if by in ("hengzha", "hongda") else Side.STEWARD
        with clock.standing_at(START + timedelta(**after)):
            return thread.write(city.enterprises[firm], actor=people[by], side=side, body=body)

    return said


def noted():
    db.session.expire_all()
    return list(db.session.scalars(select(Interaction).order_by(Interaction.id)))


def test_an_answered_message_is_one_effective_interaction(say, people, city):
    say()
    say(body="图纸我随后发您。", minutes=1)
    say("hengzha", "行，我们派人。", hours=5)
    (exchange,) = noted()
    assert (exchange.kind, exchange.effect, exchange.is_exchange) == (InteractionKind.PLATFORM, Effect.EFFECTIVE, True)
    assert (exchange.steward_id, exchange.content) == (people["liumin"].user_id, f"{ASKS}\n图纸我随后发您。")
    assert not interactions.is_late(exchange)
    assert city.enterprises["恒轧机械"].quiet_since == START + timedelta(minutes=1)


def test_the_same_day_counts_once_and_the_next_again(say):
    for hours in (0, 2, 30):
        say(hours=hours)
        say("hengzha", "好的", hours=hours + 1)
    assert [exchange.effect for exchange in noted()] == [Effect.EFFECTIVE] * 2


def test_what_only_one_side_says_is_no_interaction(say):
    say("hengzha", "在吗")
    say(hours=1)
    say(hours=2)
    assert noted() == []


def test_an_answer_after_the_window_makes_none(say):
    say()
    say("hengzha", "才看到", days=8)
    assert noted() == []


def test_a_short_word_is_an_exchange_that_does_not_count(say):
    say(body="在吗？")
    say("hengzha", "在", hours=1)
    assert [exchange.flaw for exchange in noted()] == [Flaw.TOO_SHORT]


def test_read_is_what_the_other_side_said_it_read_or_answered(say, city, people):
    firm = city.enterprises["恒轧机械"]
    say()
    say(hours=1)
    assert thread.count_unread([firm.id], Side.ENTERPRISE) == 2
    with clock.standing_at(START + timedelta(hours=2)):
        assert thread.mark_read(firm, actor=people["hengzha"], side=Side.ENTERPRISE) == 2
        assert thread.mark_read(firm, actor=people["hengzha"], side=Side.ENTERPRISE) == 0
    say("hengzha", "收到", hours=3)
    assert thread.count_unread([firm.id], Side.STEWARD) == 1
    say(hours=4)
    assert thread.count_unread([firm.id], Side.STEWARD) == 0
    assert db.session.scalars(select(Message.read_by_id).order_by(Message.id)).first() == people["hengzha"].user_id


def test_the_other_side_is_told(say, people):
    say()
    say("hengzha", "行", hours=1)
    told = {(row.user_id, row.subject) for row in db.session.scalars(select(Notice))}
    assert told == {(people["hengzha"].user_id, "管家刘敏给您发来消息"), (people["liumin"].user_id, "恒轧机械发来消息")}


@pytest.mark.parametrize(("by", "firm"), [("wangqiang", "恒轧机械"), ("hongda", "恒轧机械"), ("wujie", "恒轧机械")])
def test_only_the_enterprise_and_its_steward_write(say, by, firm):
    with pytest.raises(NotAllowed):
        say(by, firm=firm)


@pytest.mark.parametrize("body", ["  \n", "长" * 2001])
def test_nothing_and_too_much_are_refused(say, body):
    with pytest.raises(BadInput):
        say(body=body)
    assert db.session.scalar(select(Message.id)) is None


def test_threads_show_what_is_unread_first_and_pages_have_no_gap(say, city, people):
    for n in range(25):
        say(body=f"第 {n} 条", hours=n)
    say("hengzha", "都看到了", hours=26)
    say(firm="鑫源包装", hours=27)
    rows = thread.threads(people["liumin"])
    assert [(row.name[:4], row.unread) for row in rows] == [("云州恒轧", 1), ("云州鑫源", 0)]
    firm = city.enterprises["恒轧机械"]
    first = thread.page(firm)[:20]
    assert len({row.id for row in (*first, *thread.page(firm, before=first[-1].id))}) == 26
