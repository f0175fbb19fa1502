"""R1: a city's working day, as `make load` has it; and the same while one process after the other is killed.

``CITY=postgresql://…`` for a database that was seeded before, which takes most of the time.
"""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.load import machines
from benchmarks.postgres import NoServer, programs_folder
from config import HERE
from tests import nginx
from tests.drills.sizes import SIZE
from tests.shared import IS_DRILL

pytestmark = pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")
SEEDED = ["--database", os.environ["CITY"]] if "CITY" in os.environ else []
AMISS = ("failures", "faults_logged", "lost", "doubled", "supervised_twice", "breaks_of_the_chain")


def pressed(*words):
    """The figures by name, each as it was told."""
    try:
        programs_folder()
    except NoServer as missing:
        pytest.skip(str(missing))
    command = [sys.executable, "-m", "benchmarks.load", "--size", SIZE, *SEEDED, *words]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = {one["figure"]: one for one in map(json.loads, done.stdout.splitlines())}
    assert {name: told[name]["value"] for name in AMISS} == dict.fromkeys(AMISS, 0), done.stderr[-3000:]
    return told


def in_words(told):
    reads, writes = (told[f"p95_of_{kind}"] for kind in ("reads", "writes"))
    return (f"{told['requests']['value']:,} 次请求，办成 {told['acknowledged_writes']['value']:,} 份，出错 0，丢 0，重 0，重复督办 0；"
            f"读 95% 在 {reads['value']:,.0f} 毫秒内，写 {writes['value']:,.0f} 毫秒")


def of_size(told):
    return f"{told['users']['value']} 人 {told['seconds']['value']} 秒，{told['tickets']['value']:,} 件"


def test_a_working_day_costs_nobody_a_write_or_a_second_supervision(measured):
    """The times count where nobody else works here."""
    is_quiet = os.getloadavg()[0] < 1
    told = pressed()
    if is_quiet:
        assert told["p95_of_reads"]["met"] and told["p95_of_writes"]["met"], in_words(told)
    measured(of_size(told), in_words(told) + ("" if is_quiet else "（机器上还有别的任务）"))


@nginx.NEEDED
def test_nor_does_one_on_which_processes_are_killed(measured):
    told = pressed("--faults")
    assert told["killed"]["value"] >= told["seconds"]["value"] // machines.BETWEEN_KILLS
    measured(of_size(told), f"强杀 {told['killed']['value']} 次，{in_words(told)}")
