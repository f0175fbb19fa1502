"""Between the site and its database: passes everything on, until it is told to misbehave."""

import contextlib
import socket
import struct
import threading
import time

FAULTS = ("down", "reset", "black hole", "latency")
LATENCY_SECONDS = 3.0
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
            with contextlib.suppress(OSError):
                if self.fault == "reset":
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
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source, target):
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                if self.fault == "latency":
                    time.sleep(LATENCY_SECONDS)
                while self.fault == "black hole":
                    time.sleep(0.05)
                target.sendall(said)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RD)
        source.close()
