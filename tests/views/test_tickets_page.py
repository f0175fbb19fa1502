"""The page of a ticket: who did what when, what the clock says, what one may do, and what nobody must see."""

import re

import pytest
from sqlalchemy import select

from models.base import db
from models.ratings import Grade, RatingToken
from models.supervision import Supervision
from models.tickets import LedgerClass, ProposalKind, Status
from operations.tickets import conversation, handling
from tests.lives import FINANCE, LAND, shanghai
from tests.views.counting import statements
from tests.views.tickets_desk import Desk

OFFICIALS = ("liumin", "chenjing", "zhoujian", "wujie", "hening", "luoshizhang", "qianwei")


@pytest.fixture
def desk(guest, life):
    return Desk(guest, life)


def returned(life):
    """Given to land, sent back, given to power: the story of the mock-up."""
    life.submit().wait(minutes=30).accept().wait(minutes=30).dispatch(LAND, [FINANCE]).wait(hours=2)
    life.send_back("litao", "gaofeng").wait(hours=2).dispatch(by="wujie").wait(minutes=30).sign()
    return life.at("2026-08-20 16:00")


@pytest.mark.parametrize("username", OFFICIALS)
def test_everybody_of_the_staff_who_may_see_it_opens_it(desk, username):
    desk.life.handling()
    page = desk.opens(username)
    assert (page.status, page.h1) == (200, "厂区外接线路迟迟未送电")


@pytest.mark.parametrize("username", ["litao", "wangqiang", "admin", "security", "audit"])
def test_it_is_not_there_for_anybody_else(desk, username):
    desk.life.handling()
    assert desk.opens(username).status == desk.opens(username, "/tickets/ZQ-2026-08-0000000").status == 404


def test_the_rail_tells_who_when_and_how_long(desk):
    returned(desk.life)
    words = desk.opens("wujie").words
    assert re.search(r"受理：已完成昨天 09:30刘敏 用 30 分", words)
    assert re.search(r"协调：已完成昨天 14:00 ?退回 1 次 吴洁 用", words)
    assert re.search(r"办理：正在进行8月19日 起陈静 已用 1\.\d 天", words)


def test_the_clock_explains_itself_and_says_that_a_return_restarts_nothing(desk):
    returned(desk.life)
    words = desk.opens("chenjing").words
    assert "时限钟：办结" in words and "8月26日 17:30 到期" in words
    assert "1 次，不重新计时" in words and "自动发出一次督办" in words
    assert "8月19日 10:00 收到（当日不计）" in words and "8月22日、23日休息" in words


def test_a_late_ticket_says_so_everywhere(desk):
    desk.life.handling().at("2026-08-27 10:00").sweep()
    words = desk.opens("zhoujian").words
    assert "逾期" in words and "办理：正在进行，已超时" in words and "一次督办" in words


def test_a_ticket_on_the_ledger_stands_still(desk):
    life = desk.life.handling().sign()
    until = shanghai("2026-10-15").date()
    proposal = life.propose(ProposalKind.LEDGER, by="zhoujian", ledger_class=LedgerClass.FUNDS, until=until)
    life.grant(proposal, "hening").wait(days=3)
    words = desk.opens("chenjing").words
    assert "停在剩" in words and "挂账" in words
    assert "本件正在挂账" in words


def test_an_extension_shows_both_dates(desk):
    life = desk.life.handling().sign()
    proposal = life.propose(ProposalKind.EXTENSION, until=shanghai("2026-08-28").date())
    life.grant(proposal).grant(proposal, "wujie")
    words = desk.opens("chenjing").words
    assert "8月28日 17:30 到期" in words and "原到期 8月26日 17:30" in words


def test_the_story_is_newest_first_with_words_and_authors(desk):
    returned(desk.life)
    story = re.findall(r'<div class="tl__h"><b>([^<]+)</b>', desk.opens("wujie").html)
    assert story[:4] == ["签收", "派单", "退回", "提请退回"]
    assert story[-3:] == ["派单", "受理", "提交诉求"]


def test_the_story_can_be_narrowed_to_what_the_enterprise_sees(desk):
    desk.life.handling().does(conversation.note, "liumin", words="只给同事看")
    assert "只给同事看" in desk.opens("wujie").words
    narrowed = desk.opens("wujie", "?only=public").words
    assert "只给同事看" not in narrowed and "派单" in narrowed


def test_earlier_entries_are_folded_and_can_be_opened(desk):
    desk.life.handling()
    for place in range(30):
        desk.life.wait(minutes=1).does(conversation.note, "liumin", words=f"第 {place} 条备注")
    page = desk.opens("wujie")
    assert "展开更早的 13 条" in page.links and "第 2 条备注" not in page.words
    assert "第 2 条备注" in desk.opens("wujie", page.links["展开更早的 13 条"]).words


def test_each_tab_tells_its_part(desk):
    life = desk.life.submit().accept().dispatch(assisting=[FINANCE]).sign()
    life.does(handling.report_assistance, "sunyue", report="费用已核减")
    life.result().reply().call(is_solved=False, words="又停电了")
    assert "费用已核减" in desk.opens("wujie", "?tab=work").words
    assert "四月就报了外线申请" in desk.opens("wujie", "?tab=demand").words
    outcome = desk.opens("wujie", "?tab=outcome").words
    assert outcome.index("第 2 轮") < outcome.index("第 1 轮") < outcome.index("回访：未解决")
    assert "没有督办过" in desk.opens("wujie", "?tab=orders").words


def test_supervision_is_shown_with_its_receipt(desk):
    desk.life.handling().at("2026-08-26 17:35").sweep()
    page = desk.opens("hening", "?tab=orders")
    order = db.session.scalars(select(Supervision.id).where(Supervision.level == "first")).one()
    assert page.links["一次督办"] == f"/supervisions/{order}"
    assert "送达：已完成" in page.words and "办结时限到期" in page.words


@pytest.mark.parametrize(
    ("username", "primary"),
    [("chenjing", "签收"), ("wujie", "转办"), ("luoshizhang", "批示")],
)
def test_the_panel_offers_what_the_person_came_for(desk, username, primary):
    desk.life.handling()
    panel = desk.opens(username).html.split('id="h-act"')[1].split("</section>")[0]
    assert primary in re.search(r'class="btn[^>]*>([^<]+)<', panel)[1]


def test_the_panel_shows_exactly_the_acts_whose_pages_open(desk):
    returned(desk.life)
    for username in OFFICIALS:
        panel = desk.opens(username).html.split('id="h-act"')[1].split("</section>")[0]
        for address in re.findall(rf'href="(/tickets/{desk.number}/[a-z-]+)', panel):
            assert desk.opens(username, address).status == 200, (username, address)
        for label in re.findall(r'<li class="muted">([^：]+)：', panel):
            assert label not in re.findall(r">([^<]+)</a>", panel)


def test_what_cannot_be_done_now_is_shown_with_the_reason(desk):
    desk.life.submit().accept().dispatch(assisting=[FINANCE]).sign()
    desk.life.does(handling.contact, "chenjing", method="电话", words="已联系")
    assert "提交办理结果：还有 1 个协办单位没有报送" in desk.opens("chenjing").words


def test_the_leader_finds_the_signature_on_top(desk):
    life = desk.life.handling().sign()
    proposal = life.propose(ProposalKind.RESULT, result_kind="solved", reason="外线已经送电")
    assert desk.opens("zhoujian").links["签批：办理结果"] == f"/sign-offs/{proposal.id}"
    assert "签批：办理结果" not in desk.opens("chenjing").links


def rated(life, **opinion):
    life.handling().sign().result().reply().call()
    life.rate(Grade.VERY_DISSATISFIED, tags=("态度不好",), words="推来推去", **opinion)


@pytest.mark.parametrize("username", ["chenjing", "zhoujian", "liumin"])
def test_who_did_the_work_never_learns_an_anonymous_grade(desk, username):
    rated(desk.life, is_anonymous=True)
    for tab in ("story", "outcome"):
        page = desk.opens(username, f"?tab={tab}")
        assert "推来推去" not in page.html and "非常不满意" not in page.html


@pytest.mark.parametrize("username", ["wujie", "hening", "luoshizhang", "qianwei"])
def test_those_above_read_it_but_no_name(desk, username):
    rated(desk.life, is_anonymous=True)
    page = desk.opens(username, "?tab=outcome")
    assert "评价：非常不满意" in page.words and "推来推去" in page.words
    assert "孙伟 平台" not in page.words


def test_a_named_rating_is_shown_to_the_unit(desk):
    rated(desk.life)
    assert "评价：非常不满意" in desk.opens("zhoujian", "?tab=outcome").words


def test_only_who_calls_the_enterprise_has_its_number(desk):
    desk.life.handling()
    assert 'href="tel:13800002607"' in desk.opens("chenjing").html
    assert "13800002607" not in desk.opens("hening").html


QUERIES = (
    "", "?tab=work", "?tab=orders", "?tab=outcome", "?tab=files", "?in=stage%3Dhandling", "?all=1", "?only=public"
)


def test_the_number_of_statements_is_the_same_for_a_long_story(desk):
    desk.life.handling()
    counts = []
    for more in (10, 190):
        for place in range(more):
            desk.life.wait(seconds=1).does(conversation.note, "liumin", words=f"备注 {place}")
        desk.opens("wujie")
        counts.append([_counted(desk, "wujie", query) for query in QUERIES])
    assert counts[0] == counts[1] and max(counts[0]) <= 15


def _counted(desk, username, query=""):
    with statements() as seen:
        assert desk.opens(username, query).status in (200, 404)
    return len(seen)


def test_the_page_of_a_long_life_keeps_to_its_statements(desk):
    life = returned(desk.life)
    life.does(handling.report_assistance, "sunyue", report="费用已核减")
    life.result().reply().call(is_solved=False).wait(days=10).sweep()
    for username in OFFICIALS:
        desk.opens(username)
        assert _counted(desk, username) <= 15, username


def test_the_clerk_makes_a_rating_link_once(desk):
    desk.life.handling().sign().result().reply().call()
    page = desk.opens("xuhui")
    link = desk.sends("xuhui", page, "rating-link")
    token = re.search(r'data-copy="[^"]+/r/([\w-]{40,})"', link.html)[1]
    assert link.status == 200 and 'src="data:image/svg+xml' in link.html
    assert desk.opens("xuhui", f"/r/{token}").status == 200
    assert token not in str(db.session.execute(select(RatingToken.token_hash)).all())
    assert desk.sends("wujie", page, "rating-link").status in (400, 403, 409)


def test_the_link_is_not_offered_to_who_handled_it_or_before_its_time(desk):
    desk.life.submit().accept().dispatch(by="wujie").sign().result().reply()
    assert "评价链接" not in desk.opens("xuhui").words
    desk.life.call()
    assert desk.ticket.status is Status.FOLLOWED_UP
    assert "评价链接" in desk.opens("xuhui").words and "评价链接" not in desk.opens("wujie").words


def test_times_are_told_on_a_shanghai_clock(desk):
    desk.life.at("2026-08-20 00:30").submit()
    assert "提交今天 00:30" in desk.opens("liumin", "?tab=demand").words
