"""校验锚点: whether the anchors are one signed chain, and whether the log still says what each of them has vouched for."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from models.anchors import Anchor
from models.log import Event
from operations.anchors.keys import is_signed
from operations.anchors.statement import INSTANCE_DIGITS, NOTHING_BEFORE, Checkpoint, read
from operations.verification import Finding

AT_ONCE = 500


def remembered(connection: sa.Connection) -> list[Checkpoint]:
    """Those that the database remembers; none in one of before there were any. Raises Unreadable."""
    if not sa.inspect(connection).has_table(Anchor.__tablename__):
        return []
    rows = connection.execute(sa.select(Anchor.signature, Anchor.text).order_by(Anchor.number))
    return [read(signature, text) for signature, text in rows]


def findings(connection: sa.Connection, anchors: Sequence[Checkpoint], keys: list[str]) -> list[Finding]:
    """What is wrong with the anchors or, by them, with the log.

    The last signature vouches for all anchors: each names the digest of the one before.
    """
    broken = _broken(anchors, keys)
    if broken is not None:
        return [Finding(broken.said.seq, f"第 {broken.said.number} 号锚点不是接着上一个签的")]
    return contradictions(connection, anchors)


def contradictions(connection: sa.Connection, anchors: Sequence[Checkpoint]) -> list[Finding]:
    """Where the log is not what the anchors have vouched for: the first link, and how far it reaches."""
    standing = in_force(anchors)
    hashes = _hashes(connection, [1, *(one.said.seq for one in standing)])
    wrong = [one for one in standing if hashes.get(one.said.seq) != one.said.hash]
    if wrong:
        return [_rewritten(standing, wrong, hashes)]
    is_ours = not anchors or hashes.get(1, "")[:INSTANCE_DIGITS] == anchors[-1].said.instance
    return [] if is_ours else [Finding(1, "锚点是另一个库的")]


def in_force(anchors: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Without those that a restore has left behind: what they vouched for is lost, and another anchor says so."""
    standing: list[Checkpoint] = []
    for one in anchors:
        if one.said.resumes >= 0:
            standing = [former for former in standing if former.said.number <= one.said.resumes]
        standing.append(one)
    return standing


def differing(one: Sequence[Checkpoint], other: Sequence[Checkpoint]) -> list[Finding]:
    """The first anchor that two of its keepers know differently."""
    for mine, theirs in zip(one, other, strict=False):
        if mine.digest != theirs.digest:
            return [Finding(mine.said.seq, f"第 {mine.said.number} 号锚点在文件和数据库里不同")]
    return []


def _broken(anchors: Sequence[Checkpoint], keys: list[str]) -> Checkpoint | None:
    prev = NOTHING_BEFORE
    for number, one in enumerate(anchors, start=1):
        if one.said.prev_checkpoint != prev or one.said.number != number:
            return one
        prev = one.digest
    return None if not anchors or is_signed(anchors[-1].text, anchors[-1].signature, keys) else anchors[-1]


def _rewritten(
    standing: Sequence[Checkpoint], wrong: Sequence[Checkpoint], hashes: Mapping[int, str]
) -> Finding:
    """Between the last anchor that holds and the first that does not."""
    first = wrong[0].said
    before = max((one.said.seq for one in standing if one.said.number < first.number), default=0)
    what = "不在了" if first.seq not in hashes else "不是当时的那一条"
    return Finding(
        first.seq, f"{what}：第 {first.number} 号锚点（{first.time[:16]}Z）之前、第 {before:,} 条之后的日志被改写或截断，"
                   f"共 {len(wrong)} 个锚点不符",
    )


def _hashes(connection: sa.Connection, seqs: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    wanted = sorted(set(seqs))
    for place in range(0, len(wanted), AT_ONCE):
        some = wanted[place:place + AT_ONCE]
        rows = connection.execute(sa.select(Event.seq, Event.hash).where(Event.seq.in_(some)))
        found.update((seq, digest) for seq, digest in rows)
    return found
