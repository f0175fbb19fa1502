"""差评整改 on its pages: every step by its people, figures that open their lists, what the enterprise sees."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from models import clock
from models.base import db
from models.notices import Notice
from models.ratings import Grade, Rating
from models.rectifications import Rectification
from models.tickets import Ticket
from operations import notices
from operations.ratings import additions
from operations.ratings.additions import Addition
from operations.ratings.wall import tallying
from tests.lives import START, Life, shanghai
from tests.operations.ratings.test_rectified_cases import Hall
from tests.views.counting import statements


@pytest.fixture
def home(life):
    """The address of one, just rated badly; the site stands at that moment."""
    life.handling().sign().result().reply().call()
    life.rate(Grade.DISSATISFIED, tags=("其他",), words="窗口索要材料，我要投诉")
    with clock.standing_at(life.now):
        yield f"/rectifications/{db.session.scalars(select(Rectification.id)).one()}"


def shown(reader, path):
    reader.get(path)
    return reader.text


def sent(reader, home, verb, **answers):
    return reader.post(f"{home}/{verb}", {f"{verb}-{name}": value for name, value in answers.items()}, page=home)


def put_right(sign_in, home):
    officer, leader = sign_in("chenjing"), sign_in("zhoujian")
    assert sent(officer, home, "contact", words="已打电话道歉") == 302
    assert sent(officer, home, "report", verification="true", measures="换了人", result="补办了") == 302
    leader.get(home)
    seen = re.search(r'name="sign-seen"[^>]*value="([^"]+)"', leader.html).group(1)
    assert sent(leader, home, "sign", seen=seen) == 302


def test_each_step_has_its_form_for_its_people(home, sign_in, life):
    officer = sign_in("chenjing")
    assert "登记联系" in shown(officer, home) and "报整改结果" not in officer.text
    assert sent(officer, home, "contact", words="") == 422 and "请写明怎么联系的" in officer.text
    put_right(sign_in, home)
    member = sign_in("hengzha")
    assert "补办了" in shown(member, f"/my/tickets/{life.ticket.number}") and "等待回访" in member.text
    caller = sign_in("xuhui")
    assert "整改回访" in shown(caller, home)
    assert sent(caller, home, "call", outcome="good", words="可以了") == 302
    assert "整改完成" in shown(caller, home) and "您的差评已整改" in shown(member, f"/my/tickets/{life.ticket.number}")


def test_that_of_a_counted_case_is_found_by_its_number_and_from_the_message(city, sign_in):
    Hall(city).rate()
    with clock.standing_at(START + timedelta(hours=1)):
        notices.deliver()
        proxy = db.session.scalars(select(Ticket.number)).one()
        home = f"/rectifications/{db.session.scalars(select(Rectification.id)).one()}"
        leader, member, caller = sign_in("zhaoguoqiang"), sign_in("hengzha"), sign_in("xuhui")
        told = db.session.scalars(select(Notice.id).where(Notice.user_id == city.users["zhaoguoqiang"].id)).one()
        assert leader.post(f"/notices/{told}/open", page="/notices") == 302 and leader.answer.location == home
        assert leader.get(f"/tickets/{proxy}") == 302 and leader.answer.location == home
        assert "窗口办件 A001" in shown(leader, home) and "处需要补充" not in leader.text
        assert sent(leader, home, "contact", words="已致歉") == 302
        assert "排水许可" in shown(member, "/my/tickets") and "正在整改" in shown(member, f"/my/tickets/{proxy}")
        assert member.get(f"/tickets/{proxy}") == 302 and sign_in("hongda").get(f"/my/tickets/{proxy}") == 404
        assert "排水许可" in shown(caller, "/rectifications") and proxy not in caller.text


def test_each_figure_opens_its_list_of_that_length(home, sign_in):
    office = sign_in("hening")
    put_right(sign_in, home)
    sent(sign_in("xuhui"), home, "call", outcome="good")
    office.get("/rectifications?month=2026-08")
    links = re.findall(r'href="(/rectifications\?[^"]*state=[a-z_]+[^"]*)">[^<]*?(\d+)', office.html)
    assert len(links) > 8 and "100.0%" in office.text
    for url, count in links:
        office.get(url.replace("&amp;", "&"))
        assert len(re.findall("<tr data-row><td><a", office.html)) == int(count), url


def test_an_accepted_appeal_shows_as_excluded_and_out_of_the_rates(home, sign_in, life):
    assert sent(sign_in("chenjing"), home, "appeal", ground="mistaken", reason="评错了件") == 302
    office = sign_in("hening")
    assert "申诉待裁定 1" in shown(office, "/rectifications")
    assert sent(office, home, "decide", decision="accepted", reason="录音为证") == 302
    assert "已剔除 1 件" in shown(office, "/rectifications") and "应整改 0 件" in office.text
    assert "不计入满意率" in shown(sign_in("hengzha"), f"/my/tickets/{life.ticket.number}")


def test_words_of_a_complaint_suggest_a_demand_that_is_only_filled_in(home, sign_in):
    clerk = sign_in("tangyi")
    clerk.get(home)
    path = re.search(r'href="(/enterprises/\d+/demand\?rated=\d+)"', clerk.html).group(1)
    assert "窗口索要材料，我要投诉" in shown(clerk, path)
    assert re.search(r'name="accused"[^>]*value="云州市供电公司"', clerk.html)
    assert re.search(r'<option (?=[^>]*value="complaint")(?=[^>]*selected)', clerk.html)
    assert "demand?rated" not in shown(sign_in("chenjing"), home) and "demand?rated" not in sign_in("chenjing").html


def test_it_is_not_there_for_another_unit_nor_for_a_steward(home, sign_in):
    for who in ("litao", "liumin", "hengzha"):
        assert sign_in(who).get(home) == 404
    assert "还没有实名差评" in shown(sign_in("litao"), "/rectifications")


def test_the_register_and_its_sheet_ask_the_database_as_often_for_many_as_for_none(home, sign_in, life):
    counted = []
    for who in ("litao", "chenjing"):
        reader = sign_in(who)
        reader.get("/rectifications")
        if who == "chenjing":
            many_more(life)
        with statements() as asked:
            reader.get("/rectifications")
        with statements() as taken:
            assert taken_along(reader, "/rectifications/export").startswith(b"PK")
        counted.append((len(asked), len(taken)))
    assert counted[0] == counted[1]
    assert reader.get("/rectifications") == 200 and len(re.findall("<tr data-row><td><a", reader.html)) == 25


def taken_along(reader, path):
    assert reader.post(path, page="/rectifications") == 200
    content = reader.answer.get_data()
    reader.answer.close()
    return content


def many_more(life, count=60):
    """Copies of the one, each of a rating of another round."""
    one = db.session.scalars(select(Rectification)).one()
    rating = db.session.get_one(Rating, one.rating_id)
    plain = {column.key: getattr(rating, column.key) for column in Rating.__table__.columns if column.key != "id"}
    ratings = db.session.scalars(
        insert(Rating).returning(Rating.id), [plain | {"round": number} for number in range(100, 100 + count)]
    ).all()
    same = {column.key: getattr(one, column.key) for column in Rectification.__table__.columns if column.key != "id"}
    db.session.execute(insert(Rectification), [same | {"rating_id": rating_id} for rating_id in ratings])
    db.session.commit()


def test_the_sheet_holds_what_the_register_lists(home, sign_in):
    put_right(sign_in, home)
    reader = sign_in("hening")
    sheet = load_workbook(io.BytesIO(taken_along(reader, "/rectifications/export?state=to_call"))).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert len(rows) == 1 and {"不满意", "窗口索要材料，我要投诉", "换了人", "补办了", "属实", "在办"} <= set(rows[0])


def test_what_was_added_by_name_stands_with_the_rating(home, sign_in, life):
    rating, added = db.session.scalars(select(Rating)).one(), Addition("后来办好了", grade=Grade.SATISFIED)
    life.does(lambda ticket, actor: additions.add(rating, actor=actor, addition=added), "hengzha")
    tab = f"/tickets/{life.ticket.number}?tab=outcome"
    for who in ("chenjing", "hening"):
        assert "追评：现在看满意" in shown(sign_in(who), tab) and "后来办好了" in shown(sign_in(who), home)


def said_without_a_name(life, city, count, *, reasons=("其他",)):
    for _ in range(count):
        one = Life(city).handling().sign().result().reply().call()
        one.rate(Grade.DISSATISFIED, tags=reasons, words="匿名说的话", is_anonymous=True)


def test_what_is_said_without_a_name_is_read_above_and_told_to_the_unit_only_in_fives(life, city, sign_in):
    said_without_a_name(life, city, 4)
    with clock.standing_at(shanghai("2026-08-20 10:00")):
        office = sign_in("hening")
        read = shown(office, "/rectifications/anonymous")
        assert read.count("匿名说的话") == 4 and "ZQ-" not in read and "恒轧" not in read and "2026-08" in read
        assert sign_in("chenjing").get("/rectifications/anonymous") == 404
    with clock.standing_at(shanghai("2026-10-12 10:00")):
        tallying.recount()
        leader = sign_in("zhoujian")
        assert "不满 5 条" in shown(leader, "/rectifications/anonymous?quarter=2026Q3")
    said_without_a_name(life, city, 1, reasons=("其他", "态度不好"))
    with clock.standing_at(shanghai("2026-09-29 10:00")):  # the quarter still runs: nothing that grows is told
        assert "不满 5 条" in shown(sign_in("zhoujian"), "/rectifications/anonymous?quarter=2026Q3")
    with clock.standing_at(shanghai("2026-10-12 11:00")):
        tallying.recount()
        told = shown(sign_in("zhoujian"), "/rectifications/anonymous?quarter=2026Q3")
        assert "5 条" in told and "其他 5 次" in told and "态度不好" not in told and "匿名说的话" not in told
        assert "不满 5 条" in shown(sign_in("gaofeng"), "/rectifications/anonymous?quarter=2026Q3")
