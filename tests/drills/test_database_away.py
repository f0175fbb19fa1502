"""The database cannot be reached, or answers late: people are told at once, nothing is lost, nobody has to restart."""

import socket
import threading
import time
from unittest.mock import Mock

import pytest
import sqlalchemy as sa

from benchmarks import postgres, web
from models import engine as engines
from models import silence
from operations.access import sessions
from tests.drills import checking
from tests.drills.proxy import FAULTS, Proxy
from tests.drills.site import Site
from tests.drills.sizes import sized
from tests.drills.writers import Writers
from tests.shared import IS_DRILL
from tests.views.guest import Guest

SECONDS = sized(8, 30, 30)
TOLD_SECONDS, BACK_SECONDS, READERS = 3.0, 5.0, 4


class Readers:
    """Ask for a page again and again. ``heard``: when an answer came, its status, its seconds, whether it says when."""

    def __init__(self, site, cookie):
        self.heard, self.is_over = [], threading.Event()
        asked = web.get("/desk", cookie)
        asking = {"target": self._ask, "args": (site.port, asked), "daemon": True}
        self.threads = [threading.Thread(**asking) for _ in range(READERS)]
        for thread in self.threads:
            thread.start()

    def _ask(self, port, asked):
        while not self.is_over.is_set():
            began = time.monotonic()
            try:
                answer = web.ask(port, asked)
            except OSError:
                answer = b""
            now = time.monotonic()
            self.heard.append((now, answer[9:12].decode(), now - began, b"Retry-After" in answer))
            time.sleep(0.05)

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def proxy():
    try:
        server = postgres.Server(settings={"synchronous_commit": "on"})
    except postgres.NoServer as missing:
        pytest.skip(str(missing))
    postgres.wait_until_ready(server.url)
    place = f"{sa.make_url(server.url).query['host']}/.s.PGSQL.5432"

    def reach():
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(place)
        return connection

    with Proxy(reach) as proxy:
        yield proxy
    server.stop()


def address_of(proxy):
    return f"postgresql+psycopg://{postgres.USER}@127.0.0.1:{proxy.port}/postgres"


def test_a_silent_server_is_noticed_and_a_slow_statement_is_let_be(proxy, monkeypatch):
    monkeypatch.setattr(silence, "SILENT_SECONDS", 0.2)
    engine = sa.create_engine(address_of(proxy))
    silence.watch(engine, engine.dialect.dbapi.Connection)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1 FROM pg_sleep(1)")) == 1
        proxy.misbehave("black hole")
        rescue = threading.Timer(20, proxy.misbehave, [""])  # whoever does not notice is heard in the end
        rescue.start()
        began = time.monotonic()
        with pytest.raises(sa.exc.OperationalError):
            connection.scalar(sa.text("SELECT 1"))
    rescue.cancel()
    assert time.monotonic() - began < 10
    proxy.misbehave("")
    time.sleep(silence.FOUND_AWAY_SECONDS)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_connection_that_has_rested_is_tried_before_it_is_given_out(proxy, monkeypatch):
    monkeypatch.setattr(engines, "RESTED_SECONDS", 0.0)
    engine = sa.create_engine(address_of(proxy))
    engines.prepare(engine)
    one = sa.text("SELECT 1")
    with engine.connect() as connection:
        assert connection.scalar(one) == 1
    proxy.misbehave("reset")
    with pytest.raises(sa.exc.OperationalError), engine.connect() as connection:
        connection.scalar(one)
    proxy.misbehave("")
    with engine.connect() as connection:
        assert connection.scalar(one) == 1
    everybody = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with postgres.connection_to(address_of(proxy)) as other:
        other.execute(everybody)
    with engine.connect() as connection:
        assert connection.scalar(one) == 1
    engine.dispose()


def test_the_page_that_says_so_asks_the_database_nothing_more(app, city, monkeypatch):
    guest = Guest(app, "liumin")
    away = sa.exc.OperationalError("SELECT", {}, Exception("gone"))
    monkeypatch.setattr(sessions, "actor_of", Mock(side_effect=away))
    page = guest.opens("/desk")
    assert (page.status, page.answer.headers["Retry-After"]) == (503, "5")
    assert "数据库没有响应" in page.words


@pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")
@pytest.mark.parametrize("fault", FAULTS)
def test_an_unreachable_database_is_told_at_once_and_comes_back_by_itself(fault, proxy, tmp_path, measured):
    with Site(tmp_path, address_of(proxy)) as site:
        site.settle(2)
        site.let_lapse(2, 1)
        site.start()
        writers = Writers(site, count=2)
        readers = Readers(site, writers.cookie)
        writers.hear(10)
        began = time.monotonic()
        proxy.misbehave(fault)
        time.sleep(SECONDS)
        proxy.misbehave("")
        ended = time.monotonic()
        writers.hear(10)
        readers.stop()
        writers.stop()
        back = min(at for at, status, _, _ in readers.heard if at > ended and status == "200") - ended
        during = [(status, took, says_when) for at, status, took, says_when in readers.heard if began < at < ended]
        longest = max(took for _, _, took, _ in readers.heard)
        unlike = {status for _, status, _, _ in readers.heard} - {"200", "503"}
        assert not unlike, unlike
        assert any(status == "503" for status, *_ in during)
        assert all(says_when for status, _, says_when in during if status == "503")
        assert longest < TOLD_SECONDS + 0.5, longest
        assert back <= BACK_SECONDS
        site.sweep_up()
        assert checking.amiss(site, writers) == []
    measured(f"{SECONDS} 秒", f"最慢 {longest:.1f} 秒答 503，恢复后 {back:.1f} 秒，应答 {len(writers.acknowledged)} 件，丢 0")
