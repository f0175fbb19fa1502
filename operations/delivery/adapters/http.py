"""A signed JSON request to a gateway, and what its answer may be taken for.

Taken is only what is answered with 2xx and JSON that says 0: DingTalk and WeCom answer 200 to what they refuse.
Redirects are not followed (the secret would go along), no proxy or .netrc of the machine is used, an answer is read up
to a limit and within one time for all of it.
"""

import ipaddress
import json
import logging
import socket
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from operations.delivery.adapters.base import Receipt
from operations.delivery.adapters.limits import Deadline, within

MOST_BYTES = 64 * 1024
CODES = ("errcode", "code", "StatusCode")
NAMES = ("msgid", "id", "message_id")
# 45009 of WeCom and 130101 of DingTalk: more than the bot may send in a minute.
TOO_FAST = ("45009", "130101")
BUSY = ("-1",)
# Of the gateway or of our settings, not of the message.
OF_THE_WAY = (401, 403, 404, 407, 408, 425, 429)
# Its lines quote whole addresses, and those of bots have their keys in them.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class Gateway:
    """One address that takes JSON by POST."""

    def __init__(self, url: str, *, seconds: float) -> None:
        self.url, self.seconds = url, seconds

    def post(self, body: bytes, *, headers: Mapping[str, str], query: Mapping[str, str] | None = None) -> Receipt:
        """Send it once. Everything that may happen on the way is told by the receipt."""
        with within(self.seconds) as deadline, _session(deadline) as session:
            try:
                with session.post(
                    self.url, data=body, params=dict(query or {}), timeout=self.seconds, allow_redirects=False,
                    stream=True, headers={"Content-Type": "application/json; charset=utf-8", **headers},
                ) as answer:
                    return _read(answer.status_code, _body_of(answer))
            except requests.Timeout:
                return _failed("没有按时回答")
            except (requests.RequestException, OSError) as problem:
                return _failed("没有按时回答" if deadline.is_over else f"连不上：{type(problem).__name__}")


def _session(deadline: Deadline) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", _Watching(deadline))
    session.mount("https://", _Watching(deadline))
    return session


class _Watching(HTTPAdapter):
    """Lets the deadline know every connection as it is made, and makes none to where no gateway can be."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        deadline = self.deadline

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                _take(self.sock, deadline)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                _take(self.sock, deadline)

        plain = type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


def _take(connection: socket.socket, deadline: Deadline) -> None:
    """Watch it. A name that leads to a link-local address, where clouds keep their secrets, is not talked to."""
    reached = ipaddress.ip_address(connection.getpeername()[0].partition("%")[0])
    if reached.is_link_local:
        connection.close()
        raise ConnectionRefusedError("link-local")
    deadline.watch(connection)


def _body_of(answer: requests.Response) -> bytes | None:
    """The answer's body; None when it is larger than any honest one."""
    body = b""
    for part in answer.iter_content(8192):
        body += part
        if len(body) > MOST_BYTES:
            return None
    return body


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
