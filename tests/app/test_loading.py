"""The site is loaded when it is asked for, and meanwhile those at work go first."""

import gc
import os
import subprocess
import sys
from threading import current_thread

import pytest

import app
from app import loading
from app.loading import LOW, SESSION, giving_way
from config import HERE

TELLS = """
import os
from app.loading import LOW, SESSION, giving_way
told = lambda: print(SESSION.read_text().split()[-1], os.getpriority(os.PRIO_PROCESS, 0))
with giving_way():
    told()
told()
"""


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
    """The priorities of a process's session and of itself, while it loads and afterwards."""
    if not SESSION.exists():
        pytest.skip("Linux alone shares processors among sessions")

    def run(**how):
        return subprocess.run([sys.executable, "-c", TELLS], cwd=HERE, capture_output=True, text=True, check=True,
                              **how).stdout.splitlines()

    return run


def test_a_service_lets_others_go_first_while_it_loads_and_then_takes_part(told):
    assert told(start_new_session=True) == [f"{LOW} {LOW}", "0 0"]


def test_a_worker_among_others_holds_only_itself_back(told):
    assert told() == [f"0 {LOW}", "0 0"]


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
