"""A unit returns a case, gets it back, asks for an extension and for a pause, and gains not a minute by any of it."""

import pytest
from sqlalchemy import select

from jobs import sweep
from models import clock
from models.base import db
from models.clocks import Clock, ClockKind, ClockPause
from models.supervision import Level, Supervision
from tests.lives import Life, shanghai

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
SUBJECT = "厂区外接线路迟迟未送电"
DUE = shanghai("2026-08-26 17:30")  # five working days after Wednesday the 19th


def dates(site):
    """When the case is due, and how often its clock has stood still."""
    with site.hours():
        kind = Clock.kind == ClockKind.HANDLING
        due = db.session.scalars(select(Clock.due_at).where(kind).order_by(Clock.id.desc())).first()
        return due, db.session.scalars(select(ClockPause.id)).all()


def test_return_extension_and_pause_gain_no_time(site, city, visit):
    with site.hours():
        number = Life(city).handling().ticket.number
    assert dates(site) == (DUE, [])
    officer, head = visit("chenjing"), visit("zhoujian", phone=True)
    send_back(officer, head, number)
    assert dates(site) == (DUE, []), "a return stops no clock"

    site.now = shanghai("2026-08-20 15:00")
    centre = visit("wujie")
    rule(centre, number)
    assert dates(site) == (DUE, []), "the same case comes back with the time that is left"
    comes_back(officer, "chenjing", f"/tickets/{number}/propose-send-back")
    officer.sees("裁定")
    assert officer.page.get_by_role("button", name="提请退回").count() == 0, "what was ruled on is not returned again"
    officer.opens(f"/tickets/{number}/sign")
    officer.presses("签收")

    site.now = shanghai("2026-08-25 10:00")
    comes_back(officer, "chenjing", f"/tickets/{number}/request-extension")
    ask_for_more_time(officer)
    comes_back(head, "zhoujian")
    decline(head, "延期")
    ask_for_a_pause(head, number)
    site.now = shanghai("2026-08-26 16:00")
    decline(visit("hening"), "挂账")
    assert dates(site) == (DUE, []), "what nobody granted moves nothing"
    comes_back(officer, "chenjing", f"/tickets/{number}")
    officer.pictures("gaming-ticket", full=True)
    is_late_on_the_day_it_always_was(site, visit, number)


def send_back(officer, head, number):
    officer.opens(f"/tickets/{number}/propose-send-back")
    officer.page.get_by_label("退回理由").fill("不属于供电公司，应由自然资源局先批路由。")
    officer.page.get_by_label("依据的法律或文件").fill("云州市部门职责清单")
    officer.page.get_by_label("条款").fill("第三十二条")
    officer.presses("提请退回")
    officer.sees("办结时限照常计算")
    head.opens("/sign-offs")
    head.follows("退回")
    head.presses("同意退回")


def rule(centre, number):
    centre.opens(f"/tickets/{number}/dispatch?ruling=1")
    centre.page.get_by_role("combobox", name="主办单位").fill("云州市供电公司")
    centre.page.get_by_label("派单依据").fill("职责清单第三十二条：外线接入由供电公司负责")
    centre.page.get_by_label("裁定理由").fill("路由审批由供电公司代办。")
    centre.presses("派单")
    centre.sees("已派单")


def comes_back(who, username, path="/"):
    """A session has ended over night."""
    who.context.clear_cookies()
    who.signs_in(username, path)


def ask_for_more_time(officer):
    officer.page.get_by_label("延至哪一天").fill("2026-08-31")
    officer.page.get_by_label("延期理由").fill("等材料到货。")
    officer.presses("申请延期")
    officer.sees("批准前仍按原时限")


def ask_for_a_pause(head, number):
    head.opens(f"/tickets/{number}/propose-ledger")
    head.page.get_by_label("资金待落实").check()
    head.page.get_by_label("复核日期").fill("2026-10-30")
    head.page.get_by_label("证据和情况").fill("本年度资金未列入计划。")
    head.presses("提请挂账")
    head.sees("批准前时限照常计算")


def decline(signer, what):
    signer.opens("/sign-offs")
    signer.follows(what)
    signer.page.get_by_text("不同意", exact=True).click()
    signer.page.get_by_label("不同意的理由").fill("理由不足，按期办结。")
    signer.presses("退回提请人")


def is_late_on_the_day_it_always_was(site, visit, number):
    with clock.standing_at(DUE):
        sweep.run({})
    first = select(Supervision).where(Supervision.level == Level.FIRST)
    assert [order.opened_at for order in db.session.scalars(first)] == [DUE]
    db.session.remove()
    site.now = shanghai("2026-08-27 09:00")
    office = visit("hening")
    office.opens(f"/tickets/{number}?tab=orders")
    office.sees("一次督办")
    office.opens("/returns")
    office.sees(SUBJECT)
