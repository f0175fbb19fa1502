"""The benchmarks of the ratings, the hall and the load run from their filling to their last figure, on very little."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from benchmarks import hall, ratings
from config import HERE
from tests.shared import IS_DRILL

pytestmark = pytest.mark.skipif(not IS_DRILL, reason="takes a server of its own and half a minute")


def test_the_benchmark_of_ratings_prints_each_figure():
    found = figures_of(ratings.command, "--scale", "0.004", "--seconds", "0.5")
    assert {"pages_whose_statements_grew", "follow_ups", "wall_of_the_city", "list_of_cases", "figures_of_the_year",
            "completeness_of_the_year", "rate_by_link", "rate_at_a_window", "campaign_draw", "campaign_freeze"} <= found


def test_the_benchmark_of_the_hall_prints_each_figure():
    found = figures_of(hall.command, "--cases", "600")
    assert {"hall_import", "hall_import_again", "hall_import_memory", "hall_import_memory_csv"} <= found


@pytest.mark.parametrize("faults", [[], ["--faults"]])
def test_a_working_day_loses_and_doubles_nothing(faults):
    sizes = ["--enterprises", "500", "--stewards", "20", "--tickets", "500", "--users", "8", "--seconds", "45"]
    command = [sys.executable, "-m", "benchmarks.load", "--size", "small", *sizes, *faults]
    told = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {line["figure"]: line for line in map(json.loads, told.splitlines())}
    assert found["acknowledged_writes"]["value"] > 0
    assert {name for name, line in found.items() if line["met"] is False} <= {"p95_of_reads", "p95_of_writes"}


def figures_of(command, *options):
    told = CliRunner().invoke(command, options, catch_exceptions=False)
    return {json.loads(line)["figure"] for line in told.output.splitlines() if line.startswith("{")}
