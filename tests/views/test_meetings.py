"""会议 and 走流程, as those who convene, preside, attend and walk meet them."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.engagement import Interaction, Meeting, MeetingDecision, MeetingGuest, WalkProblem, Walkthrough
from models.tickets import Ticket
from tests.lives import LAND, POWER, START
from tests.views.counting import statements

PLAN = {
    "kind": "breakfast", "theme": "装备制造企业早餐会", "held_at": "2026-08-19T08:00", "place": "市政府食堂", "chair": "罗建国",
    "enterprises": "恒轧机械\n宏达电商产业园", "units": "市供电公司", "people": "刘敏", "agenda": "一、听问题\n二、定事项",
}
WALK = {
    "walker": "罗建国", "walked_on": "2026-08-19", "item": "外线接入", "unit": POWER, "mode": "in_person",
    "steps-0-name": "交材料", "steps-0-minutes": "30", "steps-0-materials": "6", "steps-0-trips": "2",
    "problems": "材料要交两遍\n窗口说不清时限",
}


@pytest.fixture
def now(city):
    with clock.standing_at(START):
        yield START


def sends(someone, path, **fields):
    page = someone.opens(path)
    index = next(i for i, form in enumerate(page.forms) if form["action"].startswith(path))
    return someone.sends(page, index=index, **fields)


@pytest.fixture
def convened(guest, now):
    """The address of a meeting that 吴洁 has convened."""
    return sends(guest("wujie"), "/meetings/new", **PLAN).leads_to


def test_a_meeting_from_the_plan_to_the_light_of_its_ticket(guest, city, convened):
    clerk = guest("wujie")
    page = clerk.opens(convened)
    assert "装备制造企业早餐会" in page.h1 and "云州恒轧机械有限公司" in page.words and "还没有列入问题" in page.words
    firm = str(city.enterprises["恒轧机械"].id)
    sends(clerk, f"{convened}/problems/new", words="外线迟迟不送电", enterprise=firm, unit=POWER, solution="八月底前送电")
    page = clerk.opens(convened)
    assert "云州恒轧机械有限公司 提出 市供电公司 拟办" in page.words and "初步意见：八月底前送电" in page.words
    everybody = [str(row) for row in db.session.scalars(select(MeetingGuest.id))]
    assert sends(clerk, f"{convened}/minutes", words="定了送电时间。", came=everybody).status == 302
    assert len(db.session.scalars(select(Interaction)).all()) == 1
    assert "书记早餐会" in clerk.opens(f"/enterprises/{firm}").words
    answer = sends(clerk, f"{convened}/decisions/new", words="八月底前送电", enterprise=firm, unit=POWER,
                   due_on="2026-08-31")
    assert answer.status == 302
    page = clerk.opens(convened)
    number = db.session.scalars(select(Ticket.number)).one()
    assert page.links[number] == f"/tickets/{number}" and "绿灯" in page.words and "会议要求 8月31日 前" in page.words
    assert guest("liumin").opens("/meetings?show=held").links["装备制造企业早餐会"] == convened
    own, others = (guest(name).opens("/my/meetings").words for name in ("hengzha", "hongda"))
    assert number in own and "议定：八月底前送电" in own and "装备制造企业早餐会" in others and number not in others


def test_a_name_that_means_nobody_comes_back_with_everything_typed(guest, now):
    answer = sends(guest("wujie"), "/meetings/new", **PLAN | {"enterprises": "恒轧机械\n没有这家", "chair": "无名氏"})
    assert answer.status == 422 and "没有找到：没有这家" in answer.words and "没有找到：无名氏" in answer.words
    assert "一、听问题" in answer.html and db.session.scalars(select(Meeting)).all() == []


def test_half_a_decision_comes_back(guest, convened):
    clerk = guest("wujie")
    assert "请先写纪要" in sends(clerk, f"{convened}/decisions/new", words="送电").words
    sends(clerk, f"{convened}/minutes", words="定了送电时间。")
    answer = sends(clerk, f"{convened}/decisions/new", words="八月底前送电", unit=POWER)
    assert answer.status == 422 and "要一起写" in answer.words and "八月底前送电" in answer.html
    assert db.session.scalars(select(MeetingDecision)).all() == []


def test_who_is_asked_is_told_and_sees_it_others_do_not(guest, convened):
    found = {"liumin": 200, "chenjing": 200, "luoshizhang": 200, "litao": 404, "hengzha": 404}
    for username, status in found.items():
        assert guest(username).opens(convened).status == status, username
    assert "没有待召开的会议" in guest("litao").opens("/meetings").words
    assert "写纪要" not in guest("luoshizhang").opens(convened).links
    assert guest("luoshizhang").opens(f"{convened}/minutes").status == 404


def test_a_meeting_called_off_says_why(guest, convened):
    supervisor = guest("hening")
    sends(supervisor, f"{convened}/cancel", reason="防汛值守")
    page = supervisor.opens(convened)
    assert "会议已取消" in page.words and "防汛值守" in page.words and "写纪要" not in page.links


@pytest.mark.parametrize("path", ["/meetings", "{}"])
def test_pages_of_meetings_take_as_many_statements_for_much_as_for_little(guest, city, convened, path):
    clerk = guest("wujie")

    def count():
        clerk.opens(path.format(convened))
        with statements() as seen:
            assert clerk.opens(path.format(convened)).status == 200
        return len(seen)

    few = count()
    for n in range(6):
        sends(clerk, "/meetings/new", **PLAN | {"theme": f"第 {n} 场座谈"})
        sends(clerk, f"{convened}/problems/new", words=f"第 {n} 个问题", unit=LAND)
    assert count() == few <= 12


def test_a_walk_its_second_and_its_problem_on_the_line(guest, now):
    leader = guest("luoshizhang")
    shown = leader.opens(sends(leader, "/walkthroughs/new", **WALK).leads_to)
    assert "交材料" in shown.words and "窗口说不清时限" in shown.words and "待服务中心转办" in shown.words
    again = shown.links["再走一遍"]
    second = leader.opens(sends(leader, again, walked_on="2026-08-19", mode="in_person",
                                **{"steps-0-name": "网上提交", "steps-0-minutes": "10"}).leads_to)
    assert "两次对照" in second.words and "少 20 分钟" in second.words and "少 6 份" in second.words
    problem = db.session.scalars(select(WalkProblem).order_by(WalkProblem.id)).first()
    answer = sends(guest("wujie"), f"/walkthroughs/problems/{problem.id}/ticket", enterprise="恒轧机械")
    assert answer.status == 302
    assert db.session.scalars(select(Ticket.subject)).one() == "材料要交两遍"
    assert "1 个已转办件" in guest("hening").opens("/walkthroughs").words


def test_a_walk_without_a_step_comes_back_with_everything_typed(guest, now):
    answer = sends(guest("luoshizhang"), "/walkthroughs/new", **WALK | {"steps-0-name": ""})
    assert answer.status == 422 and "请至少写一个环节" in answer.words and "材料要交两遍" in answer.html
    assert db.session.scalars(select(Walkthrough)).all() == []


def test_first_use_says_what_to_do(guest, now):
    assert "还没有走流程记录" in guest("luoshizhang").opens("/walkthroughs").words
    assert "没有待召开的会议" in guest("wujie").opens("/meetings").words
