"""The tests' own surroundings keep what they promise: a clean database, and requests apart from the test."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import has_app_context

from models import clock
from models.base import Base, db
from models.clocks import CalendarDay
from operations.clocks import rulebook
from tests.browser import without_flask

# By name: PostgreSQL may count several at once, and tells them as they come.
COUNTS = sa.text(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in Base.metadata.tables))
EVENT = sa.text(
    "INSERT INTO events (seq, at, action, object_type, is_public, body, alg, prev, hash)"
    " VALUES (99, '2026-01-01', 'accept', 'ticket', false, '{}', 'sha256', 'p', 'h')"
)


def rows():
    counts = dict(db.session.execute(COUNTS).all())
    db.session.rollback()
    return counts


@pytest.fixture
def one_event(app):
    db.session.execute(EVENT)
    db.session.commit()


def test_restoring_takes_even_the_append_only_log_back(app, database):
    as_migrated = rows()
    db.session.execute(EVENT)
    db.session.commit()
    assert rows() != as_migrated

    database.restore()

    assert rows() == as_migrated


def test_what_was_read_of_the_calendar_goes_with_the_rows(app, database):
    read = []
    for off in (date(2026, 4, 28), date(2026, 4, 29)):
        db.session.add(CalendarDay(day=off, is_working=False, like_weekday=None, reason="全市停电"))
        db.session.commit()
        read.append(rulebook.current().calendar.is_working_day(date(2026, 4, 29)))
        db.session.remove()
        database.restore()
    assert read == [True, False]


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_begins_with_the_same_rows(one_event, time):
    assert db.session.scalar(sa.text("SELECT count(*) FROM events WHERE seq = 99")) == 1


@pytest.fixture(scope="class")
def dear_event(app, database):
    with app.app_context():
        db.session.execute(EVENT)
        db.session.commit()
    yield
    database.restore()


@pytest.mark.shares_rows
class TestRowsThatAreDearToMake:
    @pytest.mark.parametrize("time", ["first", "second"])
    def test_they_may_be_made_once_for_a_class(self, dear_event, time):
        assert db.session.scalar(sa.text("SELECT count(*) FROM events WHERE seq = 99")) == 1


def test_a_test_may_end_in_the_middle_of_a_transaction(app):
    db.session.execute(EVENT)


def test_a_request_does_not_wait_for_the_test_that_makes_it(client, one_event):
    db.session.execute(sa.text("SELECT 1"))  # SQLite: this holds the one right to write
    assert client.post("/").status_code < 500


def test_a_request_finds_the_clock_of_the_test_but_not_its_app(app):
    moment = datetime(2026, 2, 14, tzinfo=UTC)
    with clock.standing_at(moment):
        assert without_flask().run(lambda: (clock.now(), has_app_context())) == (moment, False)
