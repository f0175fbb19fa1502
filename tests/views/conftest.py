"""The site by HTTP, signed in as people of the demonstration city."""

import pytest

from tests.views.reader import Reader


@pytest.fixture
def sign_in(app, city):
    """``sign_in("hening")`` is a reader at whose request the server knows hening."""
    return lambda username: Reader(app.test_client(), username)
