"""Somebody at a browser: signs in, looks at pages, fills in the forms that stand on them, and tries again.

Loaded by locust's process alone. Every answer is noted; every form that was acknowledged, with the mark in its words.
"""

import json
import os
import random
import re
import secrets
import time
from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import Any

import gevent
import lxml.html
from locust import FastHttpUser, constant, events
from locust.exception import StopUser

CAST: dict[str, list[str]] = json.loads(Path(os.environ["LOAD_CAST"]).read_text())
TRIES, PAUSE, PASSWORD = int(os.environ.get("LOAD_TRIES", "1")), 1.0, "Yunzhou-2026"
THINKING = (1.0, 3.0)
# 0: the connection broke; the others are nginx's for a process that has just been killed.
BROKEN = (0, 502, 504)
# What was sent is kept until the password was given once more; nothing has been done yet.
ASKED_WHO = re.compile("/login|/account/prove")
TICKET, ENTERPRISE = re.compile(r'href="/(?:my/)?tickets/(Z[QG]-[0-9-]+)'), re.compile(r'href="/enterprises/(\d+)"')

turns: dict[str, Any] = defaultdict(count)
answers: list[tuple[str, str, int, float]] = []
acknowledged: list[tuple[str, str]] = []
refused: list[str] = []
retried = count()


@events.quitting.add_listener
def hand_over(**_: Any) -> None:
    """What was seen goes to whoever started this."""
    told = {"answers": answers, "acknowledged": acknowledged, "refused": refused, "retried": next(retried)}
    Path(os.environ["LOAD_SEEN"]).write_text(json.dumps(told))


def mark() -> str:
    """Words of one form that no other has."""
    return f"〔压测{secrets.token_hex(8)}〕"


def standing_in(form: Any) -> dict[str, str]:
    """What a browser would send of a form nobody has touched; lxml itself takes an empty radio for ``on``."""
    found = {}
    for field in form.iter("input", "select", "textarea"):
        kind, name = field.get("type", ""), field.get("name", "")
        if not name or kind in ("submit", "button", "file"):
            continue
        if kind not in ("checkbox", "radio"):
            found[name] = field.value or ""
        elif field.get("checked") is not None:
            found[name] = field.get("value", "on")
    return found


class Person(FastHttpUser):
    """One person of ``role``; each signs in once, with a name of their own.

    Before every page that is asked for and every form that is sent, one to three seconds pass (security.md R1): nobody
    clicks on what has not been read. A redirect is followed at once.
    """

    abstract = True
    wait_time = constant(0)
    network_timeout = connection_timeout = 60.0
    role = ""

    def on_start(self) -> None:
        """Sign in."""
        number = next(turns[self.role])
        if number >= len(CAST[self.role]):
            raise StopUser
        page = self.look("/login")
        fields = {"username": CAST[self.role][number], "password": PASSWORD}
        if not self.send("/login", self.filled(page, fields), "sign_in", "POST /login"):
            raise StopUser

    def look(self, path: str, name: str = "") -> str:
        """Click on ``path`` after a while; the page, nothing when it is not to be had."""
        gevent.sleep(random.uniform(*THINKING))
        return self._follow(path, name)

    def _follow(self, path: str, name: str) -> str:
        answer = self._ask("GET", path, "read", name or f"GET {path.partition('?')[0]}")
        if answer.status_code in (302, 303):
            return self._follow(answer.headers["Location"], name)
        if answer.status_code != 200:
            self.note(name or path, answer)
            return ""
        return answer.text or ""

    def fill(
        self, page: str, path: str, fields: dict[str, str], name: str, *, kept: tuple[str, str] | None = None
    ) -> str:
        """Fill in the form on ``page`` that has these fields, send it and go where it leads; the page there."""
        written = self.filled(page, fields) if page else None
        if written is None:
            return ""
        way = self.send(path, written, "write", name)
        if way and kept:
            acknowledged.append(kept)
        return self._follow(way, f"{name} →") if way else ""

    def filled(self, page: str, fields: dict[str, str]) -> dict[str, str] | None:
        """What the browser would send of the form with these fields, hidden ones and defaults with it."""
        for form in lxml.html.fromstring(page).forms if page else ():
            if form.method == "POST" and set(fields) <= {*form.fields, "kind"}:
                return standing_in(form) | fields
        return None

    def send(self, path: str, written: dict[str, str] | None, kind: str, name: str) -> str:
        """Send a form after a while; where it leads when it was taken."""
        if written is None:
            refused.append(f"{name} no such form")
            return ""
        gevent.sleep(random.uniform(*THINKING))
        answer = self._ask("POST", path, kind, name, data=written)
        if answer.status_code in (302, 303) and not ASKED_WHO.search(answer.headers["Location"]):
            return str(answer.headers["Location"])
        self.note(name, answer)
        return ""

    def note(self, name: str, answer: Any) -> None:
        """Somebody else was quicker, or what was typed does not do: said, and not a fault by itself."""
        said = re.search(r'class="errsum".*?</ul>', answer.text or "", re.S)
        words = re.sub(r"<.*?>", " ", said[0]) if said else ""
        refused.append(f"{name} {answer.status_code} {' '.join(words.split())[:120]}")

    def _ask(self, method: str, path: str, kind: str, name: str, **more: Any) -> Any:
        """Once; where connections break, again, as somebody presses the button again: the same form and key."""
        began = time.perf_counter()  # whoever has to press again has waited all the while
        for left in reversed(range(TRIES)):
            answer = self.client.request(method, path, name=name, allow_redirects=False, **more)
            if answer.status_code not in BROKEN or not left:
                break
            next(retried)
            gevent.sleep(PAUSE)
        answers.append((kind, name, answer.status_code, (time.perf_counter() - began) * 1000))
        return answer
