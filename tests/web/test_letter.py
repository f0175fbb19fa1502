"""A 通报 to two units: one opens, signs and answers at a phone, the other does not; the office sees both and accepts."""

import pytest

from tests.lives import LAND, POWER
from tests.web import rules

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")


def test_a_letter_is_issued_opened_signed_answered_and_accepted(site, visit):
    office = visit("hening", path="/letters/new")
    is_issued(office)
    unit = visit("zhoujian", path="/letters", phone=True)
    unit.follows("云营商通")
    unit.sees("打开即记录时间、打开人和岗位")
    assert "两家进度落后" not in unit.page.locator("main").inner_text()
    unit.presses("打开")
    unit.sees("两家进度落后")
    assert rules.axe(unit.page, contrast=True) == [] and rules.fit(unit.page) == []
    unit.presses("签收")
    unit.page.get_by_label("答复").fill("本周内送电。")
    unit.pictures("letter-phone", full=True)
    unit.presses("提交答复")
    unit.sees("已答复，等发文单位认可")

    office.opens("/letters")
    assert "1 个单位未打开" in office.page.locator("main").inner_text()
    office.follows("云营商通")
    receipts = office.page.get_by_label("收文单位回执").get_by_role("listitem").all_inner_texts()
    assert {receipt.split()[0]: "未打开" in receipt for receipt in receipts} == {"市供电公司": False, "市自然资源局": True}
    assert "本周内送电。" in office.page.locator("main").inner_text()
    office.presses("认可")
    office.sees("已认可答复")
    office.pictures("letter-office", full=True)
    slip = office.page.request.get(office.page.get_by_role("link", name="回执单").get_attribute("href"))
    assert slip.headers["content-type"] == "application/pdf" and slip.body().startswith(b"%PDF")


def is_issued(office):
    page = office.page
    page.get_by_label("通报").check()
    for number, name in enumerate((POWER, LAND), 1):
        page.get_by_label(f"单位 {number}").fill(name)
    page.get_by_label("事由").fill("夏季用电")
    page.get_by_label("正文").fill("两家进度落后，请说明。")
    page.get_by_label("几个工作日内答复").fill("3")
    office.presses("看样稿")
    office.sees("（发出时编号）")
    office.presses("发出 1 份")
    office.sees("已发出通报 云营商通〔2026〕1号")
