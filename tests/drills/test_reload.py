"""A change of the program while people work: `systemctl reload`, as the web unit does it, costs nobody an answer."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from config import HERE
from tests.app.test_serve import free_port
from tests.shared import IS_DRILL

RELOADS, ANSWERS_BETWEEN, CALLERS, SECONDS = 3, 200, 6, 120


class Callers:
    """Some who ask the same page again and again, each on a connection that is kept; ``heard`` counts what came."""

    def __init__(self, port):
        self.port, self.heard, self.is_over = port, Counter(), False
        self.threads = [threading.Thread(target=self._ask) for _ in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def _ask(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        while not self.is_over:
            try:
                connection.request("GET", "/login", headers={"Host": "127.0.0.1"})
                answer = connection.getresponse()
                answer.read()
                self.heard[answer.status] += 1
            except (OSError, http.client.HTTPException) as problem:
                self.heard[type(problem).__name__] += 1
                connection.close()
        connection.close()

    def hear(self, answers):
        until, deadline = self.heard[200] + answers, time.monotonic() + SECONDS
        while self.heard[200] < until and time.monotonic() < deadline:
            time.sleep(0.05)

    def stop(self):
        self.is_over = True
        for thread in self.threads:
            thread.join()


@pytest.fixture
def gunicorn(tmp_path):
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PUBLIC_URL")}
    environment |= {"VAR_DIR": str(tmp_path), "PYTHONPATH": str(HERE), "METRICS_TOKEN": os.urandom(32).hex()}
    subprocess.run([sys.executable, "-m", "app.cli", "init"], cwd=HERE, env=environment, check=True)
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, "wsgi:app"], cwd=HERE, env=environment, stderr=subprocess.DEVNULL)
    yield process, port
    process.terminate()
    process.wait(SECONDS)


def wait_for(port):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)


@pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")
def test_nobody_goes_without_an_answer_while_the_program_is_replaced(gunicorn):
    process, port = gunicorn
    wait_for(port)
    callers = Callers(port)
    for _ in range(RELOADS):
        callers.hear(ANSWERS_BETWEEN)
        process.send_signal(signal.SIGHUP)
        time.sleep(1)
        callers.hear(ANSWERS_BETWEEN)
    callers.stop()
    assert set(callers.heard) == {200}, callers.heard
