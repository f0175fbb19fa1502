"""R20: what fails takes nothing else with it, and the page says which step the site is on."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.clock_stops import ClockStop, ClockStopKind
from models.deliveries import Carrier, CarrierState
from operations.access.people import actor_named
from operations.delivery import fanout
from operations.delivery.leasing import ENOUGH_FAILURES
from operations.insight import finding, replica
from operations.supervision import clock_stops
from tests.views.tickets_desk import Desk


@pytest.fixture
def desk(life, guest):
    return Desk(guest, life.submit().accept().dispatch())


def test_without_texts_the_site_itself_tells_it_and_says_why_no_text_came(desk, app, monkeypatch):
    monkeypatch.setitem(app.config, "TEXTING", "console")
    with clock.standing_at(desk.life.now):
        fanout.deliver((Carrier.SMS,))
    told = desk.opens("chenjing", "/notices").words
    assert desk.ticket.subject in told and "短信" not in told
    db.session.execute(sa.update(CarrierState).where(CarrierState.carrier == Carrier.SMS).values(
        failures=ENOUGH_FAILURES
    ))
    db.session.commit()
    told = desk.opens("chenjing", "/notices").words
    assert "短信暂时发不出去" in told and desk.ticket.subject in told


@pytest.mark.parametrize("path", ["/search?q=恒轧", "/search/suggest?q=恒轧"])
def test_a_search_that_fails_leads_to_the_lists(desk, path, monkeypatch):
    gone = sa.select(sa.column("gone").label("id")).select_from(sa.table("no_such_index"))
    monkeypatch.setattr(finding, "_enterprises", lambda *_, most: db.session.execute(gone).all())
    page = desk.opens("hening", path)
    assert page.status == 200 and "搜索暂时不能用" in page.words
    assert desk.ticket.subject in desk.opens("hening", "/tickets?view=all").words


@pytest.mark.parametrize(("late", "is_shown"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
def test_figures_say_when_they_are_of_and_are_never_older_than_a_day(desk, app, late, is_shown, monkeypatch):
    monkeypatch.setattr(replica, "behind", lambda: late)
    monkeypatch.setitem(db._app_engines[app], "reports", db.engine)
    assert ("数据截至" in desk.opens("hening", "/figures").words) is is_shown


def test_by_a_wrong_clock_everything_is_read_and_nothing_is_written(desk):
    page = desk.opens("chenjing")
    stop = clock_stops.Found(ClockStopKind.FORWARD, 86_400, clock.now())
    clock_stops.halt(stop, wall=clock.now(), worker="one")
    answer = desk.sends("chenjing", page, "sign")
    assert answer.status == 503 and "服务器的时间不对" in answer.words and "刚才的内容没有提交" in answer.words
    for username, path in (("chenjing", None), ("hening", "/tickets"), ("hengzha", "/my")):
        told = desk.opens(username, path) if path else desk.opens(username)
        assert told.status == 200 and "系统暂时只能查看" in told.words and "时间跳变过" in told.words
    clock_stops.confirm(actor=actor_named("admin"), reason="与授时中心核对过")
    assert desk.sends("chenjing", page, "sign").status < 400
    assert "只能查看" not in desk.opens("chenjing").words


def test_after_a_long_outage_people_go_on_and_only_the_jobs_wait(desk):
    clock_stops.halt(clock_stops.Found(ClockStopKind.GAP, 300_000, clock.now()), wall=clock.now(), worker="one")
    assert db.session.scalars(sa.select(ClockStop.kind)).all() == [ClockStopKind.GAP]
    assert desk.sends("chenjing", desk.opens("chenjing"), "sign").status < 400
