"""Hundreds who send a byte a second, by the nginx site of deploy/: nobody else is shut out."""

import socket
import threading
import time

import pytest

from benchmarks import web
from tests import nginx
from tests.drills.site import Site, wait_for
from tests.drills.sizes import sized
from tests.shared import IS_DRILL

pytestmark = [
    pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill"),
    nginx.NEEDED,
]
SLOW, SECONDS, AT_MOST_SECONDS = sized(200, 400, 400), 20.0, 3.0
HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


class SlowClients:
    """Half of them never finish their headers, half never their body; each comes from an address of its own."""

    def __init__(self, port):
        self.port, self.is_over = port, threading.Event()
        self.open = [self._begin(number) for number in range(SLOW)]
        self.thread = threading.Thread(target=self._drip)
        self.thread.start()

    def _begin(self, number):
        place = f"127.0.{1 + number // 200}.{1 + number % 200}"
        one = socket.create_connection(("127.0.0.1", self.port), timeout=5, source_address=(place, 0))
        one.sendall(HEAD if number % 2 else HEAD + b"Content-Length: 5000\r\n\r\n")
        return one

    def _drip(self):
        """Whoever was shown the door comes again."""
        while not self.is_over.wait(1):
            for number, one in enumerate(self.open):
                try:
                    one.sendall(b"X-a: b\r\n" if number % 2 else b"a")
                except OSError:
                    one.close()
                    self.open[number] = self._begin(number)

    def stop(self):
        self.is_over.set()
        self.thread.join()
        for one in self.open:
            one.close()


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path, f"sqlite:///{tmp_path}/site.sqlite3", PROXY_COUNT="1") as site:
        site.start()
        wait_for(site.port)
        web.ask(site.port, web.get("/login"))  # the workers have loaded the program
        yield site


@pytest.fixture
def port(site, tmp_path):
    with nginx.in_front_of(tmp_path, site.port) as port:
        yield port


def asked_while_slow(port):
    """What somebody who is quick gets meanwhile: the status of each answer and its seconds."""
    slow, took = SlowClients(port), []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            answer = web.ask(port, web.get("/login"))[9:12]
        except OSError:
            answer = b""
        took.append((answer, time.monotonic() - began))
        time.sleep(0.3)
    slow.stop()
    return took


def test_slow_clients_shut_nobody_out(port, measured):
    took = asked_while_slow(port)
    assert {status for status, _ in took} == {b"200"}, took
    longest = max(seconds for _, seconds in took)
    assert longest < AT_MOST_SECONDS
    measured(f"{SLOW} 个慢客户端 {SECONDS:.0f} 秒", f"{len(took)} 次都答了，最慢 {longest:.2f} 秒")


def test_without_nginx_they_do(site, measured):
    """The drill finds what it looks for: the program alone is stopped by them."""
    took = asked_while_slow(site.port)
    longest = max(seconds for _, seconds in took)
    assert longest > AT_MOST_SECONDS or {status for status, _ in took} != {b"200"}
    measured(f"{SLOW} 个慢客户端 {SECONDS:.0f} 秒", f"找到：没有 nginx 时最慢 {longest:.0f} 秒")
