"""Between the site and its database: passes everything on, until it is told to misbehave.

``cut``: every connection is reset after some bytes of what the server says. ``unheard``: what is sent arrives and is
done, but no answer comes back.
"""

import contextlib
import socket
import struct
import threading
import time

FAULTS = ("down", "reset", "black hole", "latency", "cut", "unheard")
LATENCY_SECONDS, CUT_BYTES = 3.0, 2_000
SILENT = ("black hole", "unheard")
RESET = struct.pack("ii", 1, 0)  # closing sends a reset, not an end


class Proxy:
    """``with Proxy(reach) as proxy``; ``proxy.fault`` is one of FAULTS or empty. ``reach`` connects to the server."""

    def __init__(self, reach):
        self.reach, self.fault, self.pairs = reach, "", []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self._cut()

    def misbehave(self, fault):
        """From now on; an empty one puts everything right, but what was held back is lost as on a line that was cut."""
        self.fault = fault
        if fault in ("down", "reset", ""):
            self._cut()

    def _cut(self):
        pairs, self.pairs = self.pairs, []
        for one in sum(pairs, ()):
            self._end(one, by_reset=self.fault == "reset")

    @staticmethod
    def _end(one, *, by_reset):
        with contextlib.suppress(OSError):
            if by_reset:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            one.shutdown(socket.SHUT_RD)  # whoever reads from it wakes, and closes it

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.fault in ("down", "reset"):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
                continue
            server = self.reach()
            self.pairs.append((client, server))
            for source, target, held_by in ((client, server, ("black hole",)), (server, client, SILENT)):
                threading.Thread(target=self._pass_on, args=(source, target, held_by), daemon=True).start()

    def _pass_on(self, source, target, held_by):
        left = CUT_BYTES
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                if self.fault == "latency":
                    time.sleep(LATENCY_SECONDS)
                while self.fault in held_by:
                    time.sleep(0.05)
                if self.fault == "cut" and held_by is SILENT:
                    said, left = said[:left], left - len(said)
                target.sendall(said)
                if left <= 0:
                    self._end(target, by_reset=True)
                    break
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RD)
        source.close()
