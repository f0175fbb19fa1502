"""A worker of the site looks at its database before it answers anybody."""

import pytest
import sqlalchemy as sa

from app import at_start
from environment import ConfigurationError
from models.base import db
from operations import protection
from operations.base import operation


@pytest.fixture
def versioned(app, clean_database):
    """The database says it is of another version."""

    @operation
    def say(version):
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})

    with app.app_context():
        yield say
        say(at_start.newest())


def test_it_starts_on_a_database_of_its_own_version_or_a_newer_one(app, versioned):
    at_start.ensure_migrated(app)
    versioned("9999")
    at_start.ensure_migrated(app)


def test_it_refuses_one_that_is_behind_and_says_what_to_do(app, versioned):
    versioned("0001")
    with pytest.raises(ConfigurationError, match="现为 0001.*zhitongche init"):
        at_start.ensure_migrated(app)


def test_a_missing_file_is_not_made(app, monkeypatch, tmp_path):
    monkeypatch.setattr(at_start, "sqlite_path", lambda: str(tmp_path / "none.sqlite3"))
    with pytest.raises(ConfigurationError, match="空库"):
        at_start.ensure_migrated(app)
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_away_just_now_is_waited_for(app, monkeypatch):
    def away():
        raise sa.exc.OperationalError("", {}, ConnectionRefusedError())

    monkeypatch.setattr(at_start, "revision", away)
    at_start.ensure_migrated(app)


def test_it_finds_out_at_once_whether_it_may_only_be_read(app, monkeypatch):
    monkeypatch.setattr(protection, "why", lambda: (_ for _ in ()).throw(sa.exc.OperationalError("", {}, None)))
    at_start.look_at_the_log(app)
    asked = []
    monkeypatch.setattr(protection, "why", lambda: asked.append("once"))
    at_start.look_at_the_log(app)
    assert asked == ["once"]
