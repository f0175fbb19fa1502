"""见证: for another organ, on a machine of its own. Stands alone: nothing of the site is imported, only Python is needed.

``keep`` takes the anchors that the site signs, keeps those that follow the one before, and cries out when none comes.
``check`` reads a whole log and says whether it is one chain and what the anchors say: a second opinion, written apart.
``consent`` lets the next anchor go on from an earlier one, once: after a restore that this organ knows of.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

NOTHING = "0" * 64
ROWS = "SELECT seq, prev, hash, alg, body FROM events ORDER BY seq"
SHOWN, MOST_BYTES = 20, 1_000_000
LATE_SECONDS, LOOK_SECONDS = 1800, 30
Said: TypeAlias = dict[str, Any]
Point: TypeAlias = tuple[int, int, int, int]


# Ed25519, the half of RFC 8032 that checks a signature: on the curve -x² + y² = 1 + d·x²·y² over the field of P.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, P) % P


def point(encoded: bytes) -> Point:
    """A point as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z, from y and the last bit of x. Raises ValueError."""
    number = int.from_bytes(encoded, "little")
    y, is_odd = number & (1 << 255) - 1, number >> 255
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if len(encoded) != 32 or y >= P or x * x % P != square:
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != is_odd else x
    return x, y, 1, x * y % P


def plus(one: Point, two: Point) -> Point:
    """The sum of two points, also of a point with itself."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]), (one[1] + one[0]) * (two[1] + two[0])
    c, d = 2 * one[3] * two[3] * CURVE, 2 * one[2] * two[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(count: int, one: Point) -> Point:
    """``one`` added up so many times, by doubling."""
    total: Point = (0, 1, 1, 0)
    while count:
        total = plus(total, one) if count & 1 else total
        one, count = plus(one, one), count >> 1
    return total


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signed(text: str, signature: str, key: str) -> bool:
    """Whether the holder of this key has signed the text; both in hexadecimal."""
    try:
        public, signed = bytes.fromhex(key), bytes.fromhex(signature)
        holder, drawn, answer = point(public), point(signed[:32]), int.from_bytes(signed[32:], "little")
    except ValueError:
        return False
    asked = int.from_bytes(hashlib.sha512(signed[:32] + public + text.encode()).digest(), "little") % ORDER
    left, right = times(answer, BASE), plus(drawn, times(asked, holder))
    same = all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
    return len(signed) == 64 and answer < ORDER and same


class NotFollowing(ValueError):
    """Signed by the site, and yet not the next of what is held here: worth an alarm."""


def read(lines: Sequence[str], keys: Sequence[str], before: Said | None = None) -> list[Said]:
    """The anchors of these lines, each of which must name the one before; the last signature vouches for them all."""
    signature, _, text = lines[-1].partition(" ") if lines else ("", "", "")
    if lines and not any(is_signed(text, signature, key) for key in keys):
        raise ValueError("最后一个锚点的签名不对")
    anchors: list[Said] = []
    for line in lines:
        text = line.partition(" ")[2]
        one = json.loads(text) | {"digest": hashlib.sha256(text.encode()).hexdigest(), "line": line}
        last = anchors[-1] if anchors else before
        if last and (one["prev_checkpoint"], one["number"]) != (last["digest"], last["number"] + 1):
            raise NotFollowing(f"第 {one['number']} 号锚点没有接着上一个")
        anchors.append(one)
    return anchors


def ensure_growth(one: Said, last: Said, *, may_resume: bool) -> None:
    """The log only grows from one anchor to the next; going on from an earlier point is what a restore does."""
    grew = one["seq"] > last["seq"] or (one["seq"], one["hash"]) == (last["seq"], last["hash"])
    if one["instance"] != last["instance"] or not (may_resume if one["resumes"] >= 0 else grew):
        raise NotFollowing(f"第 {one['number']} 号锚点不是接着第 {last['number']} 号的日志：恢复了备份，或者日志被改写")


def rows_of(address: str) -> Iterator[tuple[Any, ...]]:
    """The log's rows from a database, or from a file with a JSON list ``[seq, prev, hash, alg, body]`` a line."""
    if address.startswith("sqlite:///"):
        place = quote(address.removeprefix("sqlite:///"))
        connection = sqlite3.connect(f"file:{place}?mode=ro", uri=True)
        connection.text_factory = lambda given: given.decode("utf-8", "replace")
        yield from connection.execute(ROWS)
    elif address.startswith("postgresql://"):
        with import_module("psycopg").connect(address) as server, server.cursor("log") as cursor:
            yield from cursor.execute(ROWS)
    else:
        with Path(address).open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def complaints(rows: Iterable[Sequence[Any]], anchors: Sequence[Said]) -> Iterator[str]:
    """Every place where the log is not one chain, or not what an anchor says."""
    standing: list[Said] = []
    for one in anchors:
        if one["resumes"] >= 0:
            standing = [former for former in standing if former["number"] <= one["resumes"]]
        standing.append(one)
    wanted, found, seq, last = {one["seq"] for one in standing}, {}, 0, NOTHING
    for number, prev, digest, alg, body in rows:
        if number != seq + 1 or prev != last:
            yield f"第 {number} 条没有接着第 {seq} 条"
        if alg not in ("sha256", "sm3") or hashlib.new(alg, f"{prev}\n{number}\n{body}".encode()).hexdigest() != digest:
            yield f"第 {number} 条的内容与封印不符"
        seq, last = number, digest
        if seq in wanted:
            found[seq] = digest
    for one in standing:
        if found.get(one["seq"]) != one["hash"]:
            yield f"第 {one['seq']} 条不是第 {one['number']} 号锚点封存的那一条，日志只到第 {seq} 条，或者被改写过"


def check(anchors_file: Path, keys_file: Path, address: str) -> int:
    """Print what is wrong, at most a screenful; 0 when nothing is."""
    try:
        anchors = read(anchors_file.read_text().splitlines(), keys_file.read_text().split())
    except (OSError, ValueError) as problem:
        print(f"锚点不可信：{problem}")
        return 1
    found = list(complaints(rows_of(address), anchors))
    print(*found[:SHOWN], sep="\n", end="\n" if found else "")
    print(f"另写的校验：{len(found)} 处不符，锚点 {len(anchors)} 个" if found else f"另写的校验：日志完整，锚点 {len(anchors)} 个相符")
    return 1 if found else 0


class Keeper:
    """Holds the anchors that came and cries out when none does."""

    def __init__(self, file: Path, keys: Sequence[str], alarm: str) -> None:
        self.file, self.keys, self.alarm = file, keys, alarm
        self.consent = file.with_suffix(".consent")
        self.cried: dict[str, float] = {}
        self.lock, self.arrived = threading.Lock(), time.monotonic()
        kept = read(file.read_text().splitlines(), keys) if file.exists() else []
        self.last: Said | None = kept[-1] if kept else None

    @property
    def is_late(self) -> bool:
        """Whether nothing has come for half an hour."""
        return time.monotonic() - self.arrived > LATE_SECONDS

    def take(self, body: str) -> Said:
        """Keep what follows; what is here already comes a second time when an answer was lost. Raises ValueError."""
        with self.lock:
            held = self.last["number"] if self.last else 0
            fresh = [line for line in body.splitlines() if json.loads(line.partition(" ")[2])["number"] > held]
            for one in read(fresh, self.keys, self.last):
                if self.last:
                    ensure_growth(one, self.last, may_resume=self.consent.exists())
                self.keep(one)
            if self.last is None:
                raise ValueError("什么也没有送来")
            return self.last

    def keep(self, one: Said) -> None:
        """Write it down; a consent serves once."""
        with self.file.open("a") as out:
            out.write(f"{one['line']}\n")
        self.last, self.arrived = one, time.monotonic()
        if one["resumes"] >= 0:
            self.consent.unlink(missing_ok=True)

    def cry(self, words: str) -> None:
        """Tell whoever watches here; the same words once in half an hour, for the site tries again and again."""
        now = time.monotonic()
        if now - self.cried.get(words, float("-inf")) < LATE_SECONDS:
            return
        self.cried[words] = now
        print(f"报警：{words}", file=sys.stderr, flush=True)
        if self.alarm:
            subprocess.run([self.alarm, words], check=False)

    def watch(self) -> None:
        """For ever: once every half hour in which nothing comes."""
        while not time.sleep(LOOK_SECONDS):  # type: ignore[func-returns-value]
            if self.is_late:
                self.cry(f"{LATE_SECONDS // 60} 分钟没有收到锚点")
                self.arrived = time.monotonic()


def door(keeper: Keeper, host: str, port: int) -> ThreadingHTTPServer:
    """Where anchors come in by POST; GET tells the newest, with 503 when it is old."""

    class Door(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            try:
                taken = keeper.take(self.rfile.read(size).decode() if 0 < size <= MOST_BYTES else "")
            except NotFollowing as problem:
                keeper.cry(str(problem))
                self.answer(409, {"code": 409, "words": str(problem)})
            except (ValueError, KeyError, TypeError, RecursionError) as problem:
                self.answer(400, {"code": 400, "words": str(problem)})
            else:
                self.answer(200, {"code": 0, "id": f"{taken['number']} {taken['digest']}"})

        def do_GET(self) -> None:
            last = keeper.last
            self.answer(503 if keeper.is_late or not last else 200, {"last": last and last["line"]})

        def answer(self, code: int, said: object) -> None:
            body = json.dumps(said, ensure_ascii=False).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return ThreadingHTTPServer((host, port), Door)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="日志锚点的见证和另一种校验")
    parser.add_argument("act", choices=["keep", "check", "consent"])
    parser.add_argument("--anchors", type=Path, required=True, help="锚点文件")
    parser.add_argument("--keys", type=Path, help="站点的公钥文件，一行一个")
    parser.add_argument("--log", default=os.environ.get("DATABASE_URL", ""), help="日志：数据库地址，或导出的文件")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--alarm", default="", help="报警时运行的程序，第一个参数是要说的话")
    given = parser.parse_args()
    if given.act == "consent":
        given.anchors.with_suffix(".consent").touch()
        return 0
    if given.act == "check":
        return check(given.anchors, given.keys, given.log)
    keeper = Keeper(given.anchors, given.keys.read_text().split(), given.alarm)
    threading.Thread(target=keeper.watch, daemon=True).start()
    door(keeper, given.host, given.port).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
