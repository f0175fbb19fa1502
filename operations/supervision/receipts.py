"""送达、打开、签收、答复: how far an order has come, and whether its present step is late. Pure."""

from datetime import datetime
from typing import Any

from models.base import LabelledEnum
from models.supervision import Level
from operations.clocks.calendar import WorkCalendar


class Receipt(LabelledEnum):
    """Which step an order waits for. A reminder waits for none."""

    UNOPENED = "unopened", "送达未打开"
    UNSIGNED = "unsigned", "打开未签收"
    UNANSWERED = "unanswered", "签收未答复"
    ANSWERED = "answered", "已答复"


STEPS = ("送达", "打开", "签收", "答复")


def receipt_of(order: Any) -> Receipt | None:
    """The receipt of anything with ``level``, ``read_at``, ``signed_at`` and ``answered_at``; None for a reminder."""
    if order.level is Level.REMINDER:
        return None
    if order.answered_at is not None:
        return Receipt.ANSWERED
    if order.signed_at is not None:
        return Receipt.UNANSWERED
    return Receipt.UNSIGNED if order.read_at is not None else Receipt.UNOPENED


def is_slow(order: Any, now: datetime) -> bool:
    """Whether the present step is past its limit: signing's until it is signed for, the answer's afterwards."""
    receipt = receipt_of(order)
    if receipt in (None, Receipt.ANSWERED):
        return False
    limit = order.due_at if receipt is Receipt.UNANSWERED else order.sign_due_at
    return limit is not None and limit < now


def steps(order: Any, now: datetime) -> list[tuple[str, str]]:
    """The four steps with their state ``ok``, ``bad`` (late) or empty, as the receipt rail shows them."""
    receipt = receipt_of(order)
    done = len(STEPS) if receipt is Receipt.ANSWERED else 1 + list(Receipt).index(receipt) if receipt else 1
    states = ["ok"] * done + [""] * (len(STEPS) - done)
    if is_slow(order, now):
        states[done] = "bad"
    return list(zip(STEPS, states, strict=True))


def words(order: Any, now: datetime, *, calendar: WorkCalendar) -> str:
    """The present step in words: "1.3 个工作日未打开", "剩 2 天答复", "已答复，待认可"."""
    match receipt_of(order):
        case None:
            return "提醒，不需签收"
        case Receipt.ANSWERED:
            return "已认可，待办件推进" if order.accepted_at else "已答复，待认可"
        case Receipt.UNANSWERED if order.rejected_count:
            return f"答复被退回 {order.rejected_count} 次，{_left(order.due_at, now, calendar)}"
        case Receipt.UNANSWERED:
            return f"待答复，{_left(order.due_at, now, calendar)}"
        case receipt:
            waited = calendar.office_seconds(order.opened_at, now) / calendar.day_seconds
            missing = "未打开" if receipt is Receipt.UNOPENED else "未签收"
            return f"{waited:.1f} 个工作日{missing}" if waited >= 0.05 else f"刚送达，{missing}"


def _left(due_at: datetime | None, now: datetime, calendar: WorkCalendar) -> str:
    return calendar.remaining_words(now, due_at) if due_at else "不限期"
