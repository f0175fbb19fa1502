"""否定报备 at the test client: report, sign, review, register, figures, form; and what the enterprise reads."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.log import Event
from models.refusals import Refusal, RefusalEnd, ReviewMember
from models.tickets import Status
from operations.notices import deliver
from tests.lives import LAND, Life
from tests.views.counting import statements
from tests.views.tickets_desk import Desk

SAID = {"kind": "not_permitted", "grounds": "项目不在电网规划内。", "articles": "《供电条例》第二十三条", "alternatives": "先用临时电源。"}
SEATS = (("市营商局", "何宁"), ("市财政局", "孙悦"), ("市人社局", "杨帆"))
PANEL = {f"seats-members-{place}-{name}": value for place, seat in enumerate(SEATS)
         for name, value in zip(("house", "name"), seat, strict=True)}
REVIEW = {"verdict": "revoked", "words": "依据不足，继续办理。"}


@pytest.fixture
def desk(guest, life):
    life.handling()
    return Desk(guest, life)


@pytest.fixture
def refusing(desk):
    desk.does("chenjing", "report-refusal", **SAID)
    return desk


def the_refusal():
    db.session.expire_all()
    return db.session.scalars(select(Refusal)).one()


def page_of(desk, username, path=""):
    return desk.opens(username, f"/refusals/{the_refusal().id}{path}")


def named(desk, **panel):
    return desk.sends("hening", page_of(desk, "hening", "/review"), "members", **(panel or PANEL))


def heard(desk, opinion="revoked"):
    """The three are named, and each speaks on their own page."""
    assert named(desk).status == 302
    for who in ("hening", "sunyue", "yangfan"):
        said = {"opinion-opinion": opinion, "opinion-words": f"{who}的理由"}
        assert desk.sends(who, page_of(desk, who), "opinion", **said).status == 302
    return desk


def notice_leads_to(desk, username):
    """Where the newest message of somebody leads."""
    with clock.standing_at(desk.life.now):
        deliver()
    page = desk.opens(username, "/notices")
    return desk.sends(username, page, "open").leads_to


def test_no_button_refuses_and_reporting_asks_for_law_and_alternative(desk):
    page = desk.opens("chenjing", "report-refusal")
    assert "时限照常计算" in page.words
    back = desk.sends("chenjing", page, "report-refusal", kind="", grounds="不能办")
    assert back.status == 422
    assert all(words in back.words for words in ("有 3 处", "请选择否定类型", "请写明依据的法律名称和条款", "请写明替代办法"))
    assert "不能办" in back.html and db.session.scalar(select(Refusal)) is None


def test_it_climbs_by_pages_and_a_veto_stays_on_the_ticket(refusing):
    assert "等你处理" in refusing.opens("zhoujian", "/refusals").words
    assert "签批否定报备" in refusing.opens("zhoujian").links
    answer = refusing.sends("zhoujian", page_of(refusing, "zhoujian"), "endorse", **{"endorse-words": "同意上报"})
    assert answer.status == 302
    assert "等你处理" in refusing.opens("hening", "/refusals").words
    assert "组织联审" in refusing.opens("hening").links and "看否定报备" in refusing.opens("zhoujian").links
    answer = refusing.sends("hening", page_of(heard(refusing), "hening", "/review"), "review", **REVIEW)
    assert answer.status == 302

    assert (the_refusal().ended_as, refusing.ticket.status) == (RefusalEnd.VETOED, Status.HANDLING)
    words = refusing.opens("chenjing").words
    assert all(part in words for part in ("联审：撤销", REVIEW["words"], "分管副局长：未开始", "岗位空缺，跳过", "同意上报"))
    assert "本轮的否定已被否决" in words


def test_a_level_orders_handling_with_a_reason(refusing):
    page = page_of(refusing, "zhoujian")
    assert refusing.sends("zhoujian", page, "order").status == 422
    assert refusing.sends("zhoujian", page, "order", **{"order-words": "先接临时电源。"}).status == 302
    assert the_refusal().ended_as is RefusalEnd.ORDERED
    late = refusing.sends("zhoujian", page, "endorse")
    assert late.status == 409 and "已经有了结论" in late.words


def test_who_is_named_wrongly_comes_back_with_what_was_typed(refusing):
    back = named(refusing, **PANEL | {"seats-members-1-name": "夏律师"})
    assert back.status == 422 and "没有叫“夏律师”" in back.words and "夏律师" in back.html and "杨帆" in back.html
    back = named(refusing, **PANEL | {"seats-members-1-house": ""})
    assert back.status == 422 and "请写明成员的单位" in back.words
    back = named(refusing, **PANEL | {"seats-members-1-house": "市供电公司", "seats-members-1-name": "周建"})
    assert back.status == 409 and "回避" in back.words


def test_a_member_speaks_before_hearing_the_others_and_only_then_is_it_concluded(refusing):
    assert page_of(refusing, "sunyue").status == 404, "not named yet"
    assert "至少 3 人发表意见" in page_of(refusing, "hening", "/review").words
    named(refusing)
    assert "等你处理" in refusing.opens("sunyue", "/refusals").words
    assert notice_leads_to(refusing, "sunyue") == f"/refusals/{the_refusal().id}", "the ticket is not theirs to open"
    back = refusing.sends("sunyue", page_of(refusing, "sunyue"), "opinion", **{"opinion-opinion": "revoked"})
    assert back.status == 422 and "请写明意见的理由" in back.words
    said = {"opinion-opinion": "revoked", "opinion-words": "条款不符"}
    assert refusing.sends("sunyue", page_of(refusing, "sunyue"), "opinion", **said).status == 302

    other = page_of(refusing, "yangfan")
    assert "请你发表联审意见" in other.words and "条款不符" not in other.words
    assert "条款不符" not in page_of(refusing, "hening", "/review").words, "a member too, and silent"
    mine = page_of(refusing, "sunyue")
    assert "条款不符" in mine.words and "发表意见" not in [button for form in mine.forms for button in form["action"]]
    assert f"/tickets/{refusing.number}" not in mine.links.values(), "not theirs to open"
    assert "3 人中 1 人已发表意见" in page_of(refusing, "chenjing").words
    assert "登记联审结论" not in page_of(refusing, "hening", "/review").words
    yang = db.session.scalars(select(ReviewMember).where(ReviewMember.name == "杨帆")).one()
    gone = refusing.sends("hening", page_of(refusing, "hening", "/review"), f"members/{yang.id}/release")
    assert gone.status == 302 and page_of(refusing, "yangfan").status == 404


def test_the_enterprise_reads_that_it_is_reviewed_and_no_internal_word(refusing):
    def mine():
        return refusing.opens("hengzha", f"/my/tickets/{refusing.number}").words

    assert "正在复核" in mine() and SAID["grounds"] not in mine()
    refusing.sends("zhoujian", page_of(refusing, "zhoujian"), "endorse", **{"endorse-words": "内部意见"})
    upheld = REVIEW | {"verdict": "upheld", "words": "内部结论"}
    refusing.sends("hening", page_of(heard(refusing, "upheld"), "hening", "/review"), "review", **upheld)

    assert refusing.ticket.status is Status.REFUSED
    words = mine()
    assert all(SAID[name] in words for name in ("grounds", "articles", "alternatives"))
    assert not any(inner in words for inner in ("内部意见", "内部结论", "正在复核", "孙悦", "sunyue的理由", "周建"))


@pytest.mark.parametrize(("username", "status"), [
    ("chenjing", 200), ("hening", 200), ("luoshizhang", 200), ("qianwei", 200), ("tangyi", 200), ("litao", 404),
    ("liumin", 404), ("hengzha", 404), ("admin", 404),
])
def test_who_may_read_it(refusing, username, status):
    assert page_of(refusing, username).status == status
    assert page_of(refusing, username, "/form").status == status


def test_only_who_holds_the_level_is_offered_the_signature(refusing):
    for other in ("chenjing", "luoshizhang", "hening"):
        assert "同意否定" not in page_of(refusing, other).words
    assert "组织联审" in page_of(refusing, "hening").links
    assert page_of(refusing, "luoshizhang", "/review").status == 404


def test_register_figures_and_file_tell_the_same(refusing):
    refusing.sends("zhoujian", page_of(refusing, "zhoujian"), "order", **{"order-words": "先接临时电源。"})
    other = Life(refusing.life.city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit()
    other.accept().dispatch(LAND)
    Desk(refusing.guest, other).does("litao", "report-refusal", **SAID)

    figures = refusing.opens("hening", "/refusals/figures?month=2026-08")
    counted = {name: url for name, url in figures.links.items() if name.startswith("1 件")}
    assert {name.partition("，")[2] for name in counted} == {
        "市供电公司报备", "市供电公司领导要求办理", "市自然资源局报备", "市自然资源局在办"}
    for url in counted.values():
        assert refusing.opens("hening", url).html.count("<tr data-row>") == 1, url
    assert refusing.opens("hening", "/refusals?month=2026-07").html.count("<tr data-row>") == 0
    assert refusing.opens("litao", "/refusals").html.count("<tr data-row>") == 1

    forms = refusing.opens("hening", "/refusals?state=ordered").forms
    export = next(form for form in forms if "export" in form["action"])
    with clock.standing_at(refusing.life.now):
        answer = refusing.as_("hening").client.post(export["action"], data=dict(export["fields"]), buffered=True)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert [row[3] for row in rows[1:]] == ["市供电公司"]
    assert db.session.scalar(select(Event.object_type).where(Event.action == "export_refusals")) == "refusal"


def test_the_printed_form_holds_what_the_law_asks(refusing):
    words = page_of(refusing, "hening", "/form").words
    assert all(part in words for part in ("否定报备情况表", "恒轧机械", *list(SAID.values())[1:], "营商局联审意见"))


@pytest.mark.parametrize("query", ["state=nonsense&month=2026-13&after=x", "month=九月", "month=0000-00"])
def test_a_filter_that_cannot_be_read_asks_for_nothing(refusing, query):
    assert refusing.opens("hening", f"/refusals?{query}").html.count("<tr data-row>") >= 1
    assert refusing.opens("hening", f"/refusals/figures?{query}").status == 200
    assert refusing.opens("hening", "/refusals?unit=0").status == 404


def test_the_register_takes_as_many_statements_for_many_as_for_one(refusing):
    def counted():
        with statements() as seen:
            refusing.opens("hening", "/refusals")
        return len(seen)

    counted()
    one = counted()
    for _ in range(3):
        life = Life(refusing.life.city).handling()
        Desk(refusing.guest, life).does("chenjing", "report-refusal", **SAID)
    assert counted() == one
