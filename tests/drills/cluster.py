"""A PostgreSQL server whose data directory can be lost, and the receiver of its log on a second machine."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import postgres
from config import HERE
from tests.drills.site import kill_group

RECEIVER = "zhitongche_wal"
RESTORE, UNIT = HERE / "deploy" / "restore-postgresql.sh", HERE / "deploy" / "receivewal.service"
SETTINGS = {"listen_addresses": "", "timezone": "UTC", "wal_level": "replica", **postgres.DURABLE}
SECONDS = 60.0


class Cluster:
    """``with Cluster() as cluster``: ``url``, and ``base`` and ``wal`` as the second machine keeps them."""

    def __init__(self, habits="--locale=C.UTF-8"):
        self.room = Path(tempfile.mkdtemp(prefix="zqztc-lost-", dir="/tmp"))  # a socket's path is short
        self.account = postgres.outsider(str(self.room))
        self.programs = postgres.programs_folder()
        self.data, self.base, self.wal = (self.room / name for name in ("data", "base", "wal"))
        self.url = f"postgresql+psycopg://{postgres.USER}@/postgres?host={self.room}"
        self.server = self.receiver = None
        self._run(f"{self.programs}/initdb -N -D {self.data} -U {postgres.USER} -A trust {habits}")
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for group in (self.receiver, self.server):
            kill_group(group)
        shutil.rmtree(self.room)

    def start(self):
        """The server, on whatever data directory there is; comes back when it can be written to."""
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self.server = self._begin([f"{self.programs}/postgres", "-D", str(self.data), "-k", str(self.room), *options])
        deadline = time.monotonic() + SECONDS
        while self._asked("SELECT pg_is_in_recovery()") != "f":
            assert time.monotonic() < deadline, (self.room / "said").read_text()[-3000:]
            time.sleep(0.1)

    def receive(self, *, is_waited_for):
        """The unit of deploy/ as it stands, from here; the server then acknowledges nothing that it has not kept."""
        self.wal.mkdir()
        os.chown(self.wal, *(self.account.get(name, -1) for name in ("user", "group")))
        source = f"host={self.room} user={postgres.USER} application_name={RECEIVER}"
        said = UNIT.read_text(encoding="utf-8").replace("/backup/wal", str(self.wal))
        commands = [line.partition("=")[2] for line in said.splitlines() if line.startswith("ExecStart")]
        create, receive = ([source if part == "--dbname=${SOURCE}" else part for part in shlex.split(line)]
                           for line in commands)
        for words in (create, receive):
            words[words.index(source)] = f"--dbname={source}"
        self._run(shlex.join(create))
        self.receiver = self._begin(receive)
        if is_waited_for:
            self._asked(f"ALTER SYSTEM SET synchronous_standby_names = '{RECEIVER}'")
            self._asked("SELECT pg_reload_conf()")
        deadline = time.monotonic() + SECONDS
        state = "sync" if is_waited_for else "async"
        while self._asked("SELECT sync_state FROM pg_stat_replication") != state:
            assert time.monotonic() < deadline, (self.room / "said").read_text()[-3000:]
            time.sleep(0.1)

    def back_up(self):
        """The base that the log goes on from."""
        self._run(f"{self.programs}/pg_basebackup -h {self.room} -U {postgres.USER} -D {self.base} --checkpoint=fast")

    def destroy(self, *, stalled_seconds):
        """The disk dies, and the receiver had been stalled for so long; the moment it died."""
        self.receiver.send_signal(signal.SIGSTOP)
        time.sleep(stalled_seconds)
        died = time.monotonic()
        for group in (self.server, self.receiver):
            kill_group(group)
        shutil.rmtree(self.data)
        return died

    def restore(self):
        """By the script of deploy/; the seconds until it can be written to."""
        began = time.monotonic()
        self._run(shlex.join([str(RESTORE), str(self.base), str(self.wal), str(self.data)]))
        self.start()
        return time.monotonic() - began

    def _asked(self, statement):
        asked = subprocess.run([f"{self.programs}/psql", "-h", self.room, "-U", postgres.USER, "-XAtc", statement,
                                "postgres"], capture_output=True, text=True, check=False)
        return asked.stdout.strip()

    def _run(self, words):
        ended = subprocess.run(shlex.split(words), cwd=self.room, capture_output=True, text=True, check=False,
                               **self.account)
        assert ended.returncode == 0, f"{words}\n{ended.stderr}"

    def _begin(self, words):
        with (self.room / "said").open("a") as said:
            return subprocess.Popen(words, cwd=self.room, stdout=said, stderr=said, start_new_session=True,
                                    **self.account)
