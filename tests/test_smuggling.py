"""Where one request ends and the next begins is read in one way, by nginx and by gunicorn: nothing is smuggled in."""

import json
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from config import HERE
from tests import nginx
from tests.app.test_serve import free_port
from tests.drills.site import wait_for

REFUSED = object()
HEAD = b"POST /{n}/first HTTP/1.1\r\nHost: 127.0.0.1\r\n"
HIDDEN = b"GET /{n}/smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CHUNKED, EMPTY = b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"


def length(count):
    return b"Content-Length: %d\r\n" % count


def one_chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content) + EMPTY


# What is sent as the headers and the body of a POST, and what may be read as its body; REFUSED: nothing may. Whoever
# likes may refuse it all the same. {n} is the number of the case.
CASES = {
    "both lengths, the chunks end first": (length(200) + CHUNKED, EMPTY + HIDDEN, REFUSED),
    "both lengths, the count ends first": (length(4) + CHUNKED, one_chunk(HIDDEN), REFUSED),
    "both lengths, the chunks named first": (CHUNKED + length(4), one_chunk(HIDDEN), REFUSED),
    "two counts": (length(0) + length(len(HIDDEN)), HIDDEN, REFUSED),
    "two counts, the longer first": (length(len(HIDDEN)) + length(0), HIDDEN, REFUSED),
    "a list of counts": (b"Content-Length: 5, 0\r\n", b"hello" + HIDDEN, REFUSED),
    "the same count twice": (length(5) + length(5), b"hello", b"hello"),
    "a count with a sign": (b"Content-Length: +5\r\n", b"hello", REFUSED),
    "a negative count": (b"Content-Length: -1\r\n", HIDDEN, REFUSED),
    "a count in hexadecimal": (b"Content-Length: 0x5\r\n", b"hello", REFUSED),
    "a count with an underscore": (b"Content-Length: 1_0\r\n", b"hello" + HIDDEN, REFUSED),
    "a count in other digits": ("Content-Length: ５\r\n".encode(), b"hello", REFUSED),
    "a folded line names the chunks": (b"Transfer-Encoding:\r\n chunked\r\n" + length(5), EMPTY + HIDDEN, REFUSED),
    "a folded line names a count": (b"X-A: b\r\n Content-Length: 60\r\n" + length(5), b"hello", REFUSED),
    "a first line that is folded": (b" X-A: b\r\n" + length(5), b"hello", REFUSED),
    "xchunked": (b"Transfer-Encoding: xchunked\r\n" + length(5), EMPTY + HIDDEN, REFUSED),
    "chunked in quotes": (b'Transfer-Encoding: "chunked"\r\n' + length(5), EMPTY + HIDDEN, REFUSED),
    "chunked, and something else after it": (b"Transfer-Encoding: chunked, identity\r\n", EMPTY + HIDDEN, REFUSED),
    "chunked twice": (CHUNKED + CHUNKED, one_chunk(b"hello"), REFUSED),
    "chunked and another line": (CHUNKED + b"Transfer-Encoding: cow\r\n", EMPTY + HIDDEN, REFUSED),
    "chunked behind a vertical tab": (b"Transfer-Encoding: \x0bchunked\r\n" + length(5), EMPTY + HIDDEN, REFUSED),
    "a space before the chunks' colon": (b"Transfer-Encoding : chunked\r\n" + length(5), EMPTY + HIDDEN, REFUSED),
    "a space before the colon of the count": (b"Content-Length : 5\r\n", b"hello" + HIDDEN, REFUSED),
    "a tab before the colon": (b"Content-Length\t: 5\r\n", b"hello", REFUSED),
    "underscores name the chunks": (b"Transfer_Encoding: chunked\r\n" + length(5), b"hello", b"hello"),
    "underscores name a count": (b"Content_Length: 0\r\n" + length(5), b"hello", b"hello"),
    "an address by underscores": (b"X_Forwarded_For: 6.6.6.6\r\n" + length(5), b"hello", b"hello"),
    "a bare LF names the chunks": (b"X-A: b\nTransfer-Encoding: chunked\r\n" + length(5), EMPTY + HIDDEN, REFUSED),
    "a bare CR names the chunks": (b"X-A: b\rTransfer-Encoding: chunked\r\n" + length(5), b"hello", REFUSED),
    "a zero byte in a header": (b"X-A: b\x00\r\n" + length(5), b"hello", REFUSED),
    "a line without a colon": (b"X-A\r\n" + length(5), b"hello", REFUSED),
    "an extension of a chunk": (CHUNKED, b"5;a=b\r\nhello\r\n" + EMPTY, b"hello"),
    "an extension that ends with a bare LF": (CHUNKED, b"2;\nxx\r\n" + one_chunk(HIDDEN), REFUSED),
    "a chunk's count that ends with a bare LF": (CHUNKED, b"5\nhello\r\n" + EMPTY, REFUSED),
    "a chunk that ends with a bare LF": (CHUNKED, b"5\r\nhello\n0\r\n\r\n", REFUSED),
    "a chunk's count with 0x": (CHUNKED, b"0x5\r\nhello\r\n" + EMPTY, REFUSED),
    "a chunk's count with a sign": (CHUNKED, b"+5\r\nhello\r\n" + EMPTY, REFUSED),
    "a chunk's count that turns over": (CHUNKED, b"10000000000000000\r\n" + EMPTY + HIDDEN, REFUSED),
    "a chunk with more in it than it says": (CHUNKED, b"1\r\nhello\r\n" + EMPTY + HIDDEN, REFUSED),
    "trailers": (CHUNKED, b"5\r\nhello\r\n0\r\nContent-Length: 60\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n", b"hello"),
    "two hosts": (b"Host: evil.example\r\n" + length(5), b"hello", REFUSED),
    "a request as a body": (length(len(HIDDEN)), HIDDEN, HIDDEN),
    "a request as a chunk": (CHUNKED, one_chunk(HIDDEN), HIDDEN),
}
WELL_FORMED = ("an extension of a chunk", "a request as a body", "a request as a chunk")
# nginx takes a bare LF in a chunked body as it takes CR LF, and leaves a line without a colon out. It reads bodies to
# their end and hands them on by their count, so that gunicorn has nothing to read in another way.
BY_NGINX = {
    "an extension that ends with a bare LF": b"xx" + HIDDEN, "a chunk's count that ends with a bare LF": b"hello",
    "a chunk that ends with a bare LF": b"hello", "a line without a colon": b"hello",
}


class Door:
    """Where raw bytes are sent to, and what the program behind it hears."""

    def __init__(self, port, heard, *, lenient=()):
        self.port, self.file, self.lenient = port, heard, dict(lenient)

    def sends(self, number, raw):
        """All that comes back, with a plain request on the same line as soon as something has."""
        with socket.create_connection(("127.0.0.1", self.port), 5, (f"127.0.1.{number + 1}", 0)) as line:
            line.sendall(raw.replace(b"{n}", b"%03d" % number))
            said = answer(line)
            try:
                line.sendall(b"GET /%03d/after HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % number)
                return said + answer(line)
            except OSError:
                return said

    def hears(self, raws):
        """What the program has understood of each, and what was answered."""
        before = len(self._lines())
        with ThreadPoolExecutor(8) as several:
            answers = list(several.map(self.sends, range(len(raws)), raws))
        heard = [[] for _ in raws]
        for said in self._lines()[before:]:
            number, name = re.fullmatch("/([0-9]{3})/(.*)", said["path"]).groups()
            heard[int(number)].append((name, said["body"]))
            assert said["from"] in (None, f"127.0.1.{int(number) + 1}")
        return heard, answers

    def _lines(self):
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]


def answer(line, seconds=1.0):
    """Until there is a whole answer, the line is closed, or nothing comes."""
    line.settimeout(seconds)
    said = b""
    with suppress(OSError):
        while b"\r\n\r\n" not in said and (piece := line.recv(65536)):
            said += piece
    return said


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory):
    """As deploy/ starts it, with a program that tells what it hears."""
    folder, port = tmp_path_factory.mktemp("smuggling"), free_port()
    heard = folder / "heard"
    heard.touch()
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}",
               "--workers", "1", "--threads", "8", "tests.heard:app"]
    environment = os.environ | {"HEARD": str(heard), "VAR_DIR": str(folder), "PYTHONPATH": str(HERE)}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=said, stderr=said)
    wait_for(port)
    yield port, heard
    process.terminate()
    process.wait()


@pytest.fixture(scope="module", params=["gunicorn", pytest.param("nginx", marks=nginx.NEEDED)])
def door(request, gunicorn, tmp_path_factory):
    port, heard = gunicorn
    if request.param == "gunicorn":
        yield Door(port, heard)
        return
    with nginx.in_front_of(tmp_path_factory.mktemp("nginx"), port) as own:
        yield Door(own, heard, lenient=BY_NGINX)


def test_each_request_is_read_in_one_way_or_refused(door):
    heard, answers = door.hears([HEAD + headers + b"\r\n" + body for headers, body, _ in CASES.values()])
    for number, (name, (_, _, meant)) in enumerate(CASES.items()):
        meant = door.lenient.get(name, meant)
        first = [] if meant is REFUSED else [("first", meant.replace(b"{n}", b"%03d" % number).decode())]
        may_be = ([], first, [*first, ("after", "")])
        assert heard[number] in may_be and b"smuggled" not in answers[number], (name, heard[number], answers[number])
        assert heard[number] or name not in WELL_FORMED, name


def test_what_a_view_leaves_unread_is_not_the_next_request(door):
    lazy = HEAD.replace(b"first", b"lazy")
    raws = [lazy + length(len(HIDDEN)) + b"\r\n" + HIDDEN, lazy + CHUNKED + b"\r\n" + one_chunk(HIDDEN)] * 8
    heard, answers = door.hears(raws)
    assert {tuple(names) for names in heard} <= {(("lazy", None),), (("lazy", None), ("after", ""))}
    assert not any(b"smuggled" in one for one in answers)
