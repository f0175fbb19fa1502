"""The site on a port of this machine, on the clock of the test: what a browser needs and the test client does not."""

import contextlib
import threading
import time
from datetime import timedelta

from axe_playwright_python.base import AXE_SCRIPT
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from models import clock
from models.base import db

PATIENCE_SECONDS = 10.0
# From the site a browser reads the half megabyte once; sent into each page by the test it was read each time.
AXE = "/static/~tests/axe.js"


class Quiet(WSGIRequestHandler):
    """No line for every request."""

    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


class Site:
    """``site.url``; ``site.now`` is what time it is, in the site as in ``site.hours()``, until the test moves it."""

    def __init__(self, app, now):
        self.app, self.now = app, now
        self.running = 0
        self.axe = Response(AXE_SCRIPT, mimetype="text/javascript", headers={"Cache-Control": "max-age=3600"})
        self.lock = threading.Condition()
        self.server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def _answer(self, environ, start_response):
        if environ["PATH_INFO"] == AXE:
            return self.axe(environ, start_response)
        with self.lock:
            self.running += 1
        try:
            with clock.standing_at(self.now):
                answer = self.app(environ, start_response)
                try:
                    return [b"".join(answer)]
                finally:
                    getattr(answer, "close", lambda: None)()
        finally:
            with self.lock:
                self.running -= 1
                self.lock.notify_all()

    @contextlib.contextmanager
    def hours(self):
        """What the test does itself, outside the browser: on the site's clock, and saved before anybody looks."""
        with self.app.app_context(), clock.standing_at(self.now):
            yield
            db.session.commit()

    def wait(self, **span):
        """Let time pass."""
        self.now += timedelta(**span)

    def rest(self):
        """Wait until no request is being answered: the database can then be put back."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self.lock:
            if not self.lock.wait_for(lambda: not self.running, timeout=max(0, deadline - time.monotonic())):
                raise TimeoutError("a request of this test is still being answered")

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
