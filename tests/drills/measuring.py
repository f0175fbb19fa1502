"""Drills write down what they have measured; a usual `make test` changes no file."""

import pytest

from benchmarks import postgres
from tests.drills import promises
from tests.shared import IS_DRILL

FIGURE = pytest.StashKey()


@pytest.fixture
def measured(request):
    """``measured(size, figure)``: what stands in docs/promises.md once this test has passed."""

    def measured(size, figure):
        request.node.stash[FIGURE] = size, figure

    return measured


@pytest.fixture
def durable_server():
    """One of our own that keeps what it has acknowledged, and comes back when it is killed."""
    yield from _serving(postgres.DURABLE)


@pytest.fixture
def quick_server():
    """One of our own that waits for no disk: for drills in which nothing is cut off."""
    yield from _serving({})


def _serving(settings):
    try:
        server = postgres.Server(settings=settings)
    except postgres.NoServer as missing:
        pytest.skip(str(missing))
    postgres.wait_until_ready(server.url)
    yield server
    server.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if IS_DRILL and report.when == "call" and report.passed and FIGURE in item.stash:
        promises.shown(item.nodeid.removeprefix("tests/"), *item.stash[FIGURE])
    return report
