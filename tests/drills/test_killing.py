"""kill -9 of the application, and of the database, at any moment: nothing acknowledged is lost, nothing done twice."""

import random

import pytest

from benchmarks import postgres
from tests.drills import checking
from tests.drills.site import DURABLE, Site
from tests.drills.sizes import sized
from tests.drills.writers import Writers
from tests.shared import IS_DRILL

pytestmark = pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")

KILLS = sized(15, 1000, 5000, name="KILLS")
DATABASE_KILLS, PLANTED_KILLS = sized(5, 100, 500, name="KILLS"), 5
LAPSING, SECONDS_A_KILL = 2, 3


@pytest.fixture
def durable_server():
    """One of our own that keeps what it has acknowledged, and comes back when it is killed."""
    try:
        server = postgres.Server(settings=DURABLE)
    except postgres.NoServer as missing:
        pytest.skip(str(missing))
    postgres.wait_until_ready(server.url)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/site.sqlite3"
    return request.getfixturevalue("durable_server").url


def fought(site, kills, *, kill):
    """Writers write and the sweep sweeps while one process after the other is killed; then all comes to rest."""
    chance = random.Random(kills)
    site.settle(LAPSING * kills, SECONDS_A_KILL * kills)
    site.start()
    writers = Writers(site)
    for _ in range(kills):
        writers.hear(chance.randrange(12))
        kill(chance)
        site.start()
    writers.hear(8)
    writers.stop()
    site.sweep_up()
    return writers


def said_of(writers):
    asked_again = sum(writers.answers.values()) - len(writers.acknowledged)
    return f"应答 {len(writers.acknowledged)} 件，重发 {asked_again} 次，丢 0，重 0"


def test_killing_the_application_loses_nothing_and_doubles_nothing(url, tmp_path, measured):
    with Site(tmp_path, url) as site:
        writers = fought(site, KILLS, kill=site.kill)
        assert checking.amiss(site, writers) == []
    measured(f"{KILLS} 次", said_of(writers))


def test_killing_the_database_loses_nothing_and_doubles_nothing(durable_server, tmp_path, measured):
    with Site(tmp_path, durable_server.url) as site:
        writers = fought(site, DATABASE_KILLS, kill=lambda _chance: durable_server.kill())
        assert checking.amiss(site, writers) == []
    measured(f"{DATABASE_KILLS} 次", said_of(writers))


@pytest.mark.parametrize(("plant", "finding"), [("early", "acknowledged are lost"), ("twice", "are there twice")])
def test_a_planted_fault_is_found(plant, finding, tmp_path, measured):
    with Site(tmp_path, f"sqlite:///{tmp_path}/site.sqlite3", entry="tests.drills.planted:app", PLANT=plant) as site:
        writers = fought(site, PLANTED_KILLS, kill=site.kill)
        found = checking.amiss(site, writers)
    assert any(finding in words for words in found), found
    measured(f"{PLANTED_KILLS} 次", f"找到：{found[0]}")
