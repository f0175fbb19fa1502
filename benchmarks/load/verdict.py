"""How it went: what those who asked saw, and whether the database holds what was acknowledged, once."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from benchmarks.load.machines import Site
from benchmarks.load.seeding import Sizes
from benchmarks.report import Figure, percentile
from models.base import db
from models.log import Event, LogHead
from models.supervision import Supervision
from models.tickets import Act
from operations.verification import verify

READ_AIM_MS, WRITE_AIM_MS = 500.0, 800.0  # security.md R1
# Where the words of each kind of write are kept. Each carries a mark that is nobody else's.
KEPT = {
    "interaction": "SELECT content FROM interactions WHERE content LIKE '%%〔压测%%'",
    "message": "SELECT body FROM messages WHERE body LIKE '%%〔压测%%'",
    "ticket": "SELECT content FROM tickets WHERE content LIKE '%%〔压测%%'",
    "said": "SELECT words FROM event_words WHERE words LIKE '%%〔压测%%'",
    "rating": "SELECT words FROM ratings WHERE words LIKE '%%〔压测%%'",
}


def figures(seen: dict[str, Any], sizes: Sizes, *, since: int, site: Site) -> Iterator[Figure]:
    """The lines that are printed; what is amiss is said in words on standard error."""
    answers: list[tuple[str, str, int, float]] = [tuple(row) for row in seen["answers"]]
    for name, unit in (("tickets", "tickets"), ("users", "people"), ("seconds", "s")):
        yield Figure(name, getattr(sizes, name), unit)
    yield Figure("requests", len(answers), "requests")
    yield Figure("retried", seen["retried"], "requests")
    yield Figure("killed", site.killed, "processes")
    yield Figure("load_average", os.getloadavg()[1], "processes")
    if not site.killed and answers:
        yield Figure("web_cpu_per_request", site.cpu * 1000 / len(answers), "ms")
    yield _speed("p95_of_sign_ins", "sign_in", None, answers)
    # All of them signing in within seconds is no working day, and checking a password is meant to be dear.
    settled = answers[max((n for n, row in enumerate(answers, start=1) if row[0] == "sign_in"), default=0):]
    yield _speed("p95_of_reads", "read", READ_AIM_MS, settled)
    yield _speed("p95_of_writes", "write", WRITE_AIM_MS, settled)
    for name in sorted({name for _, name, _, _ in answers}):
        print(_of_one(name, answers), file=sys.stderr)
    failed = [f"{name} {status}" for _, name, status, _ in answers if status >= 500 or status == 0]
    yield _faults("failures", failed)
    yield Figure("refused", _told("refused", seen["refused"]), "forms and pages")
    yield _faults("faults_logged", site.complaints())
    yield Figure("acknowledged_writes", len(seen["acknowledged"]), "writes")
    yield from _kept(seen["acknowledged"])
    yield from _supervised(since)
    yield _faults("breaks_of_the_chain", [str(one) for one in verify(processes=os.cpu_count() or 1).findings])


def last_event() -> int:
    """The newest event's number."""
    seq = db.session.scalar(sa.select(LogHead.seq)) or 0
    db.session.rollback()
    return seq


def _speed(figure: str, kind: str, aim: float | None, answers: Sequence[tuple[str, str, int, float]]) -> Figure:
    times = [took for asked, _, status, took in answers if asked == kind and 0 < status < 500] or [0.0]
    return Figure(figure, percentile(times, 0.95), "ms", aim=aim, p50_ms=percentile(times, 0.5),
                  p95_ms=percentile(times, 0.95), more_is_better=False)


def _of_one(name: str, answers: Sequence[tuple[str, str, int, float]]) -> str:
    times = [took for _, asked, _, took in answers if asked == name]
    return (f"{name:<32}{len(times):>7} p50 {percentile(times, 0.5):>7.0f} ms  p95 {percentile(times, 0.95):>7.0f} ms  "
            f"max {max(times):>7.0f} ms")


def _kept(acknowledged: Sequence[Sequence[str]]) -> Iterator[Figure]:
    texts = {kind: "\n".join(db.session.scalars(sa.text(sql.replace("%%", "%")))) for kind, sql in KEPT.items()}
    counts = [(f"{kind} {mark}", texts[kind].count(mark)) for kind, mark in acknowledged]
    yield _faults("lost", [what for what, count in counts if count == 0])
    yield _faults("doubled", [what for what, count in counts if count > 1])


def _supervised(since: int) -> Iterator[Figure]:
    """Each clock, level and version of its due time once; each supervision told in the log once."""
    opened = sa.select(Supervision.clock_id, Supervision.level, Supervision.due_version)
    keys = Counter(tuple(row) for row in db.session.execute(opened))
    told = sa.select(Event.object_id).where(Event.action == Act.SUPERVISE, Event.seq > since)
    orders = Counter(db.session.scalars(told))
    yield Figure("supervisions_opened", len(orders), "orders")
    twice = [str(one) for counts in (keys, orders) for one, count in counts.items() if count > 1]
    yield _faults("supervised_twice", twice)


def _faults(figure: str, found: Sequence[str]) -> Figure:
    """How many, of which there must be none."""
    return Figure(figure, _told(figure, found), "faults", aim=0, more_is_better=False)


def _told(figure: str, found: Sequence[str]) -> int:
    """How many; standard error has which."""
    for words, count in Counter(found).most_common(20):
        print(f"{figure}: {words} ×{count}", file=sys.stderr)
    return len(found)
