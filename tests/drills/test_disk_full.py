"""The disk is full: what would be written is refused with a sentence, reading goes on, and room is all it takes."""

import contextlib
import errno
import os
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from unittest.mock import Mock

import pytest

from benchmarks import postgres, web
from operations.access import sessions
from tests.drills import checking
from tests.drills.site import Site
from tests.drills.writers import Writers
from tests.shared import IS_DRILL
from tests.views.guest import Guest

A_DRILL = pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")
FULL_SECONDS, BACK_SECONDS, ROOM = 10.0, 5.0, 1 << 20


class LittleDisk:
    """A file system in memory of so many MB, which only root can make; ``fill`` it and ``free`` it."""

    def __init__(self, megabytes):
        self.folder = Path(tempfile.mkdtemp(prefix="zqztc-disk-"))
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.folder)]
        if os.getuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            self.folder.rmdir()
            pytest.skip("only root may make a little disk")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        self.folder.rmdir()

    def fill(self):
        """Every byte that is left, and what was given back since."""
        with open(self.folder / "ballast", "ab", buffering=0) as ballast:
            with contextlib.suppress(OSError):
                while ballast.write(b"\0" * ROOM):
                    pass

    def free(self):
        (self.folder / "ballast").unlink()


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 503), (errno.EIO, 500)])
def test_a_file_that_does_not_fit_is_no_fault_of_ours(app, city, monkeypatch, number, status):
    guest = Guest(app, "liumin")
    monkeypatch.setattr(sessions, "actor_of", Mock(side_effect=[OSError(number, "no room"), None, None]))
    answer = guest.downloads("/desk")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, "5" if status == 503 else None)


class Filled:
    """People write and read while the disk is full, and until there is room again; nobody restarts anything of ours."""

    def __init__(self, site, disk):
        site.settle(2)
        site.let_lapse(2, 1)
        site.start()
        self.site, self.disk, self.read = site, disk, Counter()
        self.writers = Writers(site, count=2)
        self.writers.hear(10)
        self.disk.fill()
        before, until = len(self.writers.acknowledged), time.monotonic() + FULL_SECONDS
        while time.monotonic() < until:
            self.disk.fill()
            self.read[self.reads()] += 1
            time.sleep(0.2)
        self.refused, self.meanwhile = self.writers.answers["503"], len(self.writers.acknowledged) - before
        self.disk.free()
        freed = time.monotonic()
        self.writers.hear(1)
        self.back = time.monotonic() - freed
        self.writers.hear(10)
        self.writers.stop()
        self.site.sweep_up()

    def reads(self):
        return web.ask(self.site.port, web.get("/desk", self.writers.cookie))[9:12].decode()

    def is_borne(self, *, reads):
        """Whether everybody was told, nothing acknowledged is lost, and room was all it took."""
        assert self.refused and set(self.read) <= reads, (self.refused, self.read)
        assert set(self.writers.answers) <= {"201", "200", "503"}, self.writers.answers
        assert self.back <= BACK_SECONDS, self.back
        return checking.amiss(self.site, self.writers) == []

    @property
    def figure(self):
        pages = "、".join(f"{status} {times} 次" for status, times in sorted(self.read.items()))
        return (f"满时写答 503 {self.refused} 次、仍记下 {self.meanwhile} 件，页面答 {pages}，腾出后 {self.back:.1f} 秒，"
                "丢 0")


@A_DRILL
def test_a_full_disk_refuses_writes_goes_on_reading_and_recovers(tmp_path, measured):
    counts = str(tmp_path / "counts")
    with LittleDisk(48) as disk:
        with Site(disk.folder, f"sqlite:///{disk.folder}/site.sqlite3", METRICS_DIR=counts) as site:
            site.log = tmp_path / "said"
            filled = Filled(site, disk)
            assert filled.is_borne(reads={"200"})
    measured("48 MB", filled.figure)


@A_DRILL
@pytest.mark.parametrize(("is_wal_on_it", "reads"), [
    pytest.param(False, {"200"}, id="tables"), pytest.param(True, {"200", "503"}, id="tables and WAL"),
])
def test_so_does_a_server_whose_disk_is_full(is_wal_on_it, reads, tmp_path, measured):
    """With its WAL on the same disk the server itself may be down until there is room; ours say so, and wait."""
    settings = postgres.DURABLE | {"max_wal_size": "64MB", "min_wal_size": "32MB", "checkpoint_timeout": "30s"}
    with LittleDisk(256) as disk:
        wal = disk.folder / "wal" if is_wal_on_it else None
        try:
            server = postgres.Server(settings=settings, store=disk.folder / "data", wal=wal)
        except postgres.NoServer as missing:
            pytest.skip(str(missing))
        try:
            postgres.wait_until_ready(server.url)
            with Site(tmp_path, server.url) as site:
                filled = Filled(site, disk)
                assert filled.is_borne(reads=reads)
        finally:
            server.stop()
    measured("256 MB", filled.figure)
