"""A hall whose codes nobody has matched yet, at the hour at which the tests begin."""

import pytest

from models import clock
from tests.hall import Hall
from tests.lives import START


@pytest.fixture
def hall(city, tmp_path):
    with clock.standing_at(START):
        yield Hall(city, tmp_path)
