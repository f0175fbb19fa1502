"""The site is loaded when it is asked for, and meanwhile those at work go first."""

import gc
import os
import subprocess
import sys
from threading import current_thread

import pytest

import app
from app import loading
from app.loading import LOW, SESSION, USUAL, giving_way
from config import HERE

TELLS = """
import os
from app.loading import SESSION, giving_way
told = lambda: print(SESSION.read_text().split()[-1], os.getpriority(os.PRIO_PROCESS, 0))
with giving_way():
    told()
told()
"""
BEGINS_ANOTHER = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


@pytest.mark.parametrize("is_on", [True, False])
def test_loading_leaves_the_collector_of_garbage_as_it_was(is_on):
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        assert app.create_app and gc.isenabled() is is_on
    finally:
        (gc.enable if was_on else gc.disable)()


@pytest.fixture
def told():
    """The priorities of a process's session and of itself, while it loads and afterwards. The session begins here:
    whoever started the tests may be in none that has a weight."""
    if not SESSION.exists():
        pytest.skip("Linux alone shares processors among sessions")

    def run(*leader):
        return subprocess.run([*leader, sys.executable, "-c", TELLS], cwd=HERE, capture_output=True, text=True,
                              check=True, start_new_session=True).stdout.splitlines()

    return run


@pytest.fixture
def lowered():
    """The priority of who gives way: nobody's, where the tests' account could not take it back."""
    return LOW if loading._may_return(USUAL) else USUAL


def test_a_service_lets_others_go_first_while_it_loads_and_then_takes_part(told, lowered):
    assert told() == [f"{LOW} {lowered}", "0 0"]


def test_a_worker_among_others_holds_only_itself_back(told, lowered):
    assert told(sys.executable, "-c", BEGINS_ANOTHER) == [f"0 {lowered}", "0 0"]


@pytest.mark.parametrize("asked", [3, 19])
def test_who_was_started_with_nice_keeps_it(told, lowered, asked):
    """A backup that its operator starts with ``nice`` stays behind."""
    assert told("nice", "-n", str(asked)) == [f"{LOW} {max(lowered, asked)}", f"0 {asked}"]


def test_who_could_not_come_back_stays_where_it_is(monkeypatch):
    """As without ``LimitNICE=``: down is free to everybody, up is not."""
    lowered = []

    def only_down(_which, _who, priority):
        if not priority:
            raise PermissionError
        lowered.append(current_thread())

    monkeypatch.setattr(os, "setpriority", only_down)
    with giving_way():
        assert current_thread() not in lowered


def test_nobody_is_left_behind_because_others_were_changed_just_now(monkeypatch):
    """Linux lets those who are not root change ten sessions a second, all of them together."""
    written = []

    class Session:
        exists = staticmethod(lambda: True)
        read_text = staticmethod(lambda: f"/autogroup-7 nice {written[-1] if written else 0}\n")

        @staticmethod
        def write_text(priority):
            if not refusals:
                written.append(priority)
            else:
                raise refusals.pop()

    monkeypatch.setattr(loading, "SESSION", Session)
    monkeypatch.setattr(loading, "BETWEEN", 0)
    monkeypatch.setattr(os, "getsid", lambda _: os.getpid())
    refusals = []
    with giving_way():
        refusals.extend([BlockingIOError(), BlockingIOError()])
    assert written == [str(LOW), "0"]


def test_where_sessions_have_no_weight_only_the_process_gives_way(monkeypatch, tmp_path):
    """A program that a container's first process starts in its own session: the file is there, and empty."""
    nothing = tmp_path / "autogroup"
    nothing.touch()
    monkeypatch.setattr(loading, "SESSION", nothing)
    with giving_way():
        assert nothing.read_text() == ""
    assert nothing.read_text() == "" and os.getpriority(os.PRIO_PROCESS, 0) == USUAL
