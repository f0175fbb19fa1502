"""防作弊监测 at the test client: who reaches it, what leads where; and that a rating keeps no address."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.base import db
from models.clocks import Clock, ClockOutcome
from models.ratings import RatingSource
from operations.insight import lately
from tests.shared import ENGINES_TRIED
from tests.views.counting import statements
from tests.views.tickets_desk import Desk

# What the engines decide is asked of the operations, on both.
pytestmark = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")


@pytest.fixture
def desk(guest, life):
    life.handling().at("2026-08-26 17:10").result().reply().call()
    return Desk(guest, life)


def test_every_line_leads_to_as_many_rows_as_it_says(desk):
    page = desk.opens("qianwei", "/monitor?month=2026-08")
    url = next(url for name, url in page.links.items() if name == "1 条依据，市供电公司临到期办结")
    evidence = desk.opens("qianwei", url)
    assert evidence.html.count("<tr data-row>") == 1 and "共 1 条" in evidence.words
    assert f"/tickets/{desk.number}" in evidence.links.values()
    assert "监测" in desk.opens("qianwei", "/watch").links and "防作弊监测" in desk.opens("hening", "/watch").links
    assert "这个月没有办结" in desk.opens("hening", "/monitor?month=2026-07").words
    assert "市供电公司" in desk.opens("hening", "/monitor/last-minute?month=2026-08").words


def test_the_page_says_of_when_it_is_and_counts_anew_when_asked(desk, app, monkeypatch, tmp_path):
    monkeypatch.setattr(lately, "KEPT_FOR", timedelta(minutes=10))
    monkeypatch.setitem(app.config, "VAR_DIR", tmp_path)
    board, section, line = "/monitor?month=2026-08", "/monitor/last-minute?month=2026-08", "1 条依据，市供电公司临到期办结"
    assert line in desk.opens("hening", board).links
    db.session.execute(update(Clock).where(Clock.stopped_at.is_not(None)).values(outcome=ClockOutcome.LATE))
    db.session.commit()
    for path in (board, section):
        page = desk.opens("hening", path)
        assert line in page.links and "统计于" in page.words
    desk.life.now += timedelta(minutes=9)
    assert line not in desk.opens("hening", page.links["重新统计"]).links
    assert line not in desk.opens("hening", board).links


def test_who_is_measured_does_not_read_it(desk):
    for username in ("zhoujian", "liumin", "hengzha"):
        assert desk.opens(username, "/monitor").status == 404
        assert desk.opens(username, "/monitor/one-address/evidence").status == 404


def test_what_cannot_be_read_asks_for_the_present_month(desk):
    assert desk.opens("hening", "/monitor?month=2026-13").status == 200
    assert desk.opens("hening", "/monitor/last-minute/evidence?month=x&after=y").status == 200
    for path in ("/monitor/nonsense", "/monitor/paused/evidence?of=x", "/monitor/paused/evidence?of=2000000000"):
        assert desk.opens("hening", path).status == 404, path


def test_a_rating_leaves_a_digest_apart_and_no_page_shows_it(desk):
    page = desk.opens("hengzha", f"/my/tickets/{desk.number}/rate")
    desk.sends("hengzha", page, "rate", grade="very_satisfied", named="no")
    source = db.session.scalars(select(RatingSource.source)).one()
    assert len(source) == 64
    for username, path in (("zhoujian", f"/tickets/{desk.number}?tab=outcome"), ("hening", "/monitor"),
                           ("hening", "/monitor/one-address/evidence")):
        html = desk.opens(username, path).html
        assert source not in html and "127.0.0.1" not in html


def test_only_the_monitor_asks_where_ratings_come_from(desk):
    with statements() as seen:
        for username, path in (("zhoujian", f"/tickets/{desk.number}?tab=outcome"), ("wujie", "/tickets"),
                               ("hening", "/watch")):
            desk.opens(username, path)
    assert not [text for text in seen if "rating_sources" in text]
