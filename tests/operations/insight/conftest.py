import pytest

from tests.lives import Life


@pytest.fixture
def life(city):
    return Life(city)
