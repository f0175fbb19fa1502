"""The data directory is gone while people work (security.md R14): what the copy beside it had is all that is left."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import postgres
from config import HERE
from tests.drills import checking
from tests.drills.cluster import Cluster
from tests.drills.site import Site, kill_group
from tests.drills.sizes import sized
from tests.drills.writers import Writers
from tests.shared import IS_DRILL

pytestmark = pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")

ACKNOWLEDGED, STALLED_SECONDS, MAY_LOSE_SECONDS = sized(60, 1500, 5000), 2.5, 1.0
PATIENCE_SECONDS = 60 + ACKNOWLEDGED
CONFIGURED = HERE / "deploy" / "litestream.yml"


def written_to(site, ready=lambda: None):
    """Writers at work, and ``ready`` in their midst."""
    site.settle(2)
    site.let_lapse(2, 1)
    site.start()
    writers = Writers(site)
    writers.hear(10)
    ready()
    writers.hear(ACKNOWLEDGED, PATIENCE_SECONDS)
    return writers


def goes_on(site, writers):
    """After the restore: they are answered again, and all but what was lost is as it was written."""
    site.start()
    writers.hear(10)
    writers.stop()
    site.sweep_up()
    gone = checking.lost(site, writers)
    told = {words: writers.acknowledged.pop(words) for words in gone}
    assert checking.amiss(site, writers) == []
    return told


@pytest.fixture
def cluster():
    try:
        cluster = Cluster()
    except postgres.NoServer as missing:
        pytest.skip(str(missing))
    with cluster:
        yield cluster


def lost_on_postgresql(cluster, folder, *, is_waited_for):
    with Site(folder, cluster.url) as site:
        def watched():
            cluster.receive(is_waited_for=is_waited_for)
            cluster.back_up()

        writers = written_to(site, watched)
        died = cluster.destroy(stalled_seconds=STALLED_SECONDS)
        seconds = cluster.restore()
        told = goes_on(site, writers)
    return [died - at for at in told.values()], len(writers.acknowledged) + len(told), seconds


def test_postgresql_loses_nothing_that_its_receiver_has_kept(cluster, tmp_path, measured):
    lost, acknowledged, seconds = lost_on_postgresql(cluster, tmp_path, is_waited_for=True)
    assert lost == []
    measured(f"{ACKNOWLEDGED} 件时毁掉", f"应答 {acknowledged} 件，丢 0，{seconds:.1f} 秒后能写")


def test_a_receiver_nobody_waits_for_is_found_out(cluster, tmp_path, measured):
    lost, acknowledged, _ = lost_on_postgresql(cluster, tmp_path, is_waited_for=False)
    assert lost
    measured(f"{ACKNOWLEDGED} 件时毁掉", f"找到：接收不是同步的，应答 {acknowledged} 件，丢 {len(lost)} 件")


class Replicator:
    """Litestream by the file of deploy/, to a folder beside."""

    program = shutil.which("litestream") or str(Path(sys.executable).with_name("litestream"))

    def __init__(self, folder, database):
        self.database, self.copy = database, folder / "replica"
        self.environment = os.environ | {"DATABASE": str(database), "REPLICA": f"file://{self.copy}"}
        self.said = folder / "replicator"
        self.process = self._begin("replicate")
        until = time.monotonic() + PATIENCE_SECONDS
        while not any(path.is_file() for path in self.copy.rglob("*")):
            assert time.monotonic() < until, self.said.read_text()[-3000:]
            time.sleep(0.1)

    def destroy(self, site, *, stalled_seconds):
        """The machine dies with its disk, and the replicator had been stalled for so long; the moment it died."""
        if stalled_seconds:
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(stalled_seconds)
        died = time.monotonic()
        for group in (site.web, site.jobs, self.process):
            kill_group(group)
        for path in self.database.parent.glob(f"{self.database.name}*"):
            path.unlink()
        shutil.rmtree(self.database.with_name(f".{self.database.name}-litestream"))
        return died

    def restore(self):
        began = time.monotonic()
        assert self._begin("restore", str(self.database)).wait() == 0, self.said.read_text()[-3000:]
        return time.monotonic() - began

    def _begin(self, act, *words):
        command = [self.program, act, "-config", str(CONFIGURED), *words]
        with self.said.open("a") as said:
            return subprocess.Popen(command, env=self.environment, stdout=said, stderr=said, start_new_session=True)


def lost_on_sqlite(folder, *, stalled_seconds):
    (folder / "var").mkdir()
    database = folder / "var" / "site.sqlite3"
    with Site(folder, f"sqlite:///{database}", SQLITE_REPLICATED="on") as site:
        replicator = None

        def watched():
            nonlocal replicator
            replicator = Replicator(folder, database)

        try:
            writers = written_to(site, watched)
            died = replicator.destroy(site, stalled_seconds=stalled_seconds)
        finally:
            kill_group(replicator and replicator.process)
        seconds = replicator.restore()
        told = goes_on(site, writers)
    return [died - at for at in told.values()], len(writers.acknowledged) + len(told), seconds


def test_sqlite_loses_at_most_its_last_second(tmp_path, measured):
    lost, acknowledged, seconds = lost_on_sqlite(tmp_path, stalled_seconds=0)
    assert max(lost, default=0) <= MAY_LOSE_SECONDS
    measured(f"{ACKNOWLEDGED} 件时毁掉",
             f"应答 {acknowledged} 件，丢 {len(lost)} 件，都在最后 {max(lost, default=0):.2f} 秒里，恢复 {seconds:.1f} 秒")


def test_a_replicator_that_stalls_is_found_out(tmp_path, measured):
    lost, acknowledged, _ = lost_on_sqlite(tmp_path, stalled_seconds=STALLED_SECONDS)
    assert max(lost, default=0) > MAY_LOSE_SECONDS
    measured(f"{ACKNOWLEDGED} 件时毁掉", f"找到：复制停了 {STALLED_SECONDS:g} 秒，应答 {acknowledged} 件，丢 {len(lost)} 件")
