"""记一笔 on a phone: few taps, kept without a network, sent once when there is one again, gone with signing out."""

import pytest
from sqlalchemy import select

from models.base import db
from models.engagement import Interaction

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")

SAID = "孙部长说外线路径已经和供电公司定了，下周三到现场放线。"
WAITING = "#waiting-talks"


def noted(site):
    with site.hours():
        return [(row.enterprise.short_name, row.content) for row in db.session.scalars(select(Interaction))]


def test_a_note_of_a_phone_without_a_network_is_sent_once(site, visit):
    liumin = visit("liumin", phone=True)
    page, taps = liumin.page, 0
    for control in (page.get_by_role("link", name="记一笔", exact=True), page.get_by_role("radio", name="恒轧机械")):
        control.first.click()
        taps += 1
    page.get_by_label("谈了什么").fill(SAID)
    liumin.context.set_offline(True)
    page.get_by_role("button", name="保存互动").last.click()
    page.locator(WAITING).get_by_text("未发出，联网后重发").wait_for()
    assert (taps + 1, noted(site)) == (3, []) and SAID[:10] in page.locator(WAITING).inner_text()

    page.get_by_label("谈了什么").fill("这一条不发了，先删掉。")
    page.get_by_role("radio", name="鑫源包装").check()
    page.get_by_role("button", name="保存互动").last.click()
    page.locator(WAITING).get_by_text("（2 条）").wait_for()
    page.locator(WAITING).get_by_role("button", name="删除").last.click()
    liumin.context.set_offline(False)
    page.get_by_text("已重发 1 条互动").first.wait_for()
    liumin.opens("/log/new")
    assert noted(site) == [("恒轧机械", SAID)] and not page.locator(WAITING).count()
    assert page.evaluate("localStorage.length") == 0


def test_what_arrived_without_an_answer_is_not_noted_twice_and_signing_out_forgets(site, visit):
    liumin = visit("liumin", phone=True)
    page = liumin.page
    liumin.opens("/log/new")
    page.get_by_role("radio", name="恒轧机械").check()
    page.get_by_label("谈了什么").fill(SAID)
    page.route("**/log/new", lambda route: (route.fetch(), route.abort()), times=1)
    page.get_by_role("button", name="保存互动").last.click()
    page.locator(WAITING).wait_for()
    assert len(noted(site)) == 1 and page.evaluate("localStorage.length") == 1
    page.get_by_role("button", name="现在重发").click()
    page.get_by_text("已重发 1 条互动").first.wait_for()
    assert len(noted(site)) == 1
    page.evaluate("localStorage.setItem('zq.talks', '[]')")
    page.locator("summary.who").click()
    liumin.presses("退出登录")
    assert page.evaluate("localStorage.length") == 0


def test_n_on_a_row_notes_the_enterprise_of_that_row_and_the_draft_is_on_the_server(site, visit):
    liumin = visit("liumin", path="/enterprises")
    page = liumin.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    name = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("n")
    page.wait_for_url("**/log/new?for=*")
    assert page.get_by_label("企业", exact=True).input_value() == name
    page.get_by_label("谈了什么").fill(SAID)
    page.get_by_text("草稿已存").wait_for()
    assert page.evaluate("localStorage.length") == 0
    page.on("dialog", lambda dialog: dialog.accept())
    liumin.opens("/log/new")
    assert page.get_by_label("谈了什么").input_value() == SAID
