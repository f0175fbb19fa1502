"""会议: who is asked and told, what is brought, who came, and the tickets that decisions become."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Enterprise
from models.engagement import Interaction, InteractionKind, MeetingDecision, MeetingGuest, MeetingKind, Obligation
from models.log import Event
from models.notices import Notice
from models.supervision import Level, Supervision
from models.tickets import Channel, Difficulty, Ticket
from operations.clocks import rulebook
from operations.clocks.recomputation import reckon
from operations.engagement.cadence import sweeping
from operations.engagement.meetings import minutes, naming, planning
from operations.engagement.meetings.minutes import Decided
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import meetings
from operations.insight.ticket_page import clock as deadline
from operations.insight.ticket_page import dossier
from tests.happened import as_happened
from tests.lives import FINANCE, LAND, POWER, START, Life, shanghai


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def convene(city, people, now):
    """``convene(theme=…)``: 罗建国 presides; 恒轧机械 with its steward, and the power company, are asked."""

    def convened(by="wujie", **changes):
        asked = {
            "kind": MeetingKind.BREAKFAST, "theme": "装备制造企业早餐会", "held_at": START, "place": "市政府食堂",
            "chair_id": people["luoshizhang"].user_id, "people": [people["liumin"].user_id],
            "units": [city.organisations[POWER].id],
            "enterprises": [city.enterprises[name].id for name in ("恒轧机械", "宏达电商产业园")],
        }
        return planning.convene(planning.Plan(**(asked | changes)), actor=people[by])

    return convened


def guests(meeting):
    return list(db.session.scalars(select(MeetingGuest).filter_by(meeting_id=meeting.id).order_by(MeetingGuest.id)))


def held(meeting, people, by="wujie"):
    came = [guest.id for guest in guests(meeting)]
    minutes.write_minutes(meeting, actor=people[by], words="逐条研究了企业提出的问题。", came=came)
    return meeting


def clock_of(ticket, kind):
    return db.session.scalars(select(Clock).filter_by(ticket_id=ticket.id, kind=kind, stopped_at=None)).one()


def events_of(ticket):
    rows = select(Event).where(Event.ticket_id == ticket.id, Event.object_type == "ticket")
    return db.session.scalars(rows.order_by(Event.seq)).all()


def test_meetings_are_numbered_by_year_and_who_is_asked_is_told(convene, people):
    first, second = convene(), convene(theme="纺织企业座谈会")
    assert (first.number, second.number) == ("HY-2026-0001", "HY-2026-0002")
    told = set(db.session.scalars(select(Notice.user_id).where(Notice.subject.contains("早餐会"))))
    assert {people[name].user_id for name in ("hengzha", "hongda", "liumin", "chenjing", "luoshizhang")} <= told
    assert people["litao"].user_id not in told


def test_who_is_invited_sees_the_meeting_and_nobody_else(convene, people):
    meeting = convene()
    for name in ("liumin", "chenjing", "zhoujian", "luoshizhang", "hening", "wujie"):
        assert meetings.get(people[name], meeting.id) is meeting
    for name in ("wangqiang", "litao", "hengzha", "tangyi"):
        with pytest.raises(NotFound):
            meetings.get(people[name], meeting.id)


@pytest.mark.parametrize("by", ["liumin", "luoshizhang", "chenjing", "security"])
def test_clerks_and_supervisors_convene(convene, by):
    with pytest.raises(NotAllowed):
        convene(by=by)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"theme": " "}, "主题"), ({"enterprises": []}, "哪些企业"), ({"held_at": START + timedelta(days=400)}, "一年以内"),
     ({"units": range(1, 300)}, "最多邀请 200")],
)
def test_a_meeting_nobody_could_hold_is_refused(convene, wrong, sentence):
    with pytest.raises(BadInput, match=sentence):
        convene(**wrong)


def test_problems_are_brought_before_and_not_after(convene, people, city):
    meeting = convene()
    brought = planning.Brought("外线迟迟不送电", city.enterprises["恒轧机械"].id, city.organisations[POWER].id, "八月底前送电")
    planning.bring(meeting, brought, actor=people["wujie"])
    (row,) = meetings.dossier(meeting).problems
    assert (row.enterprise, row.unit, row.MeetingProblem.solution) == ("云州恒轧机械有限公司", "市供电公司", "八月底前送电")
    held(meeting, people)
    with pytest.raises(Refused, match="已经结束"):
        planning.bring(meeting, brought, actor=people["wujie"])


def test_minutes_are_an_interaction_with_each_enterprise_whose_steward_came(convene, people, city):
    held(convene(), people)
    (talk,) = db.session.scalars(select(Interaction)).all()
    assert (talk.enterprise_id, talk.steward_id) == (city.enterprises["恒轧机械"].id, people["liumin"].user_id)
    assert (talk.kind, talk.occurred_at) == (InteractionKind.MEETING, START)
    db.session.expire_all()
    spoken, silent = (db.session.get_one(Enterprise, city.enterprises[name].id) for name in ("恒轧机械", "宏达电商产业园"))
    assert spoken.quiet_since == START > silent.quiet_since


def test_who_did_not_come_is_no_interaction(convene, people):
    meeting = convene()
    came = [guest.id for guest in guests(meeting) if guest.user_id or guest.unit_id]
    minutes.write_minutes(meeting, actor=people["wujie"], words="企业临时有事。", came=came)
    assert db.session.scalars(select(Interaction)).all() == []
    assert [guest.came for guest in guests(meeting)] == [True, True, False, False]


def test_presiding_fulfils_what_the_deputy_owes(convene, people):
    sweeping.sweep()
    held(convene(kind=MeetingKind.TALK), people)
    rows = select(Obligation.fulfilled_at).where(Obligation.code == "deputies")
    assert db.session.scalars(rows).all() == [START]
    sweeping.sweep()


def test_a_scheduling_meeting_is_no_forum(convene, people):
    sweeping.sweep()
    held(convene(kind=MeetingKind.SCHEDULING), people)
    assert db.session.scalars(select(Obligation.fulfilled_at).where(Obligation.code == "deputies")).all() == [None]


def test_minutes_come_once_and_after_the_meeting(convene, people):
    with pytest.raises(Refused, match="还没有开"):
        held(convene(held_at=START + timedelta(hours=1)), people)
    meeting = held(convene(), people)
    with pytest.raises(Refused):
        held(meeting, people)


def test_a_decision_with_an_owner_and_a_limit_is_a_ticket(convene, people, city):
    meeting = held(convene(), people)
    decided = Decided("八月底前给恒轧机械送电", city.enterprises["恒轧机械"], city.organisations[POWER], date(2026, 8, 31))
    made = minutes.decide(meeting, decided, actor=people["wujie"])
    ticket = db.session.get_one(Ticket, made.ticket_id)
    assert (ticket.channel, ticket.enterprise_id) == (Channel.MEETING, city.enterprises["恒轧机械"].id)
    for words in ("书记早餐会 HY-2026-0001", POWER, "8月31日"):
        assert words in ticket.content
    (shown,) = meetings.dossier(meeting).decisions
    assert (shown.row.number, shown.light) == (ticket.number, "green")


def test_the_day_a_meeting_sets_is_the_case_clocks_and_lapses_into_supervision(convene, people, city):
    meeting = held(convene(), people)
    due_on = date(2026, 9, 5)  # a Saturday: the Monday after it holds
    whole = Decided("给恒轧机械送电", city.enterprises["恒轧机械"], city.organisations[POWER], due_on)
    life = Life(city)
    life.ticket = db.session.get_one(Ticket, minutes.decide(meeting, whole, actor=people["wujie"]).ticket_id)
    life.accept(Difficulty.IMMEDIATE).dispatch(assisting=[FINANCE]).sign()
    case, assisting = (clock_of(life.ticket, kind) for kind in (ClockKind.HANDLING, ClockKind.ASSISTING))
    assert case.due_at == assisting.due_at == life.ticket.due_at == shanghai("2026-09-07 17:30")
    assert case.limit == "13d"
    with life.here():
        panel = deadline.panel(dossier.open_for(people["wujie"], life.ticket.number))
    assert ("会议议定", "9月5日前办结") in panel.facts
    life.at("2026-09-07 17:31").sweep()
    assert Level.FIRST in set(db.session.scalars(select(Supervision.level)))
    told = reckon([as_happened(row) for row in events_of(life.ticket)], rulebook.current().calendar)
    assert {one.due_at for one in told if one.kind is ClockKind.HANDLING} == {case.due_at}


def test_handled_anew_the_difficulty_says_how_long(convene, people, city):
    whole = Decided("送电", city.enterprises["恒轧机械"], city.organisations[POWER], date(2026, 8, 31))
    life = Life(city)
    made = minutes.decide(held(convene(), people), whole, actor=people["wujie"])
    life.ticket = db.session.get_one(Ticket, made.ticket_id)
    life.accept().dispatch().sign().result().reply().call(is_solved=False, is_satisfied=False)
    assert (life.ticket.round, clock_of(life.ticket, ClockKind.HANDLING).limit) == (2, "5d")


def test_a_decision_without_a_limit_is_written_down_only(convene, people):
    meeting = held(convene(), people)
    assert minutes.decide(meeting, Decided("每季度再碰一次头"), actor=people["hening"]).ticket_id is None


@pytest.mark.parametrize(
    ("by", "changes", "refusal", "sentence"),
    [
        ("wujie", {"due_on": None}, BadInput, "一起写"),
        ("wujie", {"enterprise": None}, BadInput, "涉及哪家企业"),
        ("wujie", {"due_on": date(2026, 8, 1)}, BadInput, "不能早于"),
        ("wujie", {"due_on": date(2027, 8, 31)}, BadInput, "一年以内"),
        ("hening", {}, NotAllowed, "企业服务中心登记"),
    ],
)
def test_half_a_decision_is_refused_and_leaves_nothing(convene, people, city, by, changes, refusal, sentence):
    meeting = held(convene(), people)
    whole = {"enterprise": city.enterprises["恒轧机械"], "unit": city.organisations[POWER], "due_on": date(2026, 8, 31)}
    with pytest.raises(refusal, match=sentence):
        minutes.decide(meeting, Decided("送电", **(whole | changes)), actor=people[by])
    assert db.session.scalars(select(MeetingDecision)).all() == [] == db.session.scalars(select(Ticket)).all()


def test_the_database_holds_a_decision_to_its_ticket(convene, people, city):
    meeting = convene()
    with pytest.raises(sa.exc.IntegrityError):
        db.session.add(MeetingDecision(meeting_id=meeting.id, words="送电", unit_id=city.organisations[LAND].id,
                                       due_on=date(2026, 8, 31), decided_by_id=people["wujie"].user_id))
        db.session.flush()
    db.session.rollback()


def test_a_meeting_called_off_stays_with_its_reason(convene, people):
    meeting = convene()
    planning.call_off(meeting, reason="防汛", actor=people["hening"])
    assert not meeting.is_open and meeting.cancel_reason == "防汛"
    with pytest.raises(Refused):
        held(meeting, people)


def test_names_mean_one_thing_or_the_line_is_named(city, people):
    found = naming.enterprises(people["wujie"], "恒轧机械、91990102MA0002XY0C\n没有这家\n")
    assert found.ids == [city.enterprises["恒轧机械"].id, city.enterprises["鑫源包装"].id]
    assert "没有找到：没有这家" in found.complaint
    assert naming.units(f"市供电公司\n{LAND}").ids == [city.organisations[POWER].id, city.organisations[LAND].id]
    assert naming.people(people["wujie"], "刘敏 城东街道").ids == [people["liumin"].user_id]
    assert naming.enterprises(people["tangyi"], "宏达电商产业园").unknown == ["宏达电商产业园"]
