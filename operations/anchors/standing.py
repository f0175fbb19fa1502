"""Whether the log still reaches what was last anchored outside the database (abuse case 45: an old backup restored)."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import select

from models.anchors import Anchor
from models.base import db
from models.log import Event, LogHead
from operations import verification
from operations.anchors import book
from operations.anchors.keys import is_signed, public_keys
from operations.anchors.statement import Checkpoint, Unreadable, read
from operations.clocks.wording import moment_in_full


def last_of_table() -> Checkpoint | None:
    """The newest anchor that the database remembers."""
    row = db.session.execute(
        select(Anchor.text, Anchor.signature).order_by(Anchor.number.desc()).limit(1)
    ).one_or_none()
    return read(row.signature, row.text) if row else None


def last_known(file: Path) -> Checkpoint | None:
    """The newest anchor there is, in the file or in the database."""
    known = [one for one in (book.last(file), last_of_table()) if one is not None]
    return max(known, key=lambda one: one.said.number, default=None)


def objection(file: Path, key: Path) -> str:
    """Why nothing may be written, in words for whoever runs the site; empty when the log reaches its last anchor."""
    try:
        newest = _believed(file, key)
    except Unreadable as problem:
        return str(problem)
    return _against(newest) if newest else ""


def obstacle(file: Path, key: Path) -> str:
    """Why a process that starts may not write: `objection`, or a link behind the last anchor is not whole (R20)."""
    return objection(file, key) or _broken_behind(_believed(file, key))


def holds(one: Checkpoint) -> bool:
    """Whether the log has the link that this anchor names."""
    return db.session.scalar(select(Event.hash).where(Event.seq == one.said.seq)) == one.said.hash


def _believed(file: Path, key: Path) -> Checkpoint | None:
    """The newest, unless only the database says so and none of our keys has signed it: then what the file holds.

    Whoever owns the database could write a row that suits a log cut short. Signatures are looked at nowhere else here:
    the file is ours, and most of the time both end alike.
    """
    newest, written = last_known(file), book.last(file)
    if newest is None or (written is not None and newest.digest == written.digest):
        return newest
    keys = public_keys(key)
    return newest if not keys or is_signed(newest.text, newest.signature, keys) else written


def _broken_behind(newest: Checkpoint | None) -> str:
    found = verification.verify_after(newest.said.seq).findings if newest else []
    return f"日志第 {found[0].seq:,} 条{found[0].what}，从那里起没有封锚" if found else ""


def _against(newest: Checkpoint) -> str:
    said = newest.said
    link = select(Event.hash).where(Event.seq == said.seq).scalar_subquery()
    head, digest = db.session.execute(select(sa.func.max(LogHead.seq), link)).one()
    name = f"第 {said.number} 号锚点（{moment_in_full(said.made_at)}）"
    if digest is None:
        return f"{name}封到日志第 {said.seq:,} 条，库里只到第 {head or 0:,} 条：恢复了旧的备份，或者日志被截断"
    return "" if digest == said.hash else f"日志第 {said.seq:,} 条与{name}不符：日志被改写过，或者不是同一个库"
