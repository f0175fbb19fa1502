"""Somebody who claims an enterprise, for the tests: gets codes by text message and enters them."""

import re

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from models.base import db
from models.deliveries import Delivery
from operations.access import codes, passwords
from operations.directory import claims
from operations.directory.claims import Applicant

SITE_KEY = "the site's own key of these tests"
PASSWORD = "Xin-Mima-2026"
STRANGER = "13900000001"
FUXING, FUXING_CODE, FUXING_PHONE = "云州福兴热电设备有限公司", "91990102MA0003XY3W", "13800000355"
NEW, NEW_CODE = "云州新开张餐饮有限公司", "91990102MA0099XY8N"


@pytest.fixture
def quick_passwords(monkeypatch):
    """Hashes of the same kind that take no time: what is tested is who gets an account, not how dear a guess is."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def texts():
    db.session.expire_all()
    return db.session.scalars(select(Delivery).order_by(Delivery.id)).all()


def code_sent_to(number):
    """The code of the latest text message that still waits for this number."""
    words = [text.words for text in texts() if text.recipient == number and text.words]
    return re.search("[0-9]{6}", words[-1]).group()


def prove(mobile=FUXING_PHONE, *, credit_code=FUXING_CODE, name=FUXING, address="10.0.0.7"):
    """Ask for a code and enter it; answers the browser's secret."""
    wish = {"credit_code": credit_code, "name": name}
    key = codes.send(mobile, wish, purpose_words=claims.PURPOSE, site_key=SITE_KEY, address=address)
    assert codes.enter(key, code_sent_to(mobile), site_key=SITE_KEY)
    return key


def claim(mobile=FUXING_PHONE, *, person="郑涛", region_id=None, **firm):
    return claims.claim(prove(mobile, **firm), applicant=Applicant(person, PASSWORD, region_id))
