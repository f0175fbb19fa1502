"""An S3 server of this machine for the tests: a real one, spoken to over a socket, that keeps its objects in memory."""

import logging
import socket
from contextlib import contextmanager

from moto.moto_server.threaded_moto_server import ThreadedMotoServer

KEYS = {"ATTACHMENTS_REGION": "us-east-1", "ATTACHMENTS_KEY_ID": "tests", "ATTACHMENTS_SECRET": "only for tests",
        "ATTACHMENTS_CA_FILE": None}


@contextmanager
def server():
    """``http://host:port`` while this lasts."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    yield "http://%s:%s" % moto.get_host_and_port()
    moto.stop()


@contextmanager
def silent_server():
    """One that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
