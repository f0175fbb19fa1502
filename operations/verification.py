"""校验: reads the sealed log from its first link to its last and says which row is not what was sealed (security.md (e)).

Every column is held against the sealed text, the words against their digest, the end against the head. A chain alone
cannot show that its owner rewrote it whole, or cut its end and moved the head: that takes anchors kept elsewhere.
"""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from models.base import db
from operations import sealed_log
from operations.log import GENESIS
from operations.sealed_row import SealedRow, complaints, is_sound

WORTH_SHARING = 100_000  # events for each process


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One row that is not what was sealed: its number, and what is wrong with it."""

    seq: int
    what: str


@dataclass(slots=True)
class Verification:
    """What was read and found. ``notes``: times that go backwards, no break. ``erased``: words masked by law."""

    events: int = 0
    words: int = 0
    erased: int = 0
    head: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, other: "Verification") -> None:
        """Take in what was found in another part of the log."""
        self.events += other.events
        self.words += other.words
        self.erased += other.erased
        self.head = max(self.head, other.head)
        self.findings += other.findings
        self.notes += other.notes


def verify(*, processes: int = 1) -> Verification:
    """校验：the whole log; memory does not grow with it. ``processes`` share a long one and need a program of its own."""
    head = sealed_log.head_seq()
    shares = min(processes, head // WORTH_SHARING) if "fork" in multiprocessing.get_all_start_methods() else 1
    if shares <= 1:
        return _verify_part(None, None)
    seams = [head * share // shares for share in range(1, shares)]
    db.session.remove()
    db.engine.dispose()  # no connection may be inherited
    whole = Verification()
    with ProcessPoolExecutor(shares, mp_context=multiprocessing.get_context("fork")) as pool:
        for part in pool.map(_verify_part, [None, *seams], [*seams, None]):
            whole.add(part)
    return whole


def verify_on(connection: sa.Connection) -> Verification:
    """校验：the whole log of another database than the site's, in this process; the connection sees one moment."""
    return _walked(connection, None, None)


def verify_newest(count: int) -> Verification:
    """The last ``count`` rows and the head: what a look now and then can afford. A whole reading is `verify`."""
    return verify_after(max(sealed_log.head_seq() - count, 0))


def verify_after(seq: int) -> Verification:
    """The rows after this one, which must follow it, and the head: where what lies before is vouched for otherwise."""
    with sealed_log.snapshot() as connection:
        walk = Walk(connection.dialect.name)
        if seq > 0:
            walk.begin_after(seq, sealed_log.row(connection, seq))
        for rows in sealed_log.batches(connection, seq, None):
            walk.take(rows)
        walk.end(sealed_log.heads(connection))
    return walk.result


def _verify_part(after: int | None, until: int | None) -> Verification:
    with sealed_log.snapshot() as connection:
        return _walked(connection, after, until)


def _walked(connection: sa.Connection, after: int | None, until: int | None) -> Verification:
    """The rows after one number up to another; without the second, to the end, where the head is."""
    walk = Walk(connection.dialect.name)
    if after is not None:
        walk.begin_after(after, sealed_log.row(connection, after))
    for rows in sealed_log.batches(connection, after, until):
        walk.take(rows)
    if until is not None:
        walk.end_at(until)
    else:
        walk.end(sealed_log.heads(connection))
        walk.orphans(sealed_log.words_without_event(connection))
    return walk.result


def recorded_at(body: Any, at: str) -> str:
    """When a row was written: what an import brings in happened before, and its sealed text says both."""
    if isinstance(body, str) and '"recorded_at":"' in body:
        return body.partition('"recorded_at":"')[2].partition('"')[0]
    return at


class Walk:
    """Along the chain: what the row before was, and what has been found so far."""

    def __init__(self, dialect: str) -> None:
        self.result = Verification()
        self.stamp = sealed_log.STAMPS[dialect]
        self.seq, self.hash, self.at = 0, GENESIS, ""
        self.was_sound = True

    def begin_after(self, seq: int, before: tuple[Any, ...] | None) -> None:
        """Start in the middle: the row before is another part's to judge, but it must be known whether it is sound."""
        self.seq, self.was_sound = seq, False
        if before is not None:
            row = SealedRow(*before)
            at = self.stamp(row.at)
            self.hash, self.at = row.hash, recorded_at(row.body, at)
            self.was_sound = not complaints(row, at)

    def take(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """The next rows in order."""
        result, stamp = self.result, self.stamp
        for row in rows:
            seq, at = row[0], stamp(row[1])
            body, _, prev, digest, salt, words = row[12:]
            if prev == self.hash and seq == self.seq + 1 and is_sound(row, at):
                self.was_sound = True
            else:
                self._judge(SealedRow._make(row), at)
            if words is not None:
                result.words += 1
                result.erased += not (words or salt)
            recorded = recorded_at(body, at)
            if recorded < self.at:
                result.notes.append(Finding(seq, f"时间 {recorded} 早于上一条"))
            self.seq, self.hash, self.at = max(seq, 0), digest, recorded
        result.events += len(rows)

    def _judge(self, row: SealedRow, at: str) -> None:
        """Name what is wrong once: a row whose neighbour was altered is not blamed for no longer matching it."""
        wrong = complaints(row, at)
        gap = row.seq > self.seq + 1
        if gap:
            self.end_at(row.seq - 1)
        if row.seq < 1:
            wrong.append("编号不在范围内")
        elif row.prev != self.hash and (wrong or (self.was_sound and not gap)):
            wrong.append("与上一条不相接")
        self.was_sound = not wrong
        if wrong:
            self._find(row.seq, "；".join(wrong))

    def end_at(self, seq: int) -> None:
        """The row of this number should have been the last one."""
        first, count = self.seq + 1, seq - self.seq
        if count == 1:
            self._find(first, "缺失")
        elif count > 1:
            self._find(first, f"至 {seq} 缺失，共 {count} 条")

    def end(self, heads: Sequence[tuple[int, str]]) -> None:
        """The head says where the chain ends: a cut tail and an added link both show."""
        if len(heads) != 1:
            self._find(self.seq, "链尾记录缺失或重复")
            return
        seq, digest = heads[0]
        self.result.head = seq
        self.end_at(seq)
        if seq < self.seq:
            self._find(seq + 1, f"在链尾 {seq} 之后")
        elif seq == self.seq and digest != self.hash and self.was_sound:
            self._find(seq, "摘要与链尾记录不符")

    def orphans(self, seqs: Sequence[int]) -> None:
        """Words that belong to no event."""
        for seq in seqs:
            self._find(seq, "有原话而没有这一条")

    def _find(self, seq: int, what: str) -> None:
        self.result.findings.append(Finding(seq, what))
