"""Gateways for the tests: honest, slow, lying, poisonous, dead; each a real server on this machine."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OK = b'{"errcode": 0, "code": 0, "id": "A-1"}'


class Gateway:
    """``answers`` are bodies, or callables that get the request and write what they like; the last one stays."""

    def __init__(self, *answers, status=200):
        self.answers, self.status, self.seen = list(answers or [OK]), status, []

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.seen.append((handler.path, dict(handler.headers), body))
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(said):
            said(handler)
            return
        handler.send_response(self.status)
        handler.send_header("Content-Length", str(len(said)))
        handler.end_headers()
        handler.wfile.write(said)

    @property
    def said(self):
        return [json.loads(body) for _, _, body in self.seen]

    @contextmanager
    def open(self, tls=None):
        """``tls``: an SSL context of the server, for https."""
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                try:
                    gateway.answer(self)
                except OSError:
                    pass  # whoever asked has gone

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/send"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def hangs(handler):
    time.sleep(3)


def drips_a_header(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(handler)


def drips_a_body(handler):
    handler.send_response(200)
    handler.end_headers()
    drip(handler)


def drip(handler):
    for _ in range(100):
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


def floods(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" " * 8192)


def redirects(handler):
    handler.send_response(302)
    handler.send_header("Location", handler.path + "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def breaks_off(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
