"""A limit for the whole of a conversation: time-outs of sockets begin anew with every byte that drips in."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Deadline:
    """Cuts every connection it watches when the time is over."""

    def __init__(self) -> None:
        self.is_over = False
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, connection: socket.socket | None) -> None:
        """This connection is cut as well; at once when it is over already."""
        with self._lock:
            if connection is not None:
                self._watched.append(connection)
                if self.is_over:
                    _cut(connection)

    def end(self) -> None:
        """Time is over."""
        with self._lock:
            self.is_over = True
            for connection in self._watched:
                _cut(connection)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended by itself


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """What is watched inside is cut after ``seconds``."""
    deadline = Deadline()
    timer = threading.Timer(seconds, deadline.end)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
