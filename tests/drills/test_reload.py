"""A change of the program while people work: `systemctl reload`, as the web unit does it, costs nobody an answer."""

import http.client
import signal
import threading
import time
from collections import Counter

import pytest

from operations.demo import city as demo_city
from tests.drills.site import Site
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


@pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")
def test_nobody_goes_without_an_answer_while_the_program_is_replaced(tmp_path):
    with Site(tmp_path, f"sqlite:///{tmp_path}/site.sqlite3") as site:
        with site.look():
            demo_city.build()
        site.start()
        site.signs_in()
        callers = Callers(site.port)
        for _ in range(RELOADS):
            callers.hear(ANSWERS_BETWEEN)
            site.web.send_signal(signal.SIGHUP)
            time.sleep(1)
            callers.hear(ANSWERS_BETWEEN)
        callers.stop()
    assert set(callers.heard) == {200}, callers.heard
