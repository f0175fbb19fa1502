"""Two database accounts: by one the tables are made, by the other the site lives and cannot touch what keeps them."""

import os
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.at_start import ensure_migrated
from app.ground import ground_floor
from benchmarks import postgres as server
from environment import ConfigurationError
from jobs.schedule import SCHEDULE
from models import clock
from models.base import db
from models.months import partitions
from operations import log, months, verification
from operations.access.actor import SYSTEM
from operations.base import operation
from operations.demo import life as demo_life
from tests import postgres
from tests.app.conftest import Terminal
from tests.conftest import SettledCity, build_city, settings_for
from tests.lives import Life
from tests.shared import IS_DRILL

pytestmark = [pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True, scope="session")]
# What whoever has the site's password might try, and what the database says to it.
REFUSED = (
    "UPDATE events SET body = ''", "DELETE FROM events", "TRUNCATE events CASCADE", "DELETE FROM event_words",
    "UPDATE {month} SET body = ''", "DELETE FROM {month}", "INSERT INTO {month} SELECT * FROM events LIMIT 1",
    "ALTER TABLE events DISABLE TRIGGER ALL", "DROP TRIGGER events_kept ON events", "ALTER TABLE events ADD x integer",
    "ALTER TABLE {month} DISABLE TRIGGER USER", "DROP TABLE {month}", "DROP TABLE notices", "DELETE FROM tickets",
    "CREATE TABLE mine (id integer)",
    "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE RULE r AS ON INSERT TO events DO INSTEAD NOTHING", "CREATE INDEX mine ON events (at)",
    "UPDATE alembic_version SET version_num = '0001'", "INSERT INTO months VALUES ('2999-01', 1, 1, 1)",
    "SET session_replication_role = replica", "ALTER FUNCTION begin_month(text, timestamptz) SECURITY INVOKER",
    "LOCK TABLE events IN ACCESS EXCLUSIVE MODE", "SET ROLE {owner}",
)


DENIED = re.compile("permission denied|must be owner|must be able to SET ROLE|is not permitted")
OWNED = "SELECT count(*) FROM pg_class WHERE relowner = CAST(current_user AS regrole) AND relnamespace = 2200"


class Accounts:
    """A database, its owner and whoever may only read and write in it; gone with ``drop``."""

    def __init__(self, base_url, name):
        self.base_url, self.name = base_url, name
        url = sa.make_url(base_url).set(password="secret", database=name)
        self.owner, self.site = (url.set(username=f"{name}_{who}") for who in ("owner", "site"))
        self.do(*(f"CREATE ROLE {one.username} LOGIN CREATEDB PASSWORD 'secret'" for one in (self.owner, self.site)),
                f"CREATE DATABASE {name} OWNER {self.owner.username} TEMPLATE template0 ENCODING 'UTF8'")

    def environment(self, folder):
        return {"VAR_DIR": str(folder), "ZHITONGCHE_ENV": "", "DATABASE_URL": shown(self.site),
                "MIGRATIONS_DATABASE_URL": shown(self.owner)}

    def do(self, *statements, url=None):
        engine = sa.create_engine(url or self.base_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def drop(self):
        for name in server.databases_named(self.base_url, self.name):
            server.drop_database(self.base_url, name)
        self.do(*(f"DROP ROLE {one.username}" for one in (self.site, self.owner)))


def shown(url):
    return url.render_as_string(hide_password=False)


def begin_a_month():
    with clock.standing_at(clock.now() + timedelta(days=40)):
        return months.keep().done


@operation
def log_something():
    log.record("accept", object_type="ticket", object_id=1, actor=SYSTEM, ticket_id=1)


def refusal_of(statement):
    with pytest.raises(sa.exc.DBAPIError) as refused, db.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    return str(refused.value.orig)


@pytest.fixture(scope="module")
def accounts(engine_name, database):
    made = Accounts(os.environ[postgres.BASE_URL], f"{database.name}_two")
    yield made
    made.drop()


@pytest.fixture(scope="module")
def terminal(accounts, tmp_path_factory):
    """A site that its owner has set up, and whoever types commands on it."""
    folder = tmp_path_factory.mktemp("two")
    terminal = Terminal(accounts.environment(folder), folder)
    told = terminal("init")
    assert told.exit_code == 0, told.output
    return terminal


@pytest.fixture(scope="module")
def lived_in(accounts, terminal):
    """The city by the site's own account, and a ticket that went all the way; in a drill the whole demonstration."""
    settings = type("Site", (settings_for(shown(accounts.site)),), {"VAR_DIR": terminal.folder})
    ground = ground_floor(settings)
    with ground.app_context():
        if IS_DRILL:
            demo_life.live()
        else:
            build_city()
            Life(SettledCity()).handling().sign().result().reply().call().rate()
        db.session.remove()
        db.engine.dispose()
    return ground


@pytest.fixture
def site(lived_in):
    """Within its ground floor."""
    with lived_in.app_context():
        yield lived_in
        db.session.remove()
        db.engine.dispose()


def test_the_site_lives_by_its_own_account(site, accounts):
    tallies = {job.name: job.run(site.config) for job in SCHEDULE if job.name != "months"}
    assert [name for name, tally in tallies.items() if tally.error] == []
    assert begin_a_month() == 1
    log_something()
    assert verification.verify().is_whole
    assert db.session.execute(sa.text(f"SELECT current_user, ({OWNED})")).one() == (accounts.site.username, 0)


def test_whoever_has_the_sites_password_can_add_to_the_log_and_nothing_else(site, accounts):
    begin_a_month()
    month = max(name for name in partitions(db.session.connection()) if name.startswith("events_2"))
    db.session.remove()
    told = {said: refusal_of(said.format(month=month, owner=accounts.owner.username)) for said in REFUSED}
    assert {said: words for said, words in told.items() if not DENIED.search(words)} == {}


def test_a_backup_is_taken_by_the_site_and_restored_by_the_owner(lived_in, terminal, tmp_path):
    by_the_site = terminal.environment | {"MIGRATIONS_DATABASE_URL": ""}
    assert terminal("backup", str(tmp_path / "b"), **by_the_site).exit_code == 0
    assert terminal("restore", "--check", str(tmp_path / "b"), **by_the_site).exit_code == 0
    restored = terminal("restore", "--replace", str(tmp_path / "b"))
    assert restored.exit_code == 0, restored.output
    with lived_in.app_context():  # nobody has been given any right in it yet
        assert DENIED.search(refusal_of("SELECT count(*) FROM tickets"))
        assert "MIGRATIONS_DATABASE_URL 运行 zhitongche init" in terminal("jobs", "run", "sweep", **by_the_site).stderr
        with pytest.raises(ConfigurationError, match="zhitongche init"):
            ensure_migrated(lived_in)
        assert terminal("init").exit_code == 0
        assert db.session.scalar(sa.text("SELECT count(*) FROM tickets")) > 0
        db.session.remove()
        assert DENIED.search(refusal_of("UPDATE events SET body = ''"))
        db.engine.dispose()


def test_an_account_that_could_help_itself_to_more_is_none(terminal, accounts):
    accounts.do(f"GRANT {accounts.owner.username} TO {accounts.site.username}")
    try:
        refused = terminal("init")
    finally:
        accounts.do(f"REVOKE {accounts.owner.username} FROM {accounts.site.username}")
    assert refused.exit_code == 1 and "能成为属主" in refused.stderr
    assert "是库或表的属主" in terminal("init", DATABASE_URL=shown(accounts.owner)).stderr
    assert "没有 DATABASE_URL 的账户" in terminal("init", DATABASE_URL=shown(accounts.site.set(username="nobody"))).stderr
    assert "同一个 PostgreSQL 数据库" in terminal("init", DATABASE_URL=shown(accounts.site.set(database="other"))).stderr
