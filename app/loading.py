"""Loading the program: half a million objects that stay, and 1.5 s of a processor that those at work do without."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread, Timer, get_native_id
from time import sleep

# Linux shares processors among sessions first (sched(7), "The autogroup feature"), then among the threads of each.
SESSION = Path("/proc/self/autogroup")
LOW, USUAL, PATIENCE = 5, 0, 4.0
TRIES, BETWEEN = 50, 0.11


@contextmanager
def undisturbed() -> Iterator[None]:
    """Nobody looks for garbage meanwhile, nor afterwards among what has come: to do so took a third of a start."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


@contextmanager
def giving_way() -> Iterator[None]:
    """Whoever is at work goes first meanwhile: a process that takes another's place would take what it needs to get
    ready from everybody's pages. Not for longer than ``PATIENCE``: where nobody ever rests, one who waits is missed."""
    let_others_go_first()
    before = os.getpriority(os.PRIO_PROCESS, 0)
    lowered = get_native_id() if SESSION.exists() and before < LOW and _may_return(before) else None
    if lowered:
        os.setpriority(os.PRIO_PROCESS, lowered, LOW)
    enough = Timer(PATIENCE, _take_part, [lowered, before])
    enough.daemon = True
    enough.start()
    try:
        yield
    finally:
        enough.cancel()
        enough.join()
        _take_part(lowered, before)


def let_others_go_first() -> None:
    """The session that begins with this process waits for the others until somebody in it has been ``giving_way``."""
    if os.getsid(0) == os.getpid():
        _weigh_session(LOW)


def settle(*thresholds: int) -> None:
    """What is here now is here to stay: the collector of garbage passes it over, and looks as often as told from now on
    (`gc.set_threshold`). It need not go through everything again with every few pages (a tenth of a page's time), nor
    write into what a forked worker shares with the others."""
    gc.freeze()
    gc.set_threshold(*thresholds)


def settle_for_jobs() -> None:
    """As `settle`; batches need not be searched for garbage."""
    settle(100_000, 50, 50)


def _take_part(lowered: int | None, before: int) -> None:
    """As ``before`` again: the session, and the thread ``lowered``. Whoever was started with ``nice`` keeps it."""
    if lowered:
        os.setpriority(os.PRIO_PROCESS, lowered, before)
    if SESSION.exists() and SESSION.read_text().endswith(f" nice {LOW}\n"):
        _weigh_session(USUAL)


def _weigh_session(priority: int) -> None:
    for _ in range(TRIES):
        try:
            SESSION.write_text(str(priority))
            return
        except BlockingIOError:  # whoever is not root shares ten changes a second with everybody else
            sleep(BETWEEN)
        except OSError:
            return


def _may_return(before: int) -> bool:
    """Whether a low priority can be given up again (``LimitNICE=`` in the unit). Tried by a thread that ends: on Linux
    a priority is a thread's own."""
    returned = []

    def there_and_back() -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, LOW)
            os.setpriority(os.PRIO_PROCESS, 0, before)
            returned.append(True)

    trying = Thread(target=there_and_back)
    trying.start()
    trying.join()
    return bool(returned)
