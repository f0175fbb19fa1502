"""A household of processes: stopped together, restarted when it may be, ended when it must."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from app.cli import processes
from app.cli.processes import Child, Household

STAYS = "import time; time.sleep(60)"


@pytest.fixture(autouse=True)
def signals():
    """A household listens to signals; afterwards the test's process listens to its own again."""
    before = {number: signal.getsignal(number) for number in processes.STOPPING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def child(program, name="子进程", **rest):
    return Child(name, [sys.executable, "-c", program], **rest)


def household(*children):
    said = []
    house = Household(list(children), say=said.append)
    house.said = said
    return house


def test_asked_to_stop_it_stops_everybody_and_says_all_is_well():
    web, jobs = child(STAYS, is_vital=True), child(STAYS)
    house = household(web, jobs)

    assert house.run(when_started=lambda: os.kill(os.getpid(), signal.SIGTERM)) == 0
    assert [one.process.returncode for one in (web, jobs)] == [-signal.SIGTERM, -signal.SIGTERM]


def test_without_its_vital_child_it_ends_and_says_so():
    jobs = child(STAYS)
    house = household(child("raise SystemExit(3)", name="网站", is_vital=True), jobs)

    assert house.run(when_started=lambda: None) == 1
    assert house.said == ["网站意外退出（退出码 3），全部停止。"]
    assert jobs.process.returncode == -signal.SIGTERM


def test_another_child_is_started_anew_after_a_growing_pause(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "POLL_SECONDS", 0.02)
    tally = tmp_path / "starts"
    dies = child(f"open({str(tally)!r}, 'a').write('x')", name="调度进程", pause=0.05)
    tally.touch()
    web = child(
        f"import os, time\nwhile os.path.getsize({str(tally)!r}) < 3: time.sleep(0.02)", name="网站", is_vital=True
    )
    house = household(web, dies)

    assert house.run(when_started=lambda: None) == 1
    assert house.said[0] == "调度进程意外退出，0 秒后重新启动。"
    assert dies.pause >= 0.2


def test_who_does_not_listen_is_made_to_end(monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE_SECONDS", 0.3)
    deaf = child(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {STAYS}")
    house = household(deaf)
    deaf.start()
    time.sleep(0.5)
    house.stop()
    assert deaf.process.returncode in (-signal.SIGKILL, -signal.SIGTERM)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_children_do_not_outlive_a_parent_that_was_killed(tmp_path):
    written = tmp_path / "pid"
    parent = child(
        "import os, sys; sys.path.insert(0, os.getcwd())\n"
        "from app.cli.processes import Child\n"
        f"one = Child('x', [sys.executable, '-c', {STAYS!r}]); one.start()\n"
        f"open({str(written)!r}, 'w').write(str(one.process.pid)); one.process.wait()"
    )
    parent.start()
    wait_for(lambda: written.exists() and written.read_text())
    parent.process.kill()
    parent.process.wait()
    wait_for(lambda: not is_running(int(written.read_text())))


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
