"""Every test that asks for the app runs on SQLite and on PostgreSQL, on a database as the migrations leave it."""

import functools
import gc
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from sqlalchemy import select

from app import create_app
from app.upgrading import upgrade
from benchmarks.postgres import NoServer
from config import Testing
from models import clock
from models.access import User
from models.base import db
from models.directory import Enterprise, Organisation, Region
from operations.access.people import actor_named
from operations.clocks import rulebook
from operations.demo import city as demo_city
from operations.demo import life as demo_life
from operations.insight import lately
from tests import postgres, shared
from tests.browser import Browser
from tests.lives import LIVED
from tests.sqlite import SQLite

pytest_plugins = ["tests.drills.measuring"]
ENGINES = {"sqlite": SQLite, "postgresql": postgres.Postgres}
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
IN_CI = os.environ.get("CI") == "true"
NEXT = pytest.StashKey()
HERE = Path(__file__).parent
# What the databases hold by themselves, or decide among many: asked of both engines in every run.
ASKED_OF_BOTH = ("jobs", "security", "web", "operations/ratings", "operations/supervision", "operations/tickets")

# Explaining an example runs whole histories again for minutes; the shrunk example says enough.
PHASES = set(hypothesis.Phase) - {hypothesis.Phase.explain}
hypothesis.settings.register_profile("house", deadline=None, derandomize=IN_CI, phases=PHASES)
hypothesis.settings.load_profile("house")

# A test counts statements, publishes rules and opens figures again within the time for which a page believes the last.
rulebook.LATELY_SECONDS = 0.0
lately.KEPT_FOR = timedelta()


def pytest_sessionstart(session):
    gc.set_threshold(100_000, 50, 100)
    shared.open_room(session.config)
    if session.config.getoption("numprocesses", None):
        postgres.start_server(session.config)


def pytest_collection_finish(session):
    """What is loaded stays loaded: the collector of garbage, an eighth of the time, need not go through it again."""
    gc.freeze()


def pytest_collection_modifyitems(config, items):
    """A usual run of everything asks some tests of the two engines in turn, the next TURN the other way round.

    Triggers, constraints, claims and locks are each engine's own: those tests are asked of both. Which engine it is
    shows on no page, and test_matrix.py opens every page on either. A drill asks everything of both.
    """
    if shared.IS_DRILL or not (shared.is_worker(config) or config.getoption("numprocesses", None)):
        return
    in_turn = [item for item in items if not is_asked_of_both(item.path.relative_to(HERE))]
    left = set()
    for place, (sqlite, postgresql) in enumerate(pairs(in_turn)):
        left.add(sqlite if (place + shared.TURN) % 2 else postgresql)
    items[:] = [item for item in items if item not in left]


def is_asked_of_both(path):
    return path.parent in (Path(), Path("operations")) or any(path.is_relative_to(name) for name in ASKED_OF_BOTH)


def pairs(items):
    """The same test on SQLite and on PostgreSQL, where it is asked of both."""
    found = {}
    for item in items:
        found.setdefault(item.nodeid.replace("postgresql", "sqlite"), []).append(item)
    return [pair for pair in found.values() if len(pair) == 2]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Let a test that ends know the next one, which may want the rows of the city at once."""
    item.stash[NEXT] = nextitem
    return (yield)


def rows_wanted_next(request):
    """The name of the rows that the next test on this database begins with."""
    after = request.node.stash[NEXT]
    is_same = after and getattr(after, "callspec", None) and engine_of(after) == engine_of(request.node)
    asks_for_city = is_same and "city" in after.fixturenames and not after.get_closest_marker("shares_rows")
    return "city" if asks_for_city and "city" in request.getfixturevalue("database").remembered else shared.MIGRATED


def engine_of(item):
    return item.callspec.params.get("engine_name")


def settings_for(url):
    """Testing with a database, and with a folder of its own for what is kept at run time."""
    var = shared.room() / f"var-{shared.worker_name()}"
    return type("Settings", (Testing,), {"SQLALCHEMY_DATABASE_URI": url, "VAR_DIR": var})


def migrate(url):
    app = create_app(settings_for(url))
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session", params=ENGINES)
def engine_name(request):
    if request.param == "postgresql":
        postgres.start_server(request.config)
    return request.param


@pytest.fixture(scope="session")
def database(engine_name):
    """This worker's database: ``url``, ``restore()`` to what the migrations left, ``remember(name)`` for more."""
    try:
        database = ENGINES[engine_name](migrate)
    except NoServer as missing:
        (pytest.fail if IN_CI else pytest.skip)(str(missing))
    yield database
    database.close()


@pytest.fixture(scope="session")
def database_url(database):
    return database.url


@pytest.fixture(scope="session")
def app(database_url):
    app = create_app(settings_for(database_url))
    app.test_client_class = Browser
    app.jinja_env.undefined = StrictUndefined  # style.md: what a page does not know is a mistake, and no empty place
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(shared.room())  # one compiles, the others read
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def clean_database(request):
    """A test that asks for the app stands in its context, and what it wrote is gone afterwards.

    Rows that are dear to make may be made once: a module's or class's fixture makes them and calls
    ``database.restore()`` when it ends, and every test of that module or class carries the mark ``shares_rows``.
    """
    if "app" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("app").app_context():
        yield
        db.session.remove()
    if not request.node.get_closest_marker("shares_rows"):
        request.getfixturevalue("database").restore(rows_wanted_next(request))


@pytest.fixture
def client(app):
    return app.test_client()


@functools.cache
def password_hash():
    """Of the accounts of the city, by parameters that take no time: thousands sign in."""
    return QUICK.hash(demo_city.PASSWORD)


@pytest.fixture
def calendar_as_migrated(app):
    """Rows of the calendar that a test published are gone afterwards, and so is what was read of them."""
    yield
    rulebook.forget()


@pytest.fixture
def city(app, database):
    """The demonstration city, empty of tickets; see ``operations/demo/city.py`` for who is who."""
    return settle_city(database)


def settle_city(database):
    """The city of an empty database, for a module's or class's own fixture; to be called in the app's context."""
    database.recall("city", build_city)
    return SettledCity(database)


def build_city():
    with clock.standing_at(datetime(2026, 1, 5, tzinfo=UTC)):
        demo_city.build(password_hash())
    db.session.remove()


def settle_life(database):
    """The city in the middle of a believable life, every kind of ticket at every station; as ``settle_city``."""
    database.recall("life", build_life)


def build_life():
    with clock.standing_at(LIVED):
        demo_life.live()
    db.session.remove()


class SettledCity:
    """The rows of the city by name, read when first asked for: most tests ask for one table of the four."""

    def __init__(self, database=None):  # without one: as it stands, whatever has happened there
        self.database = database

    def goes_on(self, name, steps):
        """Let the steps happen; on a city that nobody has touched, take what they left when they first did."""
        if self.database is None or not self.database.is_at("city"):
            return steps()
        db.session.rollback()
        self.database.recall(name, lambda: (self.database.restore("city"), steps()))

    regions = functools.cached_property(lambda _: by("code", Region))
    organisations = functools.cached_property(lambda _: by("name", Organisation))
    users = functools.cached_property(lambda _: by("username", User))
    enterprises = functools.cached_property(lambda _: by("short_name", Enterprise))


def by(name, model):
    return {getattr(row, name): row for row in db.session.scalars(select(model))}


@pytest.fixture
def people(city):
    """``people["liumin"]``: the actor of an account of the city."""
    return People()


class People:
    def __getitem__(self, username):
        return actor_named(username)
