"""A real server, a real browser, and the demonstration city between them."""

import os
import shutil

import pytest
from playwright.sync_api import Error, sync_playwright

from models.base import db
from tests.conftest import IN_CI, settle_life
from tests.lives import LIVED, START
from tests.web.site import Site
from tests.web.visitor import Visitor

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-dev-shm-usage",
    "--js-flags=--max-optimized-bytecode-size=0",  # optimising what runs once on a page takes longer than running it
)


def lacking(words):
    (pytest.fail if IN_CI else pytest.skip)(words)


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests of a worker. It is Debian's: Playwright's own is never downloaded."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        lacking("no Chromium here: apt-get install chromium, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as problem:
            lacking(f"{path} does not start: {problem.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(app):
    """One for all tests of a worker and engine; it keeps no state but the time."""
    server = Site(app, START)
    yield server
    server.close()


@pytest.fixture
def site(server, city):
    """The site as the city left it, on the Wednesday morning on which every story of the tests begins."""
    server.now = START
    db.session.remove()  # SQLite has one writer, which must not be the test that waits for a page
    return server


@pytest.fixture
def life(server, database):
    """The site in the middle of a believable life: every kind of ticket, at every station."""
    server.now = LIVED
    settle_life(database)
    return server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let fixtures know how the test ended."""
    report = yield
    setattr(item, f"has_failed_at_{report.when}", report.failed)
    return report


@pytest.fixture
def visit(server, chromium, request):
    """``visit("liumin", phone=True)`` is liumin at a phone, signed in; ``visit()`` is anybody."""
    visitors = []

    def come(username=None, *, path="/", **how):
        visitors.append(Visitor(chromium, server, **how))
        return visitors[-1].signs_in(username, path) if username else visitors[-1]

    yield come
    for index, visitor in enumerate(visitors):
        if getattr(request.node, "has_failed_at_call", False):
            visitor.pictures(f"failed-{request.node.name}-{index}")
        visitor.leaves()
    server.rest()
    assert [trouble for visitor in visitors for trouble in visitor.trouble] == []
