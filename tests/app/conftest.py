"""The command line in the test's own process, on the test's own database or on none."""

import logging

import pytest
from click.testing import CliRunner
from flask import Config

from app.cli import main
from app.ground import tell_operations
from config import Testing
from tests.lives import Life


@pytest.fixture(autouse=True)
def settings():
    """A command may have told the operations other settings than the tests'."""
    yield
    of_tests = Config("")
    of_tests.from_object(Testing)
    tell_operations(of_tests)


@pytest.fixture(autouse=True)
def quiet():
    """A command writes log lines to standard error; afterwards nothing does."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def fresh(tmp_path):
    """``fresh("init")`` on an empty machine; ``fresh.folder`` is its VAR_DIR."""
    return Terminal({"VAR_DIR": str(tmp_path), "DATABASE_URL": "", "ZHITONGCHE_ENV": ""}, tmp_path)


@pytest.fixture
def terminal(app, database_url, tmp_path):
    """``terminal("jobs", "run", "sweep")`` on the database of the test."""
    return Terminal({"VAR_DIR": str(tmp_path), "DATABASE_URL": database_url, "ZHITONGCHE_ENV": "",
                     "DATA_KEYS": Testing.DATA_KEYS[0]}, tmp_path)


@pytest.fixture
def life(city):
    return Life(city)


class Terminal:
    """Types a command; answers what click's runner saw."""

    def __init__(self, environment, folder):
        self.environment, self.folder = environment, folder

    def __call__(self, *words, given=None, **more):
        runner = CliRunner(env=self.environment | more)
        return runner.invoke(main, words, input=given, catch_exceptions=False, prog_name="zhitongche")
