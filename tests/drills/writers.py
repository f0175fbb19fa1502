"""Stewards who note talks, each note a demand as well, and send the same form again until it is acknowledged."""

import json
import random
import secrets
import threading
import time
from collections import Counter
from urllib.parse import urlencode

from benchmarks import web
from tests.drills.site import FIRM

NAME = f"云州{FIRM}有限公司"
TAKEN = (b"201", b"200")


class Writers:
    """``acknowledged``: what they were told to be noted, and when; ``answers`` counts what came otherwise."""

    def __init__(self, site, *, count=4, pause=0.02):
        self.site, self.pause = site, pause
        self.acknowledged, self.tried, self.answers, self.again = {}, set(), Counter(), 0
        self.count, self.is_over, self.threads = count, threading.Event(), []
        self.cookie = site.signs_in()
        self.token, self.cookie = web.csrf_of(site.port, "/log/new", self.cookie)
        assert self.token, "the form could not be opened"
        self.go()

    def go(self):
        """On after a rest; who is writing already goes on."""
        if any(thread.is_alive() for thread in self.threads):
            return
        self.is_over.clear()
        self.threads = [threading.Thread(target=self._write, daemon=True) for _ in range(self.count)]
        for thread in self.threads:
            thread.start()

    def _write(self):
        while not self.is_over.is_set():
            words, key = f"走访中谈到 {secrets.token_hex(12)}", secrets.token_urlsafe(18)
            self.tried.add(words)
            if self._send_until_taken(words, key) and random.random() < 0.2:
                self.again += self._send(words, key)[0] in TAKEN  # a second click
            time.sleep(self.pause)

    def _send_until_taken(self, words, key):
        while True:
            status, _ = self._send(words, key)
            if status in TAKEN:
                self.acknowledged[words] = time.monotonic()
                return True
            if self.is_over.is_set():
                return False
            time.sleep(0.1)

    def _send(self, words, key):
        fields = {"enterprise": NAME, "kind": "phone", "content": words, "becomes_ticket": "y", "ticket_kind": "help",
                  "form_key": key, "csrf_token": self.token}
        asked = web.post("/log/new", urlencode(fields).encode(), self.cookie)
        try:
            answer = web.ask(self.site.port, asked.replace(b"\r\n\r\n", b"\r\nX-Waited: 0\r\n\r\n", 1))
        except OSError:
            answer = b""
        status, body = answer[9:12], answer.partition(b"\r\n\r\n")[2]
        if status in TAKEN and not _is_whole(body):
            status = b""
        self.answers[status.decode() or "no answer"] += 1
        return status, answer

    def hear(self, more, seconds=60.0):
        """Wait until so many more are acknowledged."""
        wanted, deadline = len(self.acknowledged) + more, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            if time.monotonic() > deadline:
                raise RuntimeError(f"nothing was taken any more: {self.answers}\n{self.site.log.read_text()[-3000:]}")
            time.sleep(0.02)

    def stop(self):
        """What is under way may yet be answered."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()


def _is_whole(body):
    try:
        return "words" in json.loads(body)
    except ValueError:
        return False
