"""One request over the network and the body of its answer. Loaded with the first: it is large.

Redirects are not followed (the secret would go along), no proxy or .netrc of the machine is used, an answer is read up
to a limit and within one time for all of it.
"""

import ipaddress
import logging
import socket
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from operations.delivery.adapters.limits import Deadline

MOST_BYTES = 64 * 1024
# Its lines quote whole addresses, and those of bots have their keys in them.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def exchange(
    url: str, body: bytes, *, headers: Mapping[str, str], query: Mapping[str, str], deadline: Deadline, seconds: float
) -> tuple[int, bytes | None]:
    """Send JSON by POST, once: the status, and the body or None when it is larger than any honest one.

    TimeoutError when no answer came in time, another OSError when none came at all.
    """
    try:
        with _session(deadline) as session, session.post(
            url, data=body, params=dict(query), timeout=seconds, allow_redirects=False, stream=True,
            headers={"Content-Type": "application/json; charset=utf-8", **headers},
        ) as answer:
            return answer.status_code, _body_of(answer)
    except requests.Timeout as problem:
        raise TimeoutError from problem


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
