"""The demonstration can be built on any day: in a long holiday, late at night, in a year not yet published."""

import pytest

from models import clock
from models.base import db
from operations.demo import life
from operations.demo.stories import STORIES
from operations.verification import verify
from tests.lives import shanghai
from tests.shared import some

DAYS = some(("2026-02-20 10:00", "2027-01-04 23:30"), 2)


@pytest.mark.parametrize("day", DAYS)
def test_the_demonstration_can_be_built(app, engine_name, day):
    if engine_name != "sqlite":
        pytest.skip("the calendar is the same on both engines")
    with clock.standing_at(shanghai(day)):
        assert life.live() == len(STORIES)
    db.session.remove()
    assert verify().is_whole
