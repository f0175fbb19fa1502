"""A signed JSON request to a gateway, and what its answer may be taken for.

Taken is only what is answered with 2xx and JSON that says 0: DingTalk and WeCom answer 200 to what they refuse.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from operations.delivery.adapters.base import Receipt
from operations.delivery.adapters.limits import within

CODES = ("errcode", "code", "StatusCode")
NAMES = ("msgid", "id", "message_id")
# 45009 of WeCom and 130101 of DingTalk: more than the bot may send in a minute.
TOO_FAST = ("45009", "130101")
BUSY = ("-1",)
# Of the gateway or of our settings, not of the message.
OF_THE_WAY = (401, 403, 404, 407, 408, 425, 429)


class Gateway:
    """One address that takes JSON by POST."""

    def __init__(self, url: str, *, seconds: float) -> None:
        self.url, self.seconds = url, seconds

    def post(self, body: bytes, *, headers: Mapping[str, str], query: Mapping[str, str] | None = None) -> Receipt:
        """Send it once. Everything that may happen on the way is told by the receipt."""
        client = import_module("operations.delivery.adapters.client")  # 8 MB that web workers hardly ever need
        with within(self.seconds) as deadline:
            try:
                return _read(*client.exchange(self.url, body, headers=headers, query=query or {}, deadline=deadline,
                                              seconds=self.seconds))
            except TimeoutError:
                return _failed("没有按时回答")
            except OSError as problem:
                return _failed("没有按时回答" if deadline.is_over else f"连不上：{type(problem).__name__}")


def _read(status: int, body: bytes | None) -> Receipt:
    if status == 429:
        return _failed("发得太快", code=str(status), must_pause=True)
    if status >= 500 or status in OF_THE_WAY or 300 <= status < 400:
        return _failed(f"网关回答 {status}", code=str(status))
    if status >= 400:
        return Receipt(False, code=str(status), problem=f"网关拒收：{status}")
    said = _json_of(body)
    code = next((_as_code(said[name]) for name in CODES if name in said), "") if said else ""
    if said is None or not code:
        return _failed("网关的回答看不懂", code=str(status))
    if code == "0":
        return Receipt(True, reference=str(next((said[name] for name in NAMES if name in said), ""))[:80], code=code)
    if code in TOO_FAST:
        return _failed("发得太快", code=code, must_pause=True)
    return _failed("网关忙", code=code) if code in BUSY else Receipt(False, code=code, problem=f"网关拒收：{code}")


def _json_of(body: bytes | None) -> dict[str, Any] | None:
    try:
        said = json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _as_code(value: Any) -> str:
    """A whole number, also as text; anything else is no code."""
    is_number = isinstance(value, int | str) and not isinstance(value, bool)
    text = str(value).strip() if is_number else ""
    return text[:20] if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() else ""


def _failed(problem: str, *, code: str = "", must_pause: bool = False) -> Receipt:
    return Receipt(False, code=code, problem=problem, may_retry=True, must_pause=must_pause)
