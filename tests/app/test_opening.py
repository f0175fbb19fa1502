"""Looking at a database before it is opened."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

from app import at_start

WRITE = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('INSERT INTO t VALUES (1)'); "
    "c.commit(); c.close()"
)


def test_looking_whether_the_file_is_there_drops_no_lock_on_it(tmp_path):
    path = tmp_path / "site.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as ours:
        ours.execute("PRAGMA journal_mode=WAL")
        ours.execute("CREATE TABLE t (a)")
        assert at_start.is_there(str(path))
        subprocess.run([sys.executable, "-c", WRITE, path], check=True)

        assert Path(f"{path}-shm").exists()  # the last of the others has left our log alone
        assert ours.execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_an_empty_or_missing_file_is_no_database(tmp_path):
    empty = tmp_path / "empty.sqlite3"
    empty.touch()
    assert not at_start.is_there(str(empty))
    assert not at_start.is_there(str(tmp_path / "none.sqlite3"))
