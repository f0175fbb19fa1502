"""验签: whether a request comes from a hall's system: signed with a live key, just now, and not sent before."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from models import clock
from models.base import db
from models.hall_intake import HallKey, HallNonce, HallSystem
from operations.base import insert_ignoring, operation
from operations.delivery import signing
from operations.errors import DomainError, NotFound, TooManyAttempts
from operations.hall import systems

NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}", re.ASCII)
# Requests of one key in a minute: a day's cases of a city come in two, a year's in four hundred and forty.
PER_MINUTE = 120
# A nonce is kept as long as its second would be believed, on either side of now.
KEPT = timedelta(seconds=2 * signing.WINDOW_SECONDS)
UNKNOWN = HallKey(salt="")


class NotBelieved(DomainError):
    """Forged, altered, stale, repeated, by an unknown or a revoked key: all alike to whoever sends it."""

    status_code = 403
    message = "签名不对，或密钥已停用，或时间相差超过 5 分钟，或随机数用过。"


@operation
def believe(
    name: str, *, second: str, nonce: str, signed: str, body: bytes, site_key: str
) -> tuple[HallSystem, HallKey]:
    """The system that sent this and by which key; its nonce is used up. Raises NotBelieved, TooManyAttempts.

    Signed is ``second ‖ LF ‖ nonce ‖ LF ‖ body``. An unknown key takes as long as a known one.
    """
    try:
        key = systems.key_named(name)
    except NotFound:
        key = UNKNOWN
    is_right = signing.is_genuine(
        systems.secret_of(key, site_key=site_key), second=second, body=nonce.encode("utf-8", "replace") + b"\n" + body,
        signed=signed, now=clock.now().timestamp(),
    )
    if not is_right or key is UNKNOWN or not NONCE.fullmatch(nonce):
        raise NotBelieved
    _ensure_not_too_many(key)
    row = {"key_id": key.id, "nonce": nonce, "seen_at": clock.now()}
    used: Any = db.session.scalar(insert_ignoring(HallNonce).values(row).returning(HallNonce.key_id))
    if used is None:
        raise NotBelieved
    return db.session.get_one(HallSystem, key.system_id), key


def forget_old() -> int:
    """清理: nonces whose second nobody would believe any more."""
    gone: Any = db.session.execute(delete(HallNonce).where(HallNonce.seen_at < clock.now() - KEPT))
    return int(gone.rowcount)


def _ensure_not_too_many(key: HallKey) -> None:
    lately = select(func.count()).where(
        HallNonce.key_id == key.id, HallNonce.seen_at > clock.now() - timedelta(minutes=1)
    )
    if (db.session.scalar(lately) or 0) >= PER_MINUTE:
        raise TooManyAttempts(f"一分钟内超过 {PER_MINUTE} 次，请合并成较大的批次，稍后再发。")
