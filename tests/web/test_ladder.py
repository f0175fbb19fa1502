"""A late ticket climbs by the real jobs to a talk, which a leader approves on a phone, and on to a referral."""

import pytest

from jobs import measures, sweep
from models import clock
from models.base import db
from operations.delivery import fanout
from tests.lives import Life, shanghai
from tests.web import rules

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
MOMENTS = ("2026-08-25 17:00", "2026-08-26 17:30", "2026-08-28 17:30", "2026-09-01 17:30")


def time_passes(site):
    """The jobs as they would have run: reminder, first, unread, second, which lapses."""
    for moment in MOMENTS:
        with clock.standing_at(shanghai(moment)):
            sweep.run({})
            measures.propose({})
    with clock.standing_at(shanghai("2026-09-02 08:30")):  # messages wait for the morning, orders do not
        fanout.deliver(())
    db.session.remove()
    site.now = shanghai("2026-09-02 09:00")


def test_a_late_ticket_climbs_to_a_talk_and_a_referral(site, city, visit):
    with site.hours():
        number = Life(city).handling().sign().ticket.number
    time_passes(site)
    leader, office, observer = visit("luoshizhang", phone=True), visit("hening"), visit("qianwei")
    every_rung_has_its_letter_receipt_and_notice(office, visit("zhoujian", path="/notices"), number)
    leader.opens("/measures")
    leader.follows("市供电公司")
    leader.sees("二次督办到期未落实")
    leader.pictures("measure-phone", full=True)
    leader.presses("同意约谈")
    leader.sees("已批准")

    office.opens("/measures")
    office.follows("市供电公司")
    office.follows("登记约谈记录")
    assert rules.axe(office.page, contrast=True) == [] and rules.fit(office.page) == []
    office.page.get_by_label("约谈日期").fill("2026-09-02")
    office.page.get_by_label("地点").fill("市营商局三楼")
    office.page.get_by_label("参加人").fill("何宁、周建")
    office.page.get_by_label("约谈内容").fill("限期送电，逾期移交问责。")
    promise = office.page.get_by_role("group", name="承诺 1")
    promise.get_by_label("承诺事项").fill("9 月 10 日前送电")
    promise.get_by_label("完成期限").fill("2026-09-10")
    office.pictures("measure-record", full=True)
    office.presses("登记约谈记录")
    office.sees("已登记约谈记录")

    office.opens(f"/measures/new?ticket={number}")
    office.page.get_by_label("移交问责").check()
    office.page.get_by_label("事由").fill("约谈后仍未送电。")
    office.page.get_by_label("直接责任人姓名").fill("甲某")
    office.page.get_by_label("领导责任人姓名").fill("乙某")
    office.pictures("measure-referral", full=True)
    office.presses("提请领导批准")
    leader.opens("/measures")
    leader.follows("市供电公司")
    leader.presses("同意移交问责")
    observer.opens("/measures")
    observer.follows("市供电公司")
    observer.page.get_by_label("处理结果").fill("两人批评教育。")
    observer.presses("反馈处理结果")
    observer.sees("已反馈处理结果")
    observer.pictures("measure-done", full=True)
    office.opens(f"/tickets/{number}")
    office.sees("约谈记录")
    office.pictures("measure-ticket", full=True)


def every_rung_has_its_letter_receipt_and_notice(office, head, number):
    office.opens(f"/tickets/{number}?tab=orders")
    for words in ("提醒", "一次督办", "二次督办", "前一级督办无人签收，次日仍未打开", "打开\n：超时未完成"):
        assert words in office.page.locator("main").inner_text(), words
    office.opens("/letters")
    register = office.page.locator("main").inner_text()
    for words in ("云城企服督〔2026〕1号", "云营商督〔2026〕1号", "未打开，督办已结束"):
        assert words in register, words
    told = head.page.locator("main").inner_text()
    assert [words for words in ("提醒", "一次督办", "二次督办") if words not in told] == []
    head.pictures("ladder-notices", full=True)
