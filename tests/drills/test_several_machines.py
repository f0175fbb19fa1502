"""Two web servers on one database behind the nginx of deploy/: one ends, and the other goes on with the same people."""

import os
import random
import time

import pytest

from benchmarks import web
from tests import nginx
from tests.drills import checking
from tests.drills.site import Site, kill_group, wait_for
from tests.drills.sizes import sized
from tests.drills.writers import TAKEN, Writers
from tests.shared import IS_DRILL

pytestmark = [
    pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill"),
    nginx.NEEDED,
]
KILLS, ROUNDS = sized(6, 60, 300, name="KILLS"), sized(2, 10, 50)
# nginx asks a machine that did not answer again after 5 seconds (fail_timeout); the next one rests only then.
BACK_AFTER = 7.0


@pytest.fixture
def machines(durable_server, tmp_path):
    """Those that run the program."""
    shared = {"SECRET_KEY": os.urandom(32).hex(), "PROXY_COUNT": "1", "ATTACHMENTS_DIR": str(tmp_path / "attachments")}
    with Site(_folder(tmp_path, "one"), durable_server.url, **shared) as one:
        with Site(_folder(tmp_path, "two"), durable_server.url, **shared) as two:
            yield one, two


@pytest.fixture
def site(machines, durable_server, tmp_path):
    """The site as people meet it: its port is nginx's."""
    one, two = machines
    site = Site(_folder(tmp_path, "met"), durable_server.url, SECRET_KEY=one.environment["SECRET_KEY"])
    site.settle(0)
    for machine in machines:
        back(machine)
    with nginx.in_front_of(tmp_path, one.port, two.port) as site.port:
        yield site


def _folder(tmp_path, name):
    (tmp_path / name).mkdir()
    return tmp_path / name


def back(machine):
    """It answers again."""
    machine.serve()
    wait_for(machine.port)
    web.ask(machine.port, web.get("/login"))


def test_a_machine_that_is_killed_loses_nothing_and_doubles_nothing(machines, site, measured):
    writers, chance = Writers(site, count=3, pause=0.2), random.Random(KILLS)
    for _ in range(KILLS):
        machine = chance.choice(machines)
        writers.hear(chance.choice((1, 5, 20)))
        kill_group(machine.web)
        writers.hear(10)
        back(machine)
        time.sleep(BACK_AFTER * chance.random())
    writers.stop()
    assert checking.amiss(site, writers) == []
    measured(f"两台，{KILLS} 次", f"应答 {len(writers.acknowledged)} 件，重发 {refused(writers)} 次，丢 0，重 0")


def test_machines_that_are_replaced_one_after_the_other_cost_nobody_an_answer(machines, site):
    writers = Writers(site, count=3, pause=0.2)
    for _ in range(ROUNDS):
        for machine in machines:
            writers.hear(10)
            machine.web.terminate()
            machine.web.wait()
            writers.hear(10)
            back(machine)
            time.sleep(BACK_AFTER)
    writers.stop()
    assert refused(writers) == 0, writers.answers
    assert checking.amiss(site, writers) == []


def refused(writers):
    return sum(count for status, count in writers.answers.items() if status.encode() not in TAKEN)
