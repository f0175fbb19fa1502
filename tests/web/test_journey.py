"""The whole loop as people live it, in a browser: a demand is raised, forgotten, pressed twice, answered, closed."""

import re
from urllib.parse import urlsplit

import pytest

from jobs.runner import Runner
from jobs.schedule import job_named
from models import clock
from tests.lives import shanghai
from tests.shared import ENGINES_TRIED

# What a browser shows is the same on both engines; what the operations do is told as stories on each.
pytestmark = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")

NUMBER = re.compile(r"ZQ-\d{4}-\d{2}-\d{7}")
SUBJECT = "厂区外接10千伏线路迟迟未送电"
CONTENT = "二期厂房6月完工，10千伏外线申请4月就报了，至今没有送电时间，设备已到货，每天空转成本约4万元。"


class Story:
    """What the chapters hand on: who sits where, the site's clock, and the number of the ticket."""

    def __init__(self, site, visit):
        self.site, self.visit = site, visit
        self.visitors, self.number, self.count = {}, "", 0
        self.runner = Runner(site.app)

    def on(self, moment):
        """The story goes on at this moment: the scheduler's jobs have run, and whoever comes must sign in again."""
        self.site.now = shanghai(moment)
        with clock.standing_at(self.site.now):
            for name in ("sweep", "deliver-notices"):
                self.runner.offer(job_named(name))

    def comes(self, username, path="", *, phone=False):
        """A person at their own phone or desk, signed in at the present moment; the first time by the form."""
        if username not in self.visitors:
            self.visitors[username] = self.visit(phone=phone)
            return self.visitors[username].comes_by_the_door(username, path)
        who = self.visitors[username]
        who.context.clear_cookies()
        return who.signs_in(username, path or "/")

    def picture(self, who, name):
        self.count += 1
        who.pictures(f"{self.count:02}-{name}", full=True)

    def ticket(self):
        return f"/tickets/{self.number}"


@pytest.fixture
def story(site, visit):
    return Story(site, visit)


def test_a_forgotten_demand_is_pressed_twice_and_closed(story):
    raise_a_demand(story)
    accept_and_dispatch(story)
    nobody_acts_until_the_first_supervision(story)
    nobody_acts_until_the_second_supervision(story)
    open_sign_and_answer_it(story)
    handle_it_after_all(story)
    tell_the_enterprise(story)
    close_it(story)


def raise_a_demand(story):
    story.on("2026-08-19 09:00")
    hengzha = story.comes("hengzha", phone=True)
    page = hengzha.page
    story.picture(hengzha, "my")
    hengzha.follows("提诉求")
    story.picture(hengzha, "raise-1")
    page.get_by_label("求助").check()
    page.get_by_label("水电气暖").check()
    hengzha.presses("下一步：写问题")
    page.get_by_label("一句话说清楚").fill(SUBJECT)
    page.get_by_label("具体情况").fill(CONTENT)
    page.get_by_label("影响生产").check()
    story.picture(hengzha, "raise-2")
    hengzha.presses("下一步：材料")
    page.get_by_label("联系人").fill("孙伟")
    page.get_by_label("联系电话").fill("13800002607")
    story.picture(hengzha, "raise-3")
    hengzha.presses("下一步：核对")
    hengzha.sees(SUBJECT)
    story.picture(hengzha, "raise-check")
    hengzha.presses("提交诉求")
    hengzha.sees("诉求已提交")
    story.number = NUMBER.search(page.locator("main").inner_text()).group()
    assert page.get_by_alt_text("回执二维码").is_visible()
    story.picture(hengzha, "receipt")
    hengzha.follows("看办理进度")
    story.picture(hengzha, "track-submitted")


def accept_and_dispatch(story):
    story.on("2026-08-19 09:20")
    liumin = story.comes("liumin", phone=True)
    page = liumin.page
    liumin.sees(SUBJECT)
    story.picture(liumin, "desk-phone")
    liumin.opens("/notices")
    story.picture(liumin, "notices-phone")
    liumin.opens(story.ticket())
    story.picture(liumin, "ticket-submitted-phone")
    liumin.goes_on(page.locator(".act-m").get_by_role("link", name="受理"))
    page.get_by_label("绿卡项目").check()
    story.picture(liumin, "accept-phone")
    liumin.presses("受理")
    liumin.sees("已受理")
    liumin.goes_on(page.locator(".act-m").get_by_role("link", name="派单"))
    page.get_by_role("combobox", name="主办单位").fill("市供电公司")
    page.get_by_label("派单依据").fill("供电企业负责外线工程的勘察、施工和送电。")
    story.picture(liumin, "dispatch-phone")
    liumin.presses("派单")
    liumin.sees("已派单")
    assert "市供电公司" in page.locator("main").inner_text()


def nobody_acts_until_the_first_supervision(story):
    story.on("2026-08-24 17:29")
    wujie = story.comes("wujie", "/watch?level=first")
    assert SUBJECT not in wujie.page.locator("main").inner_text(), "pressed before the limit has passed"
    story.on("2026-08-24 17:31")
    wujie.opens("/watch?level=first")
    wujie.sees(SUBJECT)
    wujie.opens("/watch")
    story.picture(wujie, "watch-first")


def nobody_acts_until_the_second_supervision(story):
    story.on("2026-08-26 17:31")
    hening = story.comes("hening", "/watch?level=second")
    hening.goes_on(hening.page.locator("main").get_by_role("link", name=SUBJECT).first)
    hening.sees("市营商局")
    story.picture(hening, "watch-second")
    luo = story.comes("luoshizhang", "/brief", phone=True)
    luo.sees(SUBJECT)
    story.picture(luo, "brief-phone")
    hengzha = story.comes("hengzha", f"/my{story.ticket()}", phone=True)
    story.picture(hengzha, "track-overdue")


def open_sign_and_answer_it(story):
    story.on("2026-08-27 08:40")
    zhoujian = story.comes("zhoujian", "/notices")
    story.picture(zhoujian, "notices")
    zhoujian.opens("/supervisions")
    story.picture(zhoujian, "supervisions")
    assert SUBJECT not in zhoujian.page.content(), "who has not opened it does not know what it says"
    zhoujian.presses("打开")
    zhoujian.sees(SUBJECT)
    zhoujian.presses("签收")
    zhoujian.sees("已签收")
    story.on("2026-08-27 09:00")
    chenjing = story.comes("chenjing", urlsplit(zhoujian.page.url).path)
    story.picture(chenjing, "order-cover")
    chenjing.presses("打开")
    chenjing.page.get_by_label("答复内容").fill("外线已恢复施工，线路材料今天进场，8月28日12时前送电。")
    story.picture(chenjing, "order-answer")
    chenjing.presses("提交答复")
    chenjing.sees("已答复")
    hening = story.comes("hening", "/watch?level=second")
    hening.goes_on(hening.page.locator("main").get_by_role("link", name=SUBJECT).first)
    hening.follows("单独打开")
    story.picture(hening, "order-judge")
    hening.presses("认可答复")
    hening.sees("已认可答复")


def handle_it_after_all(story):
    story.on("2026-08-28 10:00")
    chenjing = story.comes("chenjing")
    page = chenjing.page
    story.picture(chenjing, "work")
    chenjing.opens(story.ticket())
    chenjing.presses("签收")
    chenjing.sees("已签收")
    chenjing.follows("首次联系")
    page.get_by_label("联系了谁，说了什么").fill("电话联系孙伟部长，约定当天下午到现场。")
    chenjing.presses("登记联系")
    story.picture(chenjing, "ticket-handling")
    chenjing.follows("提交办理结果")
    page.get_by_label("解决", exact=True).check()
    page.get_by_label("办理情况说明").fill("厂区外接10千伏线路已于8月28日完工并送电，电压稳定，二期设备可以投产。")
    story.picture(chenjing, "result")
    chenjing.presses("提交负责人签批")
    if page.get_by_text("提交前请再看一眼").count():
        chenjing.presses("提交负责人签批")
    chenjing.sees("等负责人签批")
    zhoujian = story.comes("zhoujian", "/sign-offs")
    story.picture(zhoujian, "sign-offs")
    zhoujian.goes_on(zhoujian.page.locator("main").get_by_role("link", name=SUBJECT).first)
    story.picture(zhoujian, "sign-off")
    zhoujian.presses("同意")
    zhoujian.sees("没有等你签批的")


def tell_the_enterprise(story):
    story.on("2026-08-28 14:00")
    liumin = story.comes("liumin", story.ticket(), phone=True)
    liumin.goes_on(liumin.page.locator(".act-m").get_by_role("link", name="反馈"))
    liumin.page.get_by_label("电话").check()
    liumin.page.get_by_label("告诉企业的话").fill("线路已经送电，二期可以投产，有问题随时找我。")
    liumin.presses("登记反馈")
    liumin.sees("已登记反馈")
    story.on("2026-08-31 09:00")
    xuhui = story.comes("xuhui", "/follow-ups")
    story.picture(xuhui, "follow-ups")
    xuhui.follows("登记回访")
    page = xuhui.page
    page.get_by_label("接通", exact=True).check()
    page.get_by_role("group", name="企业说问题解决了吗").get_by_label("是").check()
    page.get_by_role("group", name="企业满意吗").get_by_label("是").check()
    page.get_by_label("企业的原话").fill("送上电了，就是等得久了点。")
    xuhui.presses("登记回访")
    xuhui.sees("回访已登记")


def close_it(story):
    story.on("2026-08-31 10:00")
    hengzha = story.comes("hengzha", phone=True)
    page = hengzha.page
    hengzha.follows("评价")
    page.get_by_label("基本满意").check()
    page.get_by_label("还想说的话").fill("最后办成了，前面两周没人管。")
    story.picture(hengzha, "rate")
    hengzha.presses("提交评价")
    hengzha.sees("谢谢您的评价")
    story.picture(hengzha, "rated")
    hengzha.opens(f"/my{story.ticket()}")
    hengzha.sees("已办结")
    assert page.locator(".sta li[data-s=done]").count() == 6
    story.picture(hengzha, "track-closed")
    xuhui = story.comes("xuhui", story.ticket())
    assert xuhui.page.locator(".sta li[data-s=done]").count() == 6
    story.picture(xuhui, "ticket-closed")
