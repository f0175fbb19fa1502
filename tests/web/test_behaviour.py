"""How pages behave under the hand: keys, focus, going back, sending twice, large text, no script, a lost session."""

import pytest
from sqlalchemy import func, select

from models.base import db
from models.directory import Enterprise
from models.engagement import Interaction
from operations.access.people import actor_named
from operations.tickets import intake

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
TALK = "孙部长说外线还没有动工，希望供电公司给个时间。"
LONG = "二期厂房6月完工，10千伏外线申请4月就报了，至今没有送电时间。" * 8


def count(site, model):
    with site.hours():
        return db.session.scalar(select(func.count()).select_from(model))


def demand(site, subject="厂区外接线路迟迟未送电"):
    with site.hours():
        enterprise = db.session.scalars(select(Enterprise).where(Enterprise.short_name == "恒轧机械")).one()
        asked = intake.Demand(enterprise, subject, "四月就报了外线申请。")
        return intake.submit(asked, actor=actor_named("hengzha")).number


def focused(page, what="id"):
    return page.evaluate(f"document.activeElement.{what}")


@on_sqlite
class TestKeys:
    def test_slash_goes_to_the_search_and_is_typed_in_a_field(self, site, visit):
        page = visit("liumin").page
        page.keyboard.press("/")
        assert focused(page) == "q" and focused(page, "value") == ""
        page.get_by_label("谈了什么").focus()
        page.keyboard.press("/")
        assert focused(page, "value") == "/"
        page.get_by_label("谈了什么").fill("")

    def test_j_and_k_walk_the_rows_and_enter_opens_one(self, site, visit):
        numbers = [demand(site, f"第{n}件") for n in range(3)]
        liumin = visit("liumin", path="/tickets")
        rows = liumin.page.locator("tbody tr[data-row] a.item__t")
        for key in "jjk":
            liumin.page.keyboard.press(key)
        assert focused(liumin.page, "textContent") == rows.nth(0).text_content()
        liumin.page.evaluate("document.activeElement.blur(); "
                             "document.querySelectorAll('[data-row]')[1].setAttribute('aria-selected', 'true')")
        liumin.page.keyboard.press("j")
        assert focused(liumin.page, "textContent") == rows.nth(2).text_content(), "on from the row that is shown"
        liumin.page.keyboard.press("k")
        liumin.page.keyboard.press("Enter")
        liumin.page.wait_for_url(f"**/tickets/{numbers[1]}**")

    def test_n_notes_a_talk_from_everywhere(self, site, visit):
        page = visit("liumin").page
        page.keyboard.press("n")
        assert focused(page) == "ent", "on the workbench the form is there already"
        page.goto("/tickets")
        page.keyboard.press("n")
        page.wait_for_url("**/log/new")

    def test_keys_can_be_switched_off(self, site, visit):
        page = visit("liumin").page
        page.keyboard.press("?")
        page.get_by_label("关闭单键快捷键").check()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        assert focused(page) != "q"
        page.reload()
        page.keyboard.press("/")
        assert focused(page) != "q"

    def test_enter_while_composing_chinese_sends_nothing(self, site, visit):
        page = visit("liumin").page
        page.get_by_label("谈了什么").fill("zhongwen")
        page.evaluate(
            """() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
                 {key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true, cancelable: true}))"""
        )
        may_go_on = page.evaluate(
            """() => document.getElementById('ent').dispatchEvent(new KeyboardEvent('keydown',
                 {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
        )
        assert not may_go_on and page.url.endswith("/desk")
        assert count(site, Interaction) == 0


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_two_clicks_are_one_record(site, visit, javascript):
    liumin = visit("liumin", path="/log/new", javascript=javascript)
    page = liumin.page
    page.get_by_label("企业").first.fill("恒轧机械")
    page.get_by_label("谈了什么").fill(TALK)
    page.locator("main").get_by_role("button", name="保存互动").first.dblclick()
    page.wait_for_url(lambda url: "/log/new" not in url)
    assert count(site, Interaction) == 1


@on_sqlite
def test_going_back_finds_the_list_as_it_was(site, visit):
    demand(site)
    liumin = visit("liumin", path="/tickets")
    page = liumin.page
    chosen = page.get_by_role("group", name="站").get_by_label("受理")
    chosen.check()
    page.get_by_role("button", name="应用筛选").first.click()
    page.wait_for_url("**stage=acceptance**")
    filtered = page.url
    liumin.follows("厂区外接线路迟迟未送电")
    page.wait_for_url("**/tickets/ZQ-*")
    page.go_back()
    assert page.url == filtered and chosen.is_checked()


@on_sqlite
def test_errors_take_the_focus_and_lead_to_their_fields(site, visit):
    hengzha = visit("hengzha", phone=True, path="/my/tickets/new/1")
    page = hengzha.page
    hengzha.presses("下一步")
    assert page.title().startswith("有错误：") and "errsum" in focused(page, "className")
    links = page.locator(".errsum a")
    assert links.count() == 2
    for index in range(2):
        links.nth(index).click()
        assert focused(page, "tagName") == "INPUT"


@on_sqlite
def test_large_text_comes_from_the_server(site, visit):
    anybody = visit(phone=True)
    page = anybody.page
    page.goto("/login")
    standard = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    anybody.follows("大字")
    sent = page.reload().text()
    assert '<html lang="zh-CN" data-text="large">' in sent
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 1.25 * standard


@on_sqlite
def test_a_demand_needs_no_script(site, visit):
    hengzha = visit("hengzha", phone=True, javascript=False, path="/my/tickets/new/1")
    page = hengzha.page
    page.get_by_label("求助").check()
    page.get_by_label("其他").check()
    hengzha.presses("下一步：写问题")
    page.get_by_label("一句话说清楚").fill("厂区门前公交站迁移")
    page.get_by_label("具体情况").fill("公交站正对货车出入口。")
    hengzha.presses("下一步：材料")
    page.get_by_label("联系人").fill("孙伟")
    page.get_by_label("联系电话").fill("13800002607")
    page.get_by_role("button", name="下一步：核对").last.click()
    hengzha.presses("提交诉求")
    hengzha.sees("诉求已提交")
    liumin = visit("liumin", javascript=False)
    liumin.follows("厂区门前公交站迁移")
    liumin.goes_on(liumin.page.locator("main").get_by_role("link", name="受理", exact=True).first)
    liumin.page.get_by_label("一般").check()
    liumin.presses("受理")
    liumin.sees("已受理")


def test_a_long_text_outlives_the_session(site, visit):
    number = demand(site)
    hengzha = visit("hengzha", phone=True, path=f"/my/tickets/{number}/message")
    page = hengzha.page
    page.get_by_label("留言").fill(LONG)
    site.wait(hours=3)
    page.get_by_role("button", name="发出").last.click()
    hengzha.sees("已填写的内容会保留")
    hengzha.signs_in_here("hengzha")
    assert page.url.endswith(f"/my/tickets/{number}/message")
    assert page.get_by_label("留言").input_value() == LONG


@on_sqlite
def test_a_visit_is_noted_on_a_phone_in_eight_touches(site, visit):
    liumin = visit("liumin", phone=True)
    page, touches = liumin.page, 0
    steps = (
        lambda: page.get_by_role("navigation", name="主导航").get_by_role("link", name="记一笔").tap(),
        lambda: page.get_by_label("企业").first.tap(),
        lambda: page.keyboard.type("恒轧"),
        lambda: page.get_by_role("radio", name="走访").tap(),
        lambda: page.get_by_label("谈了什么").tap(),
        lambda: page.keyboard.type(TALK),
        lambda: page.get_by_role("button", name="保存互动").locator("visible=true").tap(),
    )
    for step in steps:
        step()
        touches += 1
    page.wait_for_url(lambda url: "/log/new" not in url)
    assert touches <= 8 and count(site, Interaction) == 1
