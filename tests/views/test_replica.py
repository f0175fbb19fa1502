"""备库: pages of reports read it and say up to when; acts and every other page read the site's own database."""

import pytest
from sqlalchemy import event

from app import create_app
from models.base import REPORTS, db
from tests.browser import Browser
from tests.conftest import settings_for
from tests.views.guest import Guest

AWAY = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"


@pytest.fixture
def at(city, database_url):
    """A site whose reports read this address, with a supervisor signed in; and what is asked there."""

    def site(address):
        settings = type("Settings", (settings_for(database_url),), {"REPORTS_DATABASE_URL": address})
        app = create_app(settings)
        app.test_client_class = Browser
        made.append(app)
        asked = []
        with app.app_context():
            event.listen(db.engines[REPORTS], "before_cursor_execute", lambda *given: asked.append(given[2]))
        return Guest(app, "hening").client, asked

    made = []
    yield site
    for app in made:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


@pytest.mark.parametrize("path", ["/figures", "/ratings", "/ratings/completeness", "/registers/extensions", "/monitor"])
def test_a_report_is_read_there_and_says_up_to_when(at, database_url, path):
    browser, asked = at(database_url)
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "来自报表备库" in answer.text
    assert len(asked) > 1


def test_no_other_page_and_no_act_reads_there(at, database_url):
    browser, asked = at(database_url)
    assert "来自报表备库" not in browser.get("/tickets").text
    browser.post("/ratings/export")
    browser.post("/feedback", data={"words": "表格太宽"})
    assert asked == []


def test_a_replica_that_is_away_costs_nobody_a_page(at):
    browser, asked = at(AWAY)
    answer = browser.get("/figures")
    assert answer.status_code == 200
    assert "来自报表备库" not in answer.text
    assert browser.get("/readyz").json["checks"]["replica"] == "late"


def test_what_writes_never_reads_there_whatever_is_asked(app):
    with app.app_context():
        db.session.info["reports"] = True
        assert db.session.get_bind() is db.engine
