"""A gateway that hangs, loses answers, drips and chokes on some messages: only those end dead, and nothing is lost."""

import json
import random
import secrets
import time
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.deliveries import MOST_TRIES, Delivery, Outcome, Purpose
from operations.base import operation
from operations.delivery import texts
from operations.supervision import heartbeat
from tests.drills.site import Site, kill_group
from tests.drills.sizes import sized
from tests.gateways import OK, Gateway
from tests.shared import IS_DRILL

pytestmark = pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")

MESSAGES, SCHEDULERS = sized(60, 1000, 1000, name="MESSAGES"), 4
POISONOUS = 2 * MESSAGES // 60
HANG, LOSE, DRIP = 0.10, 0.20, 0.25  # each up to here: a tenth, a tenth, a twentieth
GIVEN_UP_AFTER_SECONDS, STALE_SECONDS = 1500.0, 60


class Troubled(Gateway):
    """``delivered`` counts how often somebody got each message; ``keys`` holds what it was told by."""

    def __init__(self):
        super().__init__()
        self.delivered, self.keys, self.chance = Counter(), defaultdict(set), random.Random(1)

    def answer(self, handler):
        said = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        words, fate = said["text"], self.chance.random()
        self.keys[words].add((said["key"], handler.headers["Idempotency-Key"]))
        if "毒" in words:
            handler.send_error(500)
        elif fate < HANG:
            time.sleep(3)
        else:
            self.delivered[words] += 1
            if fate >= LOSE:
                answer_slowly(handler, 0.5 if fate < DRIP else 0)


def answer_slowly(handler, seconds_a_byte):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(OK)))
    handler.end_headers()
    for byte in OK:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(seconds_a_byte)


@operation
def queue():
    """Some of them make the gateway choke, whenever they come."""
    tomorrow = clock.now() + timedelta(days=1)
    poisonous = set(random.Random(MESSAGES).sample(range(MESSAGES), POISONOUS))
    for number in range(MESSAGES):
        words = f"第 {number} 条{'，有毒' if number in poisonous else ''}"
        texts.queue(f"139{number:08d}", words, purpose=Purpose.CODE, expires_at=tomorrow)


class Sending:
    """Several schedulers of one site that send by a gateway; one is killed now and then."""

    def __init__(self, folder, url, gateway, **settings):
        secret = secrets.token_hex(32)
        self.site = Site(folder, url, is_forked=True, TEXTING="gateway", TEXT_GATEWAY_URL=gateway,
                         TEXT_GATEWAY_SECRET=secret, GATEWAY_SECONDS="1", **settings)
        self.schedulers, self.stalest = [], 0
        with self.site.look():
            queue()

    def __enter__(self):
        self.schedulers = [self._new() for _ in range(SCHEDULERS)]
        return self

    def __exit__(self, *_):
        for one in self.schedulers:
            kill_group(one)

    def _new(self):
        return self.site.begin("tests.drills.hasty", "jobs", "start")

    def end(self):
        """Wait until nothing waits any more. A third of it sent, one scheduler is killed in the middle of its work."""
        deadline, is_killed = time.monotonic() + GIVEN_UP_AFTER_SECONDS, False
        while waiting := self._waiting():
            assert time.monotonic() < deadline, f"{waiting} wait"
            if waiting < MESSAGES * 2 / 3 and not is_killed:
                is_killed = True
                kill_group(self.schedulers.pop())
                self.schedulers.append(self._new())
            time.sleep(0.5)

    def _waiting(self):
        with self.site.look():
            db.session.info["read_only"] = True
            self.stalest = max(self.stalest, heartbeat.of_the_sweep().seconds or 0)
            return db.session.scalar(sa.select(sa.func.count()).where(Delivery.ended_at.is_(None)))

    def ended(self):
        """How each ended: its outcome, after how many tries, and whether its words are still there."""
        with self.site.look():
            rows = db.session.execute(sa.select(Delivery.outcome, Delivery.tries, Delivery.words != "")).all()
        return Counter(map(tuple, rows))


def test_only_what_is_poisonous_ends_dead_and_nothing_is_lost(durable_server, tmp_path, measured):
    gateway = Troubled()
    with gateway.open() as url, Sending(tmp_path, durable_server.url, url) as sending:
        began = time.monotonic()
        sending.end()
        took = time.monotonic() - began
        ended = sending.ended()
    dead = {ending: count for ending, count in ended.items() if ending[0] is not Outcome.SENT}
    twice = sum(times > 1 for times in gateway.delivered.values())
    assert dead == {(Outcome.GIVEN_UP, MOST_TRIES, False): POISONOUS}
    assert len(gateway.delivered) == MESSAGES - POISONOUS and twice
    assert not any(has_words for _, _, has_words in ended)
    assert {len(keys) for keys in gateway.keys.values()} == {1}
    assert all(key == header for keys in gateway.keys.values() for key, header in keys)
    assert sending.stalest <= STALE_SECONDS
    measured(f"{MESSAGES} 条，{SCHEDULERS} 个进程", f"{took:.0f} 秒发完（间隔缩到 1/200），有毒的 {POISONOUS} 条停发，别的都到了，"
             f"其中 {twice} 条发了两次以上；巡检最长隔 {sending.stalest} 秒")


def test_a_site_that_believes_its_gateway_is_found(durable_server, tmp_path, measured):
    gateway = Troubled()
    with gateway.open() as url, Sending(tmp_path, durable_server.url, url, PLANT="believes") as sending:
        sending.end()
        told = sum(count for (outcome, *_), count in sending.ended().items() if outcome is Outcome.SENT)
    lost = told - len(gateway.delivered)
    assert lost > POISONOUS
    measured(f"{MESSAGES} 条", f"找到：记为已发出的 {lost} 条没有到")
