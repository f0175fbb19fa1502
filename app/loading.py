"""Loading the program: half a million objects that stay, and hardly one of them garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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


def settle(*thresholds: int) -> None:
    """What is here now is here to stay: the collector of garbage passes it over, and looks as often as told from now on
    (`gc.set_threshold`). It need not go through everything again with every few pages (a tenth of a page's time), nor
    write into what a forked worker shares with the others."""
    gc.freeze()
    gc.set_threshold(*thresholds)


def settle_for_jobs() -> None:
    """As `settle`; batches need not be searched for garbage."""
    settle(100_000, 50, 50)
