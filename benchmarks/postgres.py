"""A throw-away PostgreSQL server: made in a temporary folder, reached by a socket in it, gone with its maker.

The server is kept by a small process of its own (this file run as a script), which ends it and removes the folder as
soon as the pipe to the maker closes: at the end, after Ctrl-C, and after kill -9 alike.
"""

import contextlib
import glob
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

USER = "zhitongche"
START_SECONDS = 30.0
LOOK_SECONDS = 0.1
# Quick rather than durable: what is in it is thrown away.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "1d",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
}
# As where it is deployed: what is acknowledged has been written.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class NoServer(RuntimeError):
    """There is no PostgreSQL to be had here, or it did not start."""


class Server:
    """One server, starting in the background from the moment it is made.

    Its tables stand in ``store``, its log of what is not there yet in ``wal``: in its own room unless they are given.
    """

    def __init__(self, *, settings: Mapping[str, str] = {}, store: Path | None = None, wal: Path | None = None):
        programs = programs_folder()
        self.room = Path(tempfile.mkdtemp(prefix="zqztc-pg-", dir=_short_folder()))
        self.store = store or self.room / "d"
        wanted = [f"{name}={value}" for name, value in {**SETTINGS, **settings}.items()]
        self.keeper = subprocess.Popen(
            [sys.executable, __file__, self.room, programs, self.store, wal or self.room / "w", *wanted],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us; the pipe tells the keeper
        )
        self.url = f"postgresql+psycopg://{USER}@/postgres?host={self.room}"
        self.killed = 0

    def kill(self) -> None:
        """kill -9 of the server and of all its processes, be it still starting; its keeper starts it again."""
        while (first := self._pid()) in (0, self.killed):
            time.sleep(LOOK_SECONDS / 10)
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.killed = first

    def _pid(self) -> int:
        """Of the server that runs; the file outlives one that was killed, and is empty for a moment."""
        with contextlib.suppress(OSError, IndexError):
            return int(Path(self.store, "postmaster.pid").read_text().split()[0])
        return 0

    def stop(self) -> None:
        assert self.keeper.stdin
        self.keeper.stdin.close()
        self.keeper.wait()


@contextlib.contextmanager
def throwaway_server(*, settings: Mapping[str, str] = {}) -> Iterator[str]:
    """The address of a server: ``$TEST_DATABASE_URL`` where it is given, else one of our own while this lasts."""
    given = given_server()
    if given:
        yield given
        return
    server = Server(settings=settings)
    try:
        wait_until_ready(server.url)
        yield server.url
    finally:
        server.stop()


def given_server() -> str:
    """Someone else's server, on which the named user may create databases."""
    scheme, _, rest = os.environ.get("TEST_DATABASE_URL", "").partition("://")
    if scheme and not scheme.startswith("postgres"):
        raise NoServer("TEST_DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host/database")
    return f"postgresql+psycopg://{rest}" if rest else ""


def programs_folder() -> str:
    """Where initdb and postgres are: on the path, or where Debian keeps them, the newest first."""
    on_path = [str(Path(found).resolve().parent) for found in [shutil.which("initdb")] if found]
    debian = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[4]), reverse=True)
    for folder in on_path + debian:
        if Path(folder, "initdb").exists() and Path(folder, "postgres").exists():
            return folder
    raise NoServer("no PostgreSQL server programs here; on Debian: apt-get install postgresql")


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with connection_to(url):
                return
        except sa.exc.OperationalError as error:
            if time.monotonic() > deadline:
                raise NoServer(f"PostgreSQL did not start in {START_SECONDS:.0f} s: {error}{_log_of(url)}") from error
            time.sleep(0.05)


@contextlib.contextmanager
def connection_to(url: str) -> Iterator[sa.Connection]:
    """One connection without transactions, closed for good afterwards."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def create_database(base_url: str, name: str, *, template: str = "template0") -> str:
    """A new database and its address. Nobody may be connected to the template."""
    with connection_to(base_url) as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    return sa.make_url(base_url).set(database=name).render_as_string(hide_password=False)


def drop_database(base_url: str, name: str) -> None:
    """Gone, and whoever was connected to it put out."""
    with connection_to(base_url) as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def databases_named(base_url: str, prefix: str) -> list[str]:
    with connection_to(base_url) as connection:
        query = sa.text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
        return list(connection.scalars(query, {"prefix": prefix}))


def processor_seconds(url: sa.URL) -> float:
    """Of a throw-away server and all that it has forked so far; none of somebody else's."""
    lock = Path(str(url.query.get("host", "")), "d", "postmaster.pid")
    if not lock.exists():
        return 0.0
    first = lock.read_text().split()[0]
    seconds = 0.0
    for process in (first, *Path(f"/proc/{first}/task/{first}/children").read_text().split()):
        with contextlib.suppress(OSError):
            # Own, and of children that ended; what stands before is a name in brackets.
            spent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15]
            seconds += sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")
    return seconds


def _short_folder() -> str:
    """A socket's path may be 107 bytes long."""
    folder = tempfile.gettempdir()
    return folder if len(folder) < 60 else "/tmp"


def _log_of(url: str) -> str:
    log = Path(str(sa.make_url(url).query.get("host", "")), "log")
    try:
        return "\n" + log.read_text()[-2000:]
    except OSError:
        return ""


def keep(room: str, programs: str, store: str, wal: str, settings: list[str]) -> None:
    """Run the server until standard input ends, then leave nothing behind."""
    for folder in (store, wal):
        Path(folder).mkdir(exist_ok=True)
    account = outsider(room, store, wal)
    with open(Path(room, "log"), "w") as log:
        surroundings: dict[str, Any] = {"cwd": room, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        surroundings |= {"env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, **account}
        locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
        initdb = [f"{programs}/initdb", "-N", "-D", store, "-X", wal, "-U", USER, "-A", "trust", *locale]
        subprocess.run(initdb, check=False, **surroundings)
        options = [part for setting in settings for part in ("-c", setting)]
        is_wanted = True
        while is_wanted:  # killed, it comes back, as under any service manager
            server = subprocess.Popen([f"{programs}/postgres", "-D", store, "-k", room, *options], **surroundings)
            while is_wanted and server.poll() is None:
                is_wanted = not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]
            time.sleep(LOOK_SECONDS if is_wanted else 0)
        server.send_signal(signal.SIGQUIT)  # at once: there is nothing to save
        server.wait()
    shutil.rmtree(room, ignore_errors=True)


def outsider(*folders: str) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root hands the folders to somebody else."""
    if os.getuid() != 0:
        return {}
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    for folder in folders:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


if __name__ == "__main__":
    given_room, given_programs, given_store, given_wal, *given_settings = sys.argv[1:]
    keep(given_room, given_programs, given_store, given_wal, given_settings)
