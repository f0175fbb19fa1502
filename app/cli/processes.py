"""The web server and the scheduler as children of one process that stops both, and restarts what may be restarted."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY_SECONDS = 60.0
STOPPING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One program that is kept running; ``is_vital``: without it there is nothing to keep running."""

    name: str
    command: list[str]
    is_vital: bool = False
    environment: Mapping[str, str] | None = None
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    restart_at: float = 0.0

    def start(self) -> None:
        """In a session of its own: Ctrl-C is for the parent, who asks the children to stop."""
        self.process = subprocess.Popen(
            self.command, env=self.environment, start_new_session=True, preexec_fn=_end_with_parent()
        )
        self.started_at = time.monotonic()

    @property
    def has_ended(self) -> bool:
        """Whether it was running and is not any more."""
        return self.process is not None and self.process.poll() is not None


@dataclass
class Household:
    """Children that live and die together."""

    children: list[Child]
    say: Callable[[str], None]
    asked_to_stop: bool = field(default=False, init=False)

    def run(self, when_started: Callable[[], None]) -> int:
        """Until a signal or the end of a vital child. Returns the exit code: 0 only when it was asked to stop."""
        for number in STOPPING:
            signal.signal(number, self._ask_to_stop)
        try:
            for child in self.children:
                child.start()
            when_started()
            return self._watch()
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask every child to end, and make it end when it does not."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def _watch(self) -> int:
        while not self.asked_to_stop:
            for child in self.children:
                if child.has_ended and child.is_vital:
                    self.say(f"{child.name}意外退出（退出码 {child.process.returncode}），全部停止。")  # type: ignore[union-attr]
                    return 1
                self._keep(child)
            time.sleep(POLL_SECONDS)
        return 0

    def _keep(self, child: Child) -> None:
        """Start a child anew after a pause that grows while it keeps dying."""
        now = time.monotonic()
        if child.has_ended:
            child.pause = FIRST_PAUSE if now - child.started_at > STEADY_SECONDS else child.pause
            self.say(f"{child.name}意外退出，{child.pause:.0f} 秒后重新启动。")
            child.process, child.restart_at = None, now + child.pause
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
        elif child.process is None and now >= child.restart_at:
            child.start()


def _end_with_parent() -> Callable[[], None] | None:
    """Where Linux can do it, a child is told to stop when its parent is killed outright."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was already too late
            os._exit(1)

    return tie
