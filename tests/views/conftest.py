"""The site by HTTP, signed in as people of the demonstration city."""

import pytest

from tests.lives import Life
from tests.views.guest import Guest
from tests.views.reader import Reader


@pytest.fixture
def sign_in(app, city):
    """``sign_in("hening")`` is a reader at whose request the server knows hening."""
    return lambda username: Reader(app.test_client(), username)


@pytest.fixture
def life(city):
    return Life(city)


@pytest.fixture
def guest(app, city):
    """``guest("hengzha")`` is hengzha at a browser, signed in; ``guest()`` is anybody."""
    return lambda username=None: Guest(app, username)
