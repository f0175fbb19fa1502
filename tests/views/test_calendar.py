"""The working calendar: everybody reads it, two people change it, and both see first what moves."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import CalendarDay, CalendarYear
from models.log import Event
from models.notices import Notice
from operations import notices
from tests.lives import Life, shanghai
from tests.views.digests import digests
from views import calendar

SUBJECT = "厂区外接线路迟迟未送电"
NOW = shanghai("2026-08-20 10:00")
TYPHOON = {"day": "2026-08-24", "kind": "off", "reason": "台风停工"}
pytestmark = pytest.mark.usefixtures("calendar_as_migrated")


@pytest.fixture
def life(city):
    return Life(city).handling()


def change(reader, **fields):
    reader.get("/calendar/change")
    return reader.post("/calendar/change", {"form_key": "first-of-its-kind", "step": "", **TYPHOON, **fields})


def propose(reader):
    """The list of what would move, then the same form again: where the draft lies."""
    change(reader)
    fields = {name: reader.hidden()[name] for name in ("step", "form_key")}
    assert reader.post("/calendar/change", TYPHOON | fields) == 302
    return reader.answer.location


def approve(reader, draft):
    reader.get(draft)
    return reader.post(f"{draft}/approve", {"approve-answer": ""})


@pytest.mark.parametrize("username", ["hengzha", "liumin", "wujie", "security", "audit"])
def test_everybody_reads_the_calendar(city, sign_in, username):
    with clock.standing_at(NOW):
        reader = sign_in(username)
        before = digests()
        assert [reader.get(path) for path in ("/calendar/2026", "/calendar/2028") * 2] == [200] * 4
        assert "暂按周末和固定节日计算" in reader.text
        assert ("调整一天" in reader.text) is ("以前的草案" in reader.text) is (username == "security")
        assert reader.get("/calendar") == 302 and reader.answer.location.endswith("/calendar/2026")
        assert digests() == before


def test_a_year_far_away_has_no_page(city, sign_in):
    with clock.standing_at(NOW):
        reader = sign_in("wujie")
        assert [reader.get(f"/calendar/{year}") for year in ("1999", "2029", "99999999999", "x")] == [404] * 4


@pytest.mark.parametrize("username", ["admin", "audit", "wujie", "zhoujian", "hengzha"])
def test_nobody_else_changes_it(life, sign_in, username):
    with clock.standing_at(NOW):
        reader = sign_in(username)
        assert [reader.get("/calendar/change"), reader.post("/calendar/change", TYPHOON | {"step": "propose"}),
                reader.post("/calendar/2028/confirm", {"source": "x", "step": "propose"})] == [404] * 3
    assert db.session.scalar(select(CalendarDay)) is None


def test_what_moves_is_shown_to_both_before_and_after_it_is_published(life, sign_in):
    with clock.standing_at(NOW):
        reader = sign_in("security")
        assert change(reader) == 200
        for words in ("公布后会改动 1 个时限", life.ticket.number, "8月26日 17:30", "8月27日 17:30", "提交审批"):
            assert words in reader.text
        draft = propose(reader)
        reader.get(draft)
        assert "提出的人不能自己审批" in reader.text and "批准并公布" not in reader.text
        reader.get("/calendar/2026")
        assert "有一份草案待审批" in reader.text and "调整一天" not in reader.text
        assert db.session.scalar(select(CalendarDay)) is None

        other = sign_in("hening")
        other.get("/calendar/2026")
        assert "台风停工" in other.text and "改为放假" in other.text
        other.get(draft)
        assert "批准并公布，改动 1 个时限" in other.text and life.ticket.number in other.text
        assert other.post(f"{draft}/decline", {}) == 422 and "请写明理由" in other.text
        assert approve(other, draft) == 200
    assert "已公布，改动 1 个时限" in other.text and SUBJECT not in other.text
    db.session.expire_all()
    assert life.ticket.due_at == shanghai("2026-08-27 17:30")
    told = db.session.scalars(select(Event).where(Event.action == "publish_calendar")).one()
    assert life.ticket.number in told.body and "2026-08-27T09:30:00+00:00" in told.body


def test_the_message_about_it_leads_to_it(life, sign_in):
    with clock.standing_at(NOW):
        draft = propose(sign_in("security"))
        notices.deliver()
        told = select(Notice.id).where(Notice.user_id == life.city.users["hening"].id, Notice.subject == "日历草案待审批")
        other = sign_in("hening")
        assert other.post(f"/notices/{db.session.scalars(told).one()}/open", page="/notices") == 302
        assert other.answer.location == draft and other.get(draft) == 200


def test_what_can_no_longer_be_published_says_so_and_can_only_be_sent_back(life, sign_in):
    with clock.standing_at(NOW):
        draft = propose(sign_in("security"))
    with clock.standing_at(shanghai("2026-08-25 09:00")):
        other = sign_in("hening")
        assert other.get(draft) == 200
        assert "已经过去的日期不能改" in other.text and "批准并公布" not in other.text
        assert other.post(f"{draft}/approve", {"approve-answer": "照办"}) == 422
        assert other.post(f"{draft}/decline", {"decline-answer": "晚了"}) == 302
        other.get("/calendar/2026")
    assert "未批准" in other.text and "调整一天" in other.text


def test_a_second_draft_waits_for_the_first_and_keeps_what_was_typed(life, sign_in):
    with clock.standing_at(NOW):
        propose(sign_in("security"))
        other = sign_in("hening")
        assert change(other, day="2026-08-25", reason="停电", step="propose") == 409
    assert "已有一份草案待审批" in other.text and "停电" in other.html


def test_what_was_refused_is_shown_anew_before_it_is_proposed(life, sign_in):
    with clock.standing_at(NOW):
        reader = sign_in("security")
        for mistake, status in (({"reason": ""}, 422), ({"day": "2026-08-19"}, 422)):
            assert change(reader, step="propose", **mistake) == status
            assert reader.hidden()["step"] == "" and "看会改动哪些时限" in reader.text
        assert change(reader) == 200 and reader.hidden()["step"] == "propose"


def test_a_long_wait_is_told_before_it_begins(life, sign_in, monkeypatch):
    assert [calendar.seconds_of(moved) for moved in (0, 1999, 2000, 10_000)] == [0, 0, 2, 13]
    with clock.standing_at(NOW):
        reader = sign_in("security")
        assert change(reader) == 200 and "暂时不能办理" not in reader.text
        monkeypatch.setattr(calendar, "seconds_of", lambda moved: 13)
        assert change(reader) == 200 and "大约需要 13 秒" in reader.text and "暂时不能办理" in reader.text


def published(sign_in):
    draft = propose(sign_in("security"))
    assert approve(sign_in("hening"), draft) == 200


def test_the_ticket_tells_its_own_people_what_moved(life, sign_in):
    with clock.standing_at(NOW):
        published(sign_in)
        reader = sign_in("wujie")
        reader.get(f"/tickets/{life.ticket.number}")
    assert "办结时限 8月26日 17:30 → 8月27日 17:30" in reader.text


def test_approving_twice_is_publishing_once(life, sign_in):
    with clock.standing_at(NOW):
        draft = propose(sign_in("security"))
        other = sign_in("hening")
        other.get(draft)
        fields = {"approve-answer": "", "approve-form_key": other.hidden()["approve-form_key"]}
        assert [other.post(f"{draft}/approve", fields), other.post(f"{draft}/approve", fields)] == [200, 302]
    assert len(db.session.scalars(select(CalendarDay)).all()) == 1


def test_a_refusal_keeps_what_was_typed(life, sign_in):
    with clock.standing_at(NOW):
        reader = sign_in("security")
        assert change(reader, day="2026-08-19") == 422
        assert "已经过去的日期不能改" in reader.text and "台风停工" in reader.html
        assert change(reader, day="2026-13-40") == 422
        assert change(reader, reason="因" * 201) == 422 and "现有 201 字" in reader.text
        assert change(reader, kind="work") == 422 and "本来就是工作日" in reader.text


def test_a_published_change_stands_in_the_calendar_with_who_and_why(life, sign_in):
    with clock.standing_at(NOW):
        published(sign_in)
        reader = sign_in("liumin")
        reader.get("/calendar/2026")
    assert "台风停工" in reader.text and "何宁 批准" in reader.text and "cal-local-off" in reader.html
    assert "以前的草案" not in reader.text


def test_a_confirmed_year_is_no_longer_provisional(city, sign_in):
    with clock.standing_at(NOW):
        reader = sign_in("security")
        fields = {"source": "国办发明电〔2027〕1号", "form_key": "confirming-2028"}
        reader.post("/calendar/2028/confirm", fields, page="/calendar/2028/confirm")
        assert "公布后会改动 0 个时限" in reader.text
        reader.post("/calendar/2028/confirm", fields | {"step": "propose"})
        assert approve(sign_in("hening"), reader.answer.location) == 200
        reader.get("/calendar/2028")
        assert "暂按周末和固定节日计算" not in reader.text and "国办发明电〔2027〕1号" in reader.text
        assert reader.post("/calendar/2028/confirm", fields | {"step": "", "form_key": "again-and-again"}) == 422
    assert db.session.scalars(select(CalendarYear.year)).all() == [2028]
