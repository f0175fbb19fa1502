"""Enterprises: whose list shows which, one enterprise's page, and a demand raised for one."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Enterprise, EnterpriseKind, Stewardship
from models.engagement import InteractionKind
from models.tickets import Channel, Ticket
from operations.engagement.interactions import Talk, log_interaction
from tests.lives import START, Life
from tests.views.counting import statements

DEMAND = {"subject": "门前道路挖掘恢复费迟迟不退", "content": "三月交的保证金，路面恢复验收后一直没有退回。"}


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def at(city, now):
    """``at("恒轧机械", "/demand")``: the address of an enterprise's page."""
    return lambda firm, rest="": f"/enterprises/{city.enterprises[firm].id}{rest}"


def talks(city, people, count=1, **rest):
    for n in range(count):
        talk = Talk(InteractionKind.VISIT, f"第 {n} 次走访，看了二期厂房", **rest)
        log_interaction(city.enterprises["恒轧机械"], actor=people["liumin"], talk=talk)


def tickets():
    db.session.expire_all()
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def form_of(page, ending="/demand"):
    return next(i for i, form in enumerate(page.forms) if form["action"].endswith(ending))


def test_a_steward_sees_their_own_the_centre_its_region(guest, now):
    mine, city_wide, county = (guest(name).opens("/enterprises").words for name in ("liumin", "wujie", "tangyi"))
    assert "恒轧机械" in mine and "宏达电商" not in mine
    assert "恒轧机械" in city_wide and "宏达电商" in city_wide and "饺子馆" in city_wide
    assert "恒轧机械" in county and "宏达电商" not in county


def test_the_list_narrows_by_name_code_and_group(guest, city, people, now):
    steward, firm = guest("liumin"), city.enterprises["鑫源包装"]
    for words in ("鑫源", firm.name[:6], firm.credit_code):
        page = steward.opens(f"/enterprises?q={words}")
        assert firm.name in page.words and "恒轧" not in page.words
    talks(city, people)
    assert "恒轧机械" not in steward.opens("/enterprises?show=quiet").words
    Life(city).submit()
    opened = steward.opens("/enterprises?show=open")
    assert "恒轧机械" in opened.words and "鑫源包装" not in opened.words
    assert "没有符合条件的企业" in steward.opens("/enterprises?q=%25_").words


def test_pages_of_the_list_lead_on_and_back_over_everything(guest, city, now):
    region = city.regions["990102001"].id
    db.session.add_all(
        Enterprise(name=f"城东第 {n} 小店", kind=EnterpriseKind.SOLE_TRADER, region_id=region, quiet_since=START)
        for n in range(40)
    )
    db.session.commit()
    clerk = guest("wujie")
    first = clerk.opens("/enterprises")
    second = clerk.opens(first.links["下一页"])
    assert first.words.count("小店") + second.words.count("小店") == 40
    back = clerk.opens(second.links["上一页"])
    assert back.words.count("小店") == first.words.count("小店") and "上一页" not in back.links


def test_what_is_not_ones_own_is_not_there(guest, at):
    steward = guest("liumin")
    for path in (at("宏达电商产业园"), at("宏达电商产业园", "/demand"), "/enterprises/999999"):
        assert steward.opens(path).status == 404
    page = steward.opens(at("恒轧机械", "/demand"))
    sent = steward.sends(page, at("宏达电商产业园", "/demand"), index=form_of(page), **DEMAND)
    assert sent.status == 404 and not tickets()


@pytest.mark.parametrize("username", ["chenjing", "hengzha", "admin"])
def test_enterprises_are_for_stewards_and_the_offices_above(guest, at, username):
    assert [guest(username).opens(path).status for path in ("/enterprises", at("恒轧机械"))] == [404, 404]
    assert guest(username).opens(at("恒轧机械", "/demand")).status == 404


def test_the_number_is_dialled_by_the_steward_and_masked_for_everybody(guest, at):
    for username, dials in (("liumin", True), ("wujie", False), ("hening", False)):
        page = guest(username).opens(at("恒轧机械"))
        assert "138****2607" in page.words and ("13800002607" in page.html) is dials


def test_the_page_tells_stewards_now_and_before(guest, city, at):
    db.session.add(Stewardship(enterprise_id=city.enterprises["恒轧机械"].id, steward_id=city.users["wangqiang"].id,
                               started_at=START - timedelta(days=90), ended_at=START - timedelta(days=1), reason="轮岗"))
    db.session.commit()
    words = guest("liumin").opens(at("恒轧机械")).words
    assert "刘敏 主管家" in words and "王强 曾任主管家" in words and "轮岗" in words
    assert guest("wangqiang").opens(at("恒轧机械")).status == 404


def test_the_page_shows_open_tickets_and_what_was_said(guest, city, people, at):
    life = Life(city).handling()
    talks(city, people, next_contact_on=date(2026, 8, 21))
    page = guest("liumin").opens(at("恒轧机械"))
    assert life.ticket.number in page.words and "市供电公司" in page.words
    assert "第 0 次走访" in page.words and "约好 8月21日 再联系" in page.words


def test_older_interactions_follow(guest, city, people, at):
    talks(city, people, 23)
    steward = guest("liumin")
    page = steward.opens(at("恒轧机械"))
    older = steward.opens(page.links["更早的互动"])
    assert page.words.count("次走访") == 20 and older.words.count("次走访") == 3


@pytest.mark.parametrize(("path", "most"), [
    ("/enterprises", 8), ("/enterprises/{}", 13), ("/enterprises/{}?tab=timeline", 11),
    ("/enterprises/{}?tab=facts", 14),
])
def test_pages_take_as_many_statements_for_much_as_for_little(guest, city, people, now, path, most):
    path = path.format(city.enterprises["恒轧机械"].id)
    steward = guest("liumin")

    def count():
        steward.opens(path)
        with statements() as seen:
            assert steward.opens(path).status == 200
        return len(seen)

    few = count()
    talks(city, people, 15)
    for n in range(12):
        Life(city).submit(subject=f"第 {n} 件诉求")
    assert count() == few <= most


def test_a_steward_raises_a_demand_for_an_enterprise(guest, city, at):
    steward = guest("liumin")
    page = steward.opens(at("恒轧机械", "/demand"))
    assert "国家秘密" in page.words and "110" in page.words
    sent = steward.sends(page, index=form_of(page), **DEMAND, enterprise="别家", name="别家", channel="platform")
    assert sent.status == 422 and "请选择来源渠道" in sent.words
    sent = steward.sends(page, index=form_of(page), **DEMAND, enterprise="别家", contact_name="李会计")
    (ticket,) = tickets()
    assert sent.leads_to == f"/tickets/{ticket.number}"
    assert (ticket.channel, ticket.contact_name) == (Channel.STEWARD, "李会计")
    assert ticket.enterprise_id == city.enterprises["恒轧机械"].id


def test_a_clerk_says_how_the_demand_came_and_its_number_counts_once(guest, at):
    clerk = guest("wujie")
    hotline = DEMAND | {"channel": "hotline", "external_number": "12345-0007"}
    page = clerk.opens(at("恒轧机械", "/demand"))
    assert "13800002607" not in page.html
    assert clerk.sends(page, index=form_of(page), **hotline).status == 302
    (ticket,) = tickets()
    assert (ticket.channel, ticket.external_number) == (Channel.HOTLINE, "12345-0007")
    assert ticket.contact_phone == "13800002607"
    page = clerk.opens(at("鑫源包装", "/demand"))
    again = clerk.sends(page, index=form_of(page), **hotline)
    assert again.status == 422 and "已经登记过" in again.words and len(tickets()) == 1
    assert again.form(form_of(again))["content"] == DEMAND["content"]


def test_a_similar_open_demand_is_shown_before_sending(guest, city, at):
    Life(city).submit(subject=DEMAND["subject"])
    steward = guest("liumin")
    page = steward.opens(at("恒轧机械", "/demand"))
    asked = steward.sends(page, index=form_of(page), **DEMAND)
    assert "有相近的诉求在办" in asked.words and len(tickets()) == 1
    assert asked.form(form_of(asked))["content"] == DEMAND["content"]
    steward.sends(asked, index=form_of(asked), has_seen_similar="y")
    assert len(tickets()) == 2


def test_the_same_demand_sent_twice_is_one_ticket(guest, at):
    steward = guest("liumin")
    page = steward.opens(at("恒轧机械", "/demand"))
    answers = [steward.sends(page, index=form_of(page), **DEMAND, has_seen_similar="y") for _ in range(2)]
    (ticket,) = tickets()
    assert [answer.leads_to for answer in answers] == [f"/tickets/{ticket.number}"] * 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"subject": ""}, "请用一句话写明问题"),
        ({"subject": "题" * 101}, "最多 100 字"),
        ({"content": "长" * 4001}, "最多 4000 字"),
        ({"kind": "wish"}, "请选择诉求类型"),
        ({"urgency": "very"}, "请选择急不急"),
        ({"contact_phone": "1" * 33}, "最多 32 字"),
    ],
)
def test_a_demand_with_errors_comes_back_whole(guest, at, wrong, sentence):
    steward = guest("liumin")
    page = steward.opens(at("恒轧机械", "/demand"))
    answer = steward.sends(page, index=form_of(page), **(DEMAND | wrong))
    assert answer.status == 422 and sentence in answer.words and not tickets()
    assert answer.form(form_of(answer))["content"] == (DEMAND | wrong)["content"]
