"""Real HTTP: two gunicorn sync workers serving an app, and clients asking as fast as they are answered."""

import contextlib
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent


class ServerDown(RuntimeError):
    """The server under test did not start."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One kind of request: how its bytes are made for the n-th time, and what the true answer contains.

    What is not repeatable gets no warm-up: each n is good for once.
    """

    request: Callable[[int], bytes]
    marker: bytes
    status: tuple[bytes, ...] = (b"200",)
    is_repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw; nobody has asked with ``next_turn`` or a later one yet."""

    per_second: float
    times_ms: list[float]
    failures: list[bytes]
    next_turn: int


@contextlib.contextmanager
def serving(target: str, environment: dict[str, str], *, workers: int = 2) -> Iterator[tuple[int, int]]:
    """``target`` (module:app) under gunicorn's sync workers; yields its port and the master's process id."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", str(workers), "-k", "sync", "-b", f"{HOST}:{port}",
               "--log-level", "warning", "--no-control-socket", "--chdir", str(ROOT), target]
    with tempfile.TemporaryFile() as said:  # the log is written as in production; it is shown when the start fails
        process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=said)
        try:
            _wait_for(port)
            yield port, process.pid
        except ServerDown as down:
            said.seek(0)
            raise ServerDown(said.read()[-2000:].decode(errors="replace")) from down
        finally:
            process.terminate()
            process.wait(20)


def get(path: str, cookie: str = "") -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()


def post(path: str, body: bytes, cookie: str) -> bytes:
    """The bytes of a form's POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ask(port: int, request: bytes) -> bytes:
    """Send one request and read the whole answer."""
    with socket.create_connection((HOST, port), timeout=30) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def sign_in(port: int, username: str, password: str) -> str:
    """Sign in as a browser does; returns the cookie header of the session."""
    page = ask(port, get("/login"))
    token, key = _hidden(page, "csrf_token"), _hidden(page, "form_key")
    cookie = _cookie(page)
    body = f"csrf_token={token}&form_key={key}&username={username}&password={password}".encode()
    answer = ask(port, post("/login", body, cookie))
    if b" 302 " not in answer[:20]:
        raise RuntimeError(f"{username} could not sign in")
    return _cookie(answer)


def csrf_of(port: int, path: str, cookie: str) -> tuple[str, str]:
    """The form's token of a page, and the cookie that goes with it."""
    page = ask(port, get(path, cookie))
    return _hidden(page, "csrf_token"), _cookie(page) or cookie


def pressed(port: int, asking: Asking, *, seconds: float, clients: int = 8, first: int = 0) -> Load:
    """Let ``clients`` ask for ``seconds`` from the ``first`` turn on, each in a process of its own; every answer is
    checked."""
    fork, ends = multiprocessing.get_context("fork"), []
    for number in range(clients):
        mine, theirs = fork.Pipe(duplex=False)
        fork.Process(target=_client, args=(theirs, port, asking, seconds, first + number, clients), daemon=True).start()
        ends.append(mine)
    results = [end.recv() for end in ends]
    times = [span for spans, _, _ in results for span in spans]
    took, most = max(span for _, span, _ in results), max(len(spans) for spans, _, _ in results)
    failures = [failure for _, _, failures in results for failure in failures]
    return Load(len(times) / took, times, failures, first + clients * most)


def together(loads: Sequence[Load]) -> Load:
    """Several turns as one: the middle of their rates, all that was seen in them."""
    return Load(
        statistics.median(load.per_second for load in loads),
        [span for load in loads for span in load.times_ms],
        [failure for load in loads for failure in load.failures],
        loads[-1].next_turn,
    )


def memory_of_workers(master: int) -> list[float]:
    """Resident megabytes of each worker of a gunicorn master."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    sizes = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{child}/status").read_text()) for child in children]
    return [int(size.group(1)) / 1024 for size in sizes if size]


def _client(end: Connection, port: int, asking: Asking, seconds: float, turn: int, clients: int) -> None:
    times, failures = [], []
    started = time.perf_counter()
    while (now := time.perf_counter()) - started < seconds:
        try:
            answer = ask(port, asking.request(turn))
            ok = answer[9:12] in asking.status and asking.marker in answer
        except (StopIteration, IndexError):
            break
        if not ok:
            failures.append(answer[:400])
        times.append((time.perf_counter() - now) * 1000)
        turn += clients
    end.send((times, time.perf_counter() - started, failures))


def _hidden(page: bytes, name: str) -> str:
    found = re.search(rb'name="%b"[^>]*value="([^"]*)"' % name.encode(), page)
    return found.group(1).decode() if found else ""


def _cookie(answer: bytes) -> str:
    pairs: Sequence[bytes] = re.findall(rb"Set-Cookie: ([^;\r]+)", answer)
    return "; ".join(pair.decode() for pair in pairs)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise ServerDown
