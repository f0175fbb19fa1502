"""验证码: six digits sent to a mobile, kept only as an HMAC, used once within ten minutes and five tries."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, select, update

from models import clock
from models.access import OneTimeCode
from models.access.codes import MOST_TRIES
from models.base import db
from models.deliveries import Purpose
from operations import log
from operations.access.actor import Actor
from operations.access.sessions import digest_of
from operations.base import operation
from operations.delivery import texts
from operations.errors import DomainError

VALID_FOR = timedelta(minutes=10)
OPEN_FOR = timedelta(minutes=30)
WRONG = "验证码不对，或已经失效。请核对短信，或重新获取。"


class NoLongerOpen(DomainError):
    """What a code had opened is used up or too old, or there was no code: one answer for all."""

    status_code = 410
    message = "这一步已经过期或已经用过，请从头再来一次。"


@dataclass(frozen=True, slots=True)
class Proven:
    """A mobile that somebody has just proved to hold, and what they asked for with it."""

    code_id: int
    number: str
    wish: Mapping[str, Any]


@operation
def send(number: str, wish: Mapping[str, Any], *, purpose_words: str, site_key: str, address: str = "") -> str:
    """发验证码：returns the secret that stays in the browser. Nothing about the number can be told from the answer.

    Raises TooManyAttempts by the limits of operations.delivery.texts.
    """
    key = secrets.token_urlsafe(32)
    _send(key, number, wish, purpose_words, site_key=site_key, address=address)
    return key


@operation
def send_again(key: str, *, purpose_words: str, site_key: str, address: str = "") -> None:
    """重新发送：a new code for the same wish; the one before stops working. Raises NoLongerOpen, TooManyAttempts."""
    earlier = _latest(key)
    if earlier is None or earlier.used_at is not None or clock.now() - earlier.created_at > OPEN_FOR:
        raise NoLongerOpen
    texts.ensure_may_ask(earlier.number, address=address)
    earlier.expires_at = min(earlier.expires_at, clock.now())
    _send(key, earlier.number, earlier.wish, purpose_words, site_key=site_key, address=address)


@operation
def enter(key: str, code: str, *, site_key: str, address: str = "") -> bool:
    """输入验证码：whether it is the one. Every try counts, also those made at the same moment; only one succeeds."""
    now, latest = clock.now(), _latest(key)
    if latest is None:
        return False
    is_it = OneTimeCode.code_hash == hashed(code, key, site_key)
    trying = (
        update(OneTimeCode)
        .where(OneTimeCode.id == latest.id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now,
               OneTimeCode.tries < MOST_TRIES)
        .values(tries=OneTimeCode.tries + 1, used_at=case((is_it, now), else_=None))
        .returning(OneTimeCode.used_at)
        .execution_options(synchronize_session=False)
    )
    tried = db.session.execute(trying).first()
    is_right = tried is not None and tried.used_at is not None
    log.record("enter_code", object_type="one_time_code", object_id=latest.id, actor=anybody(address),
               result="done" if is_right else "refused")
    return is_right


def proven(key: str) -> Proven:
    """What the entered code has opened; looking changes nothing. Raises NoLongerOpen."""
    found = _latest(key)
    if found is None or found.used_at is None or found.spent_at is not None or clock.now() - found.used_at > OPEN_FOR:
        raise NoLongerOpen
    return Proven(found.id, found.number, found.wish)


@operation
def spend(key: str) -> Proven:
    """Use up what the code has opened: of any number at once, one succeeds. Raises NoLongerOpen."""
    opened = proven(key)
    spending = update(OneTimeCode).where(OneTimeCode.id == opened.code_id, OneTimeCode.spent_at.is_(None))
    if db.session.connection().execute(spending.values(spent_at=clock.now())).rowcount != 1:
        raise NoLongerOpen
    return opened


def wish_of(key: str) -> Proven | None:
    """What is waiting for its code: for the page that asks for it. None when there is nothing."""
    found = _latest(key)
    is_waiting = found is not None and found.used_at is None and clock.now() - found.created_at <= OPEN_FOR
    return Proven(found.id, found.number, found.wish) if found is not None and is_waiting else None


def hashed(words: str, key: str, site_key: str) -> str:
    """The HMAC that is kept; bound to the browser's secret, so that two equal codes are not alike."""
    return hmac.new(site_key.encode(), f"{key}\n{words}".encode(), hashlib.sha256).hexdigest()


def anybody(address: str) -> Actor:
    """Whoever acts without an account."""
    return Actor(None, "", (), address=address)


def _send(key: str, number: str, wish: Mapping[str, Any], purpose_words: str, *, site_key: str, address: str) -> None:
    texts.ensure_may_ask(number, address=address)
    now, code = clock.now(), f"{secrets.randbelow(10**6):06d}"
    made = OneTimeCode(key_hash=digest_of(key), code_hash=hashed(code, key, site_key), number=number, wish=dict(wish),
                       created_at=now, expires_at=now + VALID_FOR)
    db.session.add(made)
    words = f"验证码 {code}，用于{purpose_words}，10 分钟内有效。请勿告诉他人，工作人员不会向您索要。"
    texts.queue(number, words, purpose=Purpose.CODE, expires_at=made.expires_at, address=address)
    db.session.flush()
    log.record("send_code", object_type="one_time_code", object_id=made.id, actor=anybody(address),
               details={"number": hashed(number, "number", site_key)[:16]})


def _latest(key: str) -> OneTimeCode | None:
    rows = select(OneTimeCode).where(OneTimeCode.key_hash == digest_of(key)).order_by(OneTimeCode.id.desc()).limit(1)
    return db.session.scalar(rows) if key else None
