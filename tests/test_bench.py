"""The benchmark of the ratings runs from its filling to the campaign's freeze, on very little."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.ratings import command
from tests.shared import IS_DRILL


@pytest.mark.skipif(not IS_DRILL, reason="takes a server of its own and half a minute")
def test_the_benchmark_of_ratings_prints_each_figure():
    told = CliRunner().invoke(command, ["--scale", "0.004", "--seconds", "0.5"], catch_exceptions=False)
    found = {json.loads(line)["figure"] for line in told.output.splitlines()}
    assert {"pages_whose_statements_grew", "follow_ups", "wall_of_the_city", "list_of_cases", "rate_by_link",
            "rate_at_a_window", "campaign_draw", "campaign_freeze"} <= found
