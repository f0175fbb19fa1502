"""只读保护: while the log is behind its last anchor or broken, or the clock is wrong, nothing is written; reading goes on.

The log is looked at once before the first act of a process, and every few seconds while it stands against writing; the
clock with the seal of every act. An act that people need to see what is wrong, or that mends it, is marked
``even_when_protected``.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import exists

from models.clock_stops import ClockStop, ClockStopKind
from operations.errors import DomainError

A = TypeVar("A", bound=Callable[..., Any])
AGAIN_SECONDS = 10.0

log = logging.getLogger(__name__)


class WriteProtected(DomainError):
    """Reads go on; nothing is taken in."""

    status_code = 503
    message = "系统暂时只能查看：日志与已经封存的不一致，系统管理员正在核对。刚才的内容没有提交。"


class ClockWrong(WriteProtected):
    """What would be written now would have a wrong time for ever, and limits reckoned from it."""

    message = "服务器的时间不对，系统暂时只能查看，等系统管理员核对。刚才的内容没有提交。"


# A machine that stood still for long may well have the right time: then only the jobs wait (jobs/trust.py).
CLOCK_IS_WRONG = exists().where(ClockStop.confirmed_at.is_(None), ClockStop.kind != ClockStopKind.GAP)


class _Guard:
    look: Callable[[], str] | None = None
    next_look = float("-inf")
    why = ""


def watch(look: Callable[[], str] | None) -> None:
    """From now on ask ``look`` why nothing may be written; empty when all is well. None: never ask."""
    _Guard.look, _Guard.next_look, _Guard.why = look, float("-inf"), ""


def even_when_protected(act: A) -> A:
    """Mark an act, below ``@operation``, that is done all the same."""
    act.is_vital = True  # type: ignore[attr-defined]
    return act


def why() -> str:
    """Why nothing may be written now, in words for whoever runs the site; empty when it may."""
    if _Guard.look is None:
        return ""
    if time.monotonic() >= _Guard.next_look:
        _Guard.why = _Guard.look()
        _Guard.next_look = time.monotonic() + AGAIN_SECONDS
        if _Guard.why:
            log.error("writing is refused: %s", _Guard.why)
        else:
            _Guard.look = None  # it can only fall behind while nobody runs
    return _Guard.why


def ensure_off() -> None:
    """Raise WriteProtected when nothing may be written."""
    if _Guard.look is not None and why():
        raise WriteProtected
