"""The site under load: gunicorn and schedulers as deploy/ has them; with faults three and two of them, and a killer."""

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from config import HERE

HOST, STARTING_SECONDS, STOPPING_SECONDS = "127.0.0.1", 60.0, 45.0
BETWEEN_KILLS, TRIES = 20.0, 8
WEBS, SCHEDULERS = 3, 2
FAULT = re.compile(r'"level": "(?:error|critical)"|^\S*(?:Error|Exception)\b')
SWEEP_SECONDS = 5  # as often as the setting goes: more chances to do something twice


class NoSite(RuntimeError):
    """What is needed is not here, or the site did not start."""


@dataclass(slots=True)
class Process:
    """One process of the site with its children; it can be killed and takes its place again."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    running: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, in a group of its own; what it says goes to its log."""
        with open(self.log, "ab") as said:
            self.running = subprocess.Popen(self.command, cwd=HERE, env=self.environment, stdout=said, stderr=said,
                                            start_new_session=True)

    def kill(self) -> None:
        """kill -9, its children too."""
        if self.running and self.running.poll() is None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()

    def stop(self) -> None:
        """As the system stops it; the hard way when it does not listen."""
        if self.running and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(STOPPING_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass(slots=True)
class Site:
    """Where it answers, what it consists of, and how often somebody tries again what came to nothing."""

    address: str
    webs: list[Process]
    schedulers: list[Process]
    front: list[Process] = field(default_factory=list)
    tries: int = 1
    killed: int = 0
    cpu: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)
    killer: threading.Thread | None = None

    def begin(self) -> None:
        """The load begins; with faults, the killing too."""
        self.cpu = -self._cpu_seconds()
        if self.front:
            self.killer = threading.Thread(target=self._kill, daemon=True)
            self.killer.start()

    def end(self) -> None:
        """The load is over: ``cpu`` is what it has cost the web processes, where none of them was killed."""
        self.cpu += self._cpu_seconds()
        self.stop_killing()

    def stop_killing(self) -> None:
        """From here on everything lives."""
        self.over.set()
        if self.killer:
            self.killer.join()

    def complaints(self) -> list[str]:
        """What the processes logged as errors, and what reached nobody but Python itself."""
        logs = [one.log.read_text(errors="replace") for one in (*self.webs, *self.schedulers)]
        return [line[:400] for text in logs for line in text.splitlines() if FAULT.search(line)]

    def _cpu_seconds(self) -> float:
        """Of the web processes and their workers; it does not matter who else the machine works for."""
        groups = {str(one.running.pid) for one in self.webs if one.running}
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it has just ended
                values = stat.read_text().rpartition(")")[2].split()
                ticks += (int(values[11]) + int(values[12])) if values[2] in groups else 0
        return ticks / os.sysconf("SC_CLK_TCK")

    def _kill(self) -> None:
        """One of each kind every ``BETWEEN_KILLS`` seconds: never all at one moment, as machines do not."""
        kinds = (self.webs, self.schedulers)
        for turn in count():
            for processes in kinds:
                if self.over.wait(BETWEEN_KILLS / len(kinds)):
                    return
                one = processes[turn % len(processes)]
                one.kill()
                one.start()
                self.killed += 1


# A city that was seeded once is served many times.
DATA_KEY = "only-for-load-0123456789abcdefghijklmnopqrstuvwxyz"


def surroundings(folder: Path, url: str) -> dict[str, str]:
    """What every process of the site finds in its environment: what several machines would share."""
    return {
        "ZHITONGCHE_ENV": "development", "DATABASE_URL": url, "VAR_DIR": str(folder / "var"), "TEXTING": "off",
        "SECRET_KEY": secrets.token_urlsafe(48), "DATA_KEYS": DATA_KEY,
        "ATTACHMENTS_DIR": str(folder / "attachments"), "SWEEP_SECONDS": str(SWEEP_SECONDS), "PYTHONPATH": str(HERE),
    }


@contextlib.contextmanager
def running(folder: Path, *, faults: bool) -> Iterator[Site]:
    """The site while this lasts, its surroundings being in the environment already."""
    subprocess.run([sys.executable, HERE / "tools" / "precompile.py"], cwd=HERE, stdout=sys.stderr, check=True)
    Path(os.environ["VAR_DIR"]).mkdir(exist_ok=True)
    ports = [_free_port() for _ in range(WEBS if faults else 1)]
    webs = [_web(folder, port, ["--workers", "1"] if faults else []) for port in ports]
    schedulers = [_process(folder, f"jobs{n}", ["-m", "app.cli", "jobs", "start"])
                  for n in range(SCHEDULERS if faults else 1)]
    site = Site(f"http://{HOST}:{ports[0]}", webs, schedulers)
    if faults:
        port = _free_port()
        site.front, site.address, site.tries = [_nginx(folder, port, ports)], f"http://{HOST}:{port}", TRIES
    everything = [*site.webs, *site.front, *site.schedulers]
    try:
        for one in everything:
            one.start()
        for port in [*ports, int(site.address.rpartition(":")[2])]:
            _wait_for(port, site)
        yield site
    finally:
        site.stop_killing()
        for one in reversed(everything):
            one.stop()


def _web(folder: Path, port: int, more: list[str]) -> Process:
    command = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"{HOST}:{port}", *more, "wsgi:app"]
    return _process(folder, f"web{port}", command)


def _process(folder: Path, name: str, arguments: list[str]) -> Process:
    """One of the machine's: they all share its folder, and with it the figures that each of them counts."""
    own = {"PROXY_COUNT": "1" if "web" in name else "0"}
    return Process([sys.executable, *arguments], {**os.environ, **own}, folder / f"{name}.log")


def _nginx(folder: Path, port: int, ports: list[int]) -> Process:
    """deploy/nginx.conf without what one machine cannot have: certificates, and a rate for each address."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NoSite("--faults needs nginx; on Debian: apt-get install nginx-light")
    text = (HERE / "deploy" / "nginx.conf").read_text()
    text = re.sub(r"rate=\d+r/[sm]", "rate=100000r/s", text)
    text = re.sub(r"\n +server 127\.0\.0\.1:8000(.*)", "".join(rf"\n    server {HOST}:{one}\1" for one in ports), text)
    text = re.sub(r"server \{\n +listen 80;.*?\n\}\n", "", text, flags=re.S)  # the way from http to https
    text = re.sub(r"\n +listen \[::\]:443.*|\n +ssl_.*", "", text)
    text = re.sub(r"listen 443 .*;", f"listen {HOST}:{port};", text).replace("/etc/nginx/", f"{folder}/")
    shutil.copy(HERE / "deploy" / "nginx-proxy.conf", folder / "zhitongche-proxy.conf")
    places = "".join(f"{kind}_temp_path {folder}/nginx-{kind};\n"
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid;\nworker_processes 1;\ndaemon off;\nevents {{ worker_connections 2048; }}\n"
        f"http {{\naccess_log off;\n{places}{text}}}\n")
    command = [program, "-p", str(folder), "-e", str(folder / "nginx-errors.log"), "-c", str(folder / "nginx.conf")]
    return Process(command, dict(os.environ), folder / "nginx.log")


def _wait_for(port: int, site: Site) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        try:
            # The server listens before its program is read: what counts is an answer.
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=STARTING_SECONDS):
                return
        except OSError:
            time.sleep(0.2)
    said = "\n".join(one.log.read_text(errors="replace")[-2000:] for one in (*site.webs, *site.front))
    raise NoSite(f"nobody answers on port {port}:\n{said}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
