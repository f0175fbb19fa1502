"""kill -9 of the application, and of the database, at any moment: nothing acknowledged is lost, nothing done twice."""

import random
import time

import pytest

from tests.drills import checking
from tests.drills.site import Site
from tests.drills.sizes import sized
from tests.drills.writers import Writers
from tests.shared import IS_DRILL

pytestmark = pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")

KILLS = {"sqlite": sized(15, 1000, 5000, name="KILLS"), "postgresql": sized(15, 200, 1000, name="KILLS")}
DATABASE_KILLS, PLANTED_KILLS = sized(5, 100, 500, name="KILLS"), 5
REST_AFTER = 100
# A third is killed while it starts, the others once so many notes were acknowledged, and all a moment later.
HEARD, A_MOMENT, LOOKED_BACK = (0, 0, 1, 2, 4, 8), 0.7, 50


@pytest.fixture
def url(engine, request, tmp_path):
    if engine == "sqlite":
        return f"sqlite:///{tmp_path}/site.sqlite3"
    return request.getfixturevalue("durable_server").url


def fought(site, kills, *, kill):
    """Writers write and the sweep sweeps while one process after the other is killed: the writers, and what is amiss.

    Looked at lightly before every kill that anything was acknowledged before, and wholly at rest after every hundred.
    """
    chance, found = random.Random(kills), []
    site.settle(kills)
    site.start()
    writers = Writers(site)
    for done in range(0, kills, REST_AFTER):
        some = min(REST_AFTER, kills - done)
        writers.go()
        site.let_lapse(some, some)
        for _ in range(some):
            found += survived(site, writers, chance.choice(HEARD))
            time.sleep(A_MOMENT * chance.random())
            kill(chance)
            site.start()
        found += at_rest(site, writers)
    return writers, found


def survived(site, writers, more):
    """What is missing of what was acknowledged before the last kills, once so many more notes were taken."""
    if not more:
        return []
    known = len(writers.acknowledged)
    writers.hear(more)
    return checking.missing(site, list(writers.acknowledged)[max(0, known - LOOKED_BACK):known])


def at_rest(site, writers):
    """What is amiss once nobody writes and the sweep has come upon every lapse."""
    writers.hear(8)
    writers.stop()
    site.sweep_up()
    return checking.amiss(site, writers)


def said_of(writers):
    asked_again = sum(writers.answers.values()) - len(writers.acknowledged)
    return f"应答 {len(writers.acknowledged)} 件，重发 {asked_again} 次，丢 0，重 0"


@pytest.mark.parametrize("engine", KILLS)
def test_killing_the_application_loses_nothing_and_doubles_nothing(engine, url, tmp_path, measured):
    with Site(tmp_path, url, is_forked=True) as site:
        writers, found = fought(site, KILLS[engine], kill=site.kill)
    assert found == []
    measured(f"{KILLS[engine]} 次", said_of(writers))


def test_killing_the_database_loses_nothing_and_doubles_nothing(durable_server, tmp_path, measured):
    with Site(tmp_path, durable_server.url, is_forked=True) as site:
        writers, found = fought(site, DATABASE_KILLS, kill=lambda _chance: durable_server.kill())
    assert found == []
    measured(f"{DATABASE_KILLS} 次", said_of(writers))


@pytest.mark.parametrize(("plant", "finding"), [("early", "acknowledged are lost"), ("twice", "are there twice")])
def test_a_planted_fault_is_found(plant, finding, tmp_path, measured):
    url = f"sqlite:///{tmp_path}/site.sqlite3"
    with Site(tmp_path, url, entry="tests.drills.planted:app", is_forked=True, PLANT=plant) as site:
        _, found = fought(site, PLANTED_KILLS, kill=site.kill)
    assert any(finding in words for words in found), found
    measured(f"{PLANTED_KILLS} 次", f"找到：{found[0]}")
