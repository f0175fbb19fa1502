"""A refusal climbs from the officer over the head, who signs on a phone, to the review of three, which vetoes it."""

import pytest
from sqlalchemy import select

from models.base import db
from models.refusals import Verdict
from models.tickets import Ticket
from operations.access.people import actor_named
from operations.supervision import panel, refusals
from tests.lives import Life

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
SEATS = (("市营商局", "何宁"), ("市财政局", "孙悦"), ("市人社局", "杨帆"))


def others_speak(number):
    """The two whose pages are not shown here."""
    ticket = db.session.scalars(select(Ticket).where(Ticket.number == number)).one()
    refusal = refusals.find_open(ticket)
    for who in ("hening", "yangfan"):
        panel.give_opinion(ticket, refusal, actor=actor_named(who), opinion=Verdict.REVOKED, words="依据不足。")
    db.session.remove()


def test_a_refusal_climbs_and_is_vetoed(site, city, visit):
    with site.hours():
        number = Life(city).handling().ticket.number
    officer, head = visit("chenjing"), visit("zhoujian", phone=True)
    officer.opens(f"/tickets/{number}/report-refusal")
    officer.page.get_by_label("不予许可").check()
    officer.page.get_by_label("否定的理由").fill("项目不在电网规划内。")
    officer.page.get_by_label("法律依据").fill("《供电条例》第二十三条")
    officer.page.get_by_label("企业还可以怎么办").fill("先用临时电源。")
    officer.presses("报备否定")
    officer.sees("有结论前继续办理")

    head.opens("/refusals")
    head.follows("厂区外接线路迟迟未送电")
    head.pictures("refusal-phone", full=True)
    head.presses("同意否定")
    head.sees("已签批，同意否定")

    office = visit("hening")
    office.opens("/refusals")
    office.follows("厂区外接线路迟迟未送电")
    office.follows("组织联审")
    for place, (house, name) in enumerate(SEATS, start=1):
        line = office.page.get_by_role("group", name=f"成员 {place}")
        line.get_by_label("单位").fill(house)
        line.get_by_label("姓名").fill(name)
    office.presses("指定成员")
    office.sees("还没有发表")
    with site.hours():
        others_speak(number)

    member = visit("sunyue", phone=True)
    member.opens("/refusals")
    member.follows("厂区外接线路迟迟未送电")
    member.page.get_by_label("撤销", exact=True).check()
    member.page.get_by_label("理由", exact=True).fill("规划不是拒绝用电的理由。")
    member.pictures("refusal-member-phone", full=True)
    member.presses("发表意见")
    member.sees("已发表联审意见")

    office.opens(office.page.url)
    office.page.get_by_role("group", name="联审结论").get_by_label("撤销", exact=True).check()
    office.page.get_by_label("联审意见").fill("依据不足，继续办理。")
    office.pictures("refusal-review", full=True)
    office.presses("登记联审结论")
    office.sees("联审否决")

    officer.opens(f"/tickets/{number}")
    officer.sees("联审：撤销")
    officer.pictures("refusal-ticket", full=True)
