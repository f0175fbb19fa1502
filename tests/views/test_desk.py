"""今日工作台 and 记一笔, as a steward meets them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.engagement import Interaction, InteractionKind
from models.supervision import Level
from models.tickets import Channel, Ticket
from operations.clocks.lights import Light, light_of
from operations.engagement.interactions import Talk, log_interaction
from operations.insight import desk
from operations.tickets import intake
from tests.lives import Life, shanghai
from tests.views.counting import statements

SAID = "张总反映消防验收材料第 3 项退回两次，希望一次说清。"


@pytest.fixture
def steward(guest, life):
    """Liu Min at her browser, at the life's moment."""
    with life.here():
        yield guest("liumin")


def panel(page):
    """Which form of a page notes an interaction."""
    return next(i for i, form in enumerate(page.forms) if form["action"].startswith("/log/new"))


def notes(steward, path="/log/new", **fields):
    page = steward.opens(path)
    return steward.sends(page, index=panel(page), **fields)


def noted():
    db.session.expire_all()
    return list(db.session.scalars(select(Interaction).order_by(Interaction.id)))


def several(city, count, **rest):
    """So many tickets of 恒轧机械, submitted a minute apart."""
    for n in range(count):
        life = Life(city)
        life.wait(minutes=n).submit(subject=f"第 {n} 件：门前道路挖掘恢复费", **rest)
    return life


def test_each_ticket_says_what_it_waits_for_and_the_one_next_act(life, steward):
    life.submit()
    page = steward.opens("/desk")
    assert "恒轧机械 等你受理" in page.words and page.links["受理：厂区外接线路迟迟未送电"].endswith("/accept?in=/desk")
    life.accept()
    assert steward.opens("/desk").links["派单：厂区外接线路迟迟未送电"].endswith("/dispatch?in=/desk")
    life.dispatch()
    page = steward.opens("/desk")
    assert "等市供电公司提交结果" in page.words and "查看：厂区外接线路迟迟未送电" in page.links


def test_a_unit_that_is_short_of_time_is_pressed_and_a_result_is_told(guest, life):
    life.handling().at("2026-08-27 10:00")
    with life.here():
        assert "催办：厂区外接线路迟迟未送电" in guest("liumin").opens("/desk").links
    life.sign().result()
    with life.here():
        assert "反馈：厂区外接线路迟迟未送电" in guest("liumin").opens("/desk").links


def test_a_consultation_is_answered_before_it_is_dispatched(steward, life):
    life.submit(kind="consultation").accept()
    assert "直接答复：厂区外接线路迟迟未送电" in steward.opens("/desk").links


def test_every_number_leads_to_a_list_of_that_many(city, guest):
    several(city, 4)
    Life(city).handling()
    firm = {"enterprise": "鑫源包装", "member": "xinyuan"}
    Life(city, **firm).at("2026-08-26 10:00").submit()
    Life(city, **firm).at("2026-08-27 08:40").submit()
    Life(city, **firm).submit().does(intake.request_supplement, "liumin", missing="营业执照")
    expected = {"all": 8, "red": 5, "amber": 1, "green": 1, "hold": 1, "today": 1}
    with clock.standing_at(shanghai("2026-08-27 15:00")):
        steward = guest("liumin")
        for view, count in expected.items():
            page = steward.opens(f"/desk?show={view}")
            assert page.html.count('<li class="item" data-row>') == count, view
    for words in ("今天到期 1 件", "逾期 5 件", "全部 8", "临期 1", "正常 1", "暂停 1"):
        assert words in page.words


def test_the_database_tells_the_same_light_as_everybody_else(city, people):
    firm = {"enterprise": "鑫源包装", "member": "xinyuan"}
    lives = [Life(city).handling(), Life(city, **firm).at("2026-08-26 10:00").submit(),
             Life(city, **firm).at("2026-08-27 08:40").submit(),
             Life(city, **firm).submit().does(intake.request_supplement, "liumin", missing="营业执照")]
    assert lives
    with clock.standing_at(shanghai("2026-08-27 15:00")):
        told = {errand.number: errand.light for errand in desk.work(people["liumin"]).errands}
        tickets = list(db.session.scalars(select(Ticket).order_by(Ticket.id)))
        tickets[0].rung = Level.SECOND.rung
        assert told == {ticket.number: light_of(ticket, clock.now()) for ticket in tickets[1:]} | {
            tickets[0].number: Light.RED
        }
        db.session.commit()
        assert desk.work(people["liumin"]).errands[0].light == Light.DARK_RED


def test_lists_go_on_page_by_page_until_every_ticket_was_seen_once(city, people):
    life, seen, after = several(city, 31), [], None
    with life.here():
        while True:
            page = desk.work(people["liumin"], after=after)
            seen += [errand.number for errand in page.errands]
            after = page.after
            if after is None:
                break
    assert len(seen) == len(set(seen)) == 31


def test_the_page_goes_on_and_back(city, guest):
    life = several(city, 27)
    with life.here():
        steward = guest("liumin")
        further = steward.opens(steward.opens("/desk").links["后面的"])
        assert further.words.count("等你受理") == 2 and "回到最紧的" in further.links


def test_the_desk_takes_as_many_statements_for_forty_tickets_as_for_none(city, guest, people):
    def count():
        with life.here():
            steward = guest("liumin")
            steward.opens("/desk")
            with statements() as seen:
                assert steward.opens("/desk").status == 200
        return len(seen)

    life = Life(city)
    few = count()
    life = several(city, 40)
    with life.here():
        for n in range(20):
            log_interaction(city.enterprises["恒轧机械"], actor=people["liumin"],
                            talk=Talk(InteractionKind.PHONE, f"第 {n} 次联系企业"))
    assert count() == few <= 8


def test_silent_enterprises_come_first_and_promises_have_their_tab(city, people, guest):
    now = shanghai("2026-08-24 09:00")
    with clock.standing_at(now - timedelta(days=1)):
        log_interaction(city.enterprises["鑫源包装"], actor=people["liumin"],
                        talk=Talk(InteractionKind.PHONE, SAID, next_contact_on=now.date()))
    with clock.standing_at(now):
        page = guest("liumin").opens("/desk")
        assert "5 家企业超过 30 天没有联系" in page.words and "约好联系 1" in page.links
        promised = guest("liumin").opens("/desk?tab=promised")
        assert "云州鑫源包装制品有限公司" in promised.words and "福兴热电" not in promised.words


def test_first_use_says_why_it_is_empty(steward, city):
    page = steward.opens("/desk")
    assert "没有在办的诉求" in page.words and "还没有互动记录" in page.words


@pytest.mark.parametrize("username", ["wujie", "chenjing", "hengzha", "admin"])
@pytest.mark.parametrize("path", ["/desk", "/log/new", "/log/enterprises?q=恒"])
def test_the_desk_is_for_stewards_only(guest, username, path):
    assert guest(username).opens(path).status == 404


def test_two_answers_are_enough_for_a_note(steward, city):
    sent = notes(steward, "/desk", enterprise="鑫源包装", content=SAID)
    assert (sent.status, sent.leads_to) == (302, "/desk")
    (row,) = noted()
    assert (row.enterprise_id, row.kind, row.content) == (city.enterprises["鑫源包装"].id, InteractionKind.PHONE, SAID)
    page = steward.follows(sent)
    assert "已记下：鑫源包装 电话。" in page.words and "记错了，补一条更正" in page.links


def test_a_row_prefills_its_enterprise(steward, city):
    firm = city.enterprises["福兴热电"]
    page = steward.opens(f"/log/new?for={firm.id}")
    assert page.form(panel(page))["enterprise"] == firm.name


def test_a_correction_is_another_note(steward, city):
    notes(steward, enterprise="鑫源包装", content=SAID, kind="visit")
    (row,) = noted()
    page = steward.opens(f"/log/new?corrects={row.id}")
    form = page.form(panel(page))
    assert form["enterprise"].endswith("鑫源包装制品有限公司") and form["content"].startswith("更正今天 09:00的走访记录")
    assert form["kind"] == "visit" and noted()[0].content == SAID


def test_the_same_form_sent_twice_is_one_note(steward):
    page = steward.opens("/desk")
    for _ in range(2):
        sent = steward.sends(page, index=panel(page), enterprise="鑫源包装", content=SAID)
    assert len(noted()) == 1 and sent.status == 302
    assert "没有重复登记" in steward.follows(steward.follows(sent)).words


def test_a_visit_becomes_a_ticket(steward, city):
    sent = notes(steward, enterprise="恒轧机械", content=SAID, kind="visit", becomes_ticket="y", ticket_kind="help")
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.channel, ticket.subject) == (Channel.VISIT, SAID[:-1])
    assert noted()[0].ticket_id == ticket.id
    assert steward.follows(sent).links[ticket.number] == f"/tickets/{ticket.number}"


def test_a_late_note_is_shown_as_late(steward, life, city):
    notes(steward, enterprise="恒轧机械", content=SAID, occurred_at="2026-08-14T15:00")
    page = steward.opens(f"/enterprises/{city.enterprises['恒轧机械'].id}")
    assert "补录，今天 09:00 登记" in page.words and "8月14日 15:00" in page.words


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"occurred_at": "2026-08-19T09:01"}, "互动时间不能晚于现在"),
        ({"occurred_at": "昨天下午"}, "时间请写成"),
        ({"content": ""}, "请写谈了什么"),
        ({"content": "长" * 2001}, "最多 2000 字，现有 2001 字"),
        ({"enterprise": ""}, "请写明是哪家企业"),
        ({"enterprise": "宏达电商产业园"}, "你负责的企业里没有“宏达电商产业园”"),
        ({"kind": "telepathy"}, "请选择方式"),
        ({"next_on": "someday"}, "请重新选择下次联系的日期"),
        ({"next_date": "2026-08-01"}, "下次联系的日期应在今天之后"),
        ({"enterprise_id": "x"}, "请从列出的企业中选一家"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(steward, wrong, sentence):
    answer = notes(steward, **({"enterprise": "鑫源包装", "content": SAID} | wrong))
    assert answer.status == 422 and sentence in answer.words and not noted()
    form = answer.form(panel(answer))
    assert form["content"] == (wrong.get("content", SAID)) and form["enterprise"] == wrong.get("enterprise", "鑫源包装")


def test_a_name_that_several_have_offers_them(steward, city):
    answer = notes(steward, enterprise="云州", content=SAID)
    assert answer.status == 422 and "请选一家或写全" in answer.words and "云州恒轧机械有限公司" in answer.words
    chosen = str(city.enterprises["恒轧机械"].id)
    steward.sends(answer, index=panel(answer), enterprise_id=chosen)
    assert [row.enterprise_id for row in noted()] == [city.enterprises["恒轧机械"].id]


def test_without_a_name_one_of_the_latest_can_be_picked(steward, city):
    page = steward.opens("/log/new")
    assert "最近联系的企业" in page.words
    steward.sends(page, index=panel(page), enterprise_id=str(city.enterprises["福兴热电"].id), content=SAID)
    assert [row.enterprise_id for row in noted()] == [city.enterprises["福兴热电"].id]


def test_a_foreign_enterprise_is_not_there(steward, city):
    foreign = city.enterprises["宏达电商产业园"].id
    assert steward.opens(f"/log/new?for={foreign}").status == 404
    assert notes(steward, enterprise_id=str(foreign), content=SAID).status == 404
    assert notes(steward, enterprise_id="999999", content=SAID).status == 404
    assert steward.opens("/log/new?corrects=999999").status == 404
    assert not noted()


def test_suggestions_are_the_stewards_own(steward, city):
    firm = city.enterprises["恒轧机械"]
    assert steward.downloads("/log/enterprises?q=机械").json == [{"value": firm.name, "label": firm.credit_code}]
    assert steward.downloads("/log/enterprises?q=宏达").json == []


def test_what_was_typed_survives_an_expired_session(steward, life):
    page = steward.opens("/log/new")
    life.wait(hours=9)
    with life.here():
        sent = steward.sends(page, index=panel(page), enterprise="鑫源包装", content=SAID)
        assert sent.status == 302 and "/login" in sent.leads_to
        back = steward.signs_in("liumin").opens("/log/new")
    assert back.form(panel(back))["content"] == SAID and back.form(panel(back))["enterprise"] == "鑫源包装"
    assert not noted()
