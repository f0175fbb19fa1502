from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from models import clock
from models.access import User
from models.base import db
from operations.access import accounts
from operations.demo.city import PASSWORD
from tests.lives import START

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def quick(city, monkeypatch):
    """The city with passwords that take no time: for tests in which many sign in."""
    db.session.execute(update(User).where(User.password_hash.is_not(None)).values(password_hash=QUICK.hash(PASSWORD)))
    db.session.commit()
    monkeypatch.setattr(accounts, "_NOBODY", QUICK.hash("nobody knows this"))
    return city


@pytest.fixture
def at():
    """``with at(minutes=5):`` is five minutes after the beginning."""
    return lambda **span: clock.standing_at(START + timedelta(**span))
