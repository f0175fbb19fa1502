from datetime import timedelta

import pytest

from models import clock
from operations.access import passwords
from tests.conftest import QUICK
from tests.lives import START


@pytest.fixture
def quick(city, monkeypatch):
    """The city where a name that nobody has takes no time either: for tests in which many sign in."""
    monkeypatch.setattr(passwords, "_NOBODY", QUICK.hash("nobody knows this"))
    return city


@pytest.fixture
def at():
    """``with at(minutes=5):`` is five minutes after the beginning."""
    return lambda **span: clock.standing_at(START + timedelta(**span))
