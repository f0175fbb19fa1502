"""The disk is full: what would be written is refused with a sentence, reading goes on, and room is all it takes."""

import errno
import os
import subprocess
import time
from unittest.mock import Mock

import pytest

from benchmarks import web
from operations.access import accounts
from tests.drills import checking
from tests.drills.site import Site
from tests.drills.writers import Writers
from tests.shared import IS_DRILL
from tests.views.guest import Guest

FULL_SECONDS, ROOM = 10.0, 1 << 20


@pytest.fixture
def little_disk(tmp_path):
    """A file system of 48 MB in memory, which only root can mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root may make a little disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path):
    """Every byte that is left."""
    with open(path, "wb", buffering=0) as ballast:
        try:
            while ballast.write(b"\0" * ROOM):
                pass
        except OSError:
            pass


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 503), (errno.EIO, 500)])
def test_a_file_that_does_not_fit_is_no_fault_of_ours(app, city, monkeypatch, number, status):
    guest = Guest(app, "liumin")
    monkeypatch.setattr(accounts, "actor_of", Mock(side_effect=[OSError(number, "no room"), None, None]))
    answer = guest.downloads("/desk")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, "5" if status == 503 else None)


@pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill")
def test_a_full_disk_refuses_writes_goes_on_reading_and_recovers(little_disk, tmp_path, measured):
    url, counts = f"sqlite:///{little_disk}/site.sqlite3", str(tmp_path / "counts")
    with Site(little_disk, url, METRICS_DIR=counts) as site:
        site.log = tmp_path / "said"
        site.settle(2)
        site.let_lapse(2, 1)
        site.start()
        writers = Writers(site, count=2)
        writers.hear(10)
        fill(little_disk / "ballast")
        before, until, read, refused = len(writers.acknowledged), time.monotonic() + FULL_SECONDS, [], 0
        while time.monotonic() < until:
            fill(little_disk / "more")  # what SQLite gave back to itself
            read.append(web.ask(site.port, web.get("/desk", writers.cookie))[9:12])
            time.sleep(0.2)
        refused, meanwhile = writers.answers["503"], len(writers.acknowledged) - before
        for name in ("ballast", "more"):
            (little_disk / name).unlink()
        freed = time.monotonic()
        writers.hear(1)
        back = time.monotonic() - freed
        writers.hear(10)
        writers.stop()
        assert refused and set(read) == {b"200"}, (refused, read)
        assert set(writers.answers) <= {"201", "200", "503"}, writers.answers
        assert back <= 5, back
        site.sweep_up()
        assert checking.amiss(site, writers) == []
    measured("1 次", f"满时答 503 {refused} 次、仍记下 {meanwhile} 件，页面照常 {len(read)} 次，腾出后 {back:.1f} 秒，丢 0")
