"""A refusal climbs from the officer over the head, who signs on a phone, to the review, which vetoes it."""

import pytest

from tests.lives import Life

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
PANEL = (("何宁", "市营商局"), ("夏律师", "云岭律师事务所"), ("丁教授", "云州大学法学院"))


def test_a_refusal_climbs_and_is_vetoed(site, city, visit):
    with site.hours():
        number = Life(city).handling().ticket.number
    officer, head = visit("chenjing"), visit("zhoujian", phone=True)
    officer.opens(f"/tickets/{number}/report-refusal")
    officer.page.get_by_label("不予许可").check()
    officer.page.get_by_label("否定的理由").fill("项目不在电网规划内。")
    officer.page.get_by_label("法律依据").fill("《供电条例》第二十三条")
    officer.page.get_by_label("企业还可以怎么办").fill("先用临时电源。")
    officer.pictures("refusal-report", full=True)
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
    office.follows("登记联审")
    office.page.get_by_label("撤销", exact=True).check()
    office.page.get_by_label("联审意见").fill("依据不足，继续办理。")
    for place, (name, house) in enumerate(PANEL, start=1):
        line = office.page.get_by_role("group", name=f"成员 {place}")
        line.get_by_label("姓名").fill(name)
        line.get_by_label("单位或职业").fill(house)
        line.get_by_label("意见", exact=True).select_option("撤销")
    office.pictures("refusal-review", full=True)
    office.presses("登记联审结论")
    office.sees("联审否决")

    officer.opens(f"/tickets/{number}")
    officer.sees("联审：撤销")
    officer.pictures("refusal-ticket", full=True)
