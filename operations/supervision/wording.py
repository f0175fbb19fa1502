"""Why an order was opened and what comes next, in the words of the pages."""

from datetime import datetime
from functools import cache
from typing import Any

from models.clocks import ClockKind
from models.supervision import Level, Supervision
from operations.clocks.rulebook import Rulebook
from operations.clocks.wording import moment
from operations.supervision import ladder
from operations.supervision.receipts import Receipt, receipt_of

RULES = {
    "by_hand": "人工发出",
    "unanswered": "前一级督办到期未答复",
    "unread": "前一级督办无人签收，次日仍未打开",
    "same_stage": "督办后办件仍停在原环节",
}


@cache
def cause(rule: str) -> str:
    """The rule that opened an order: ``handling_lapsed`` is 办结时限到期."""
    kind, _, how = rule.rpartition("_")
    if kind in set(ClockKind) and how in ("lapsed", "warned"):
        return f"{ClockKind(kind).label}时限{'到期' if how == 'lapsed' else '临近到期'}"
    return RULES.get(rule, rule)


def climbs_at(order: Any, rules: Rulebook) -> list[tuple[datetime, str]]:
    """The moments at which an open order would climb by itself, soonest first, each with its reason."""
    if order.level not in ladder.WITH_LIMITS:
        return []
    receipt, ahead = receipt_of(order), []
    if receipt is Receipt.UNOPENED and rules.policy("ladder")["unread_climbs"]:
        ahead.append((rules.calendar.due(order.opened_at, rules.rung_limit("unread")).due_at, "仍无人打开"))
    if receipt is not Receipt.ANSWERED and order.due_at:
        ahead.append((order.due_at, "仍未答复"))
    if order.stage_due_at:
        ahead.append((order.stage_due_at, "办件仍停在原环节"))
    return sorted(ahead)


def next_step(order: Supervision, rules: Rulebook) -> str:
    """What happens next by itself, and when; how it ended when it has."""
    if order.ended_at is not None and order.ended_as is not None:
        return f"{moment(order.ended_at)} {order.ended_as.label}"
    if order.joined_to_id is not None:
        return "已与同一办件的另一份督办合并，在那一份里答复一次即可"
    ahead = climbs_at(order, rules)
    if ahead:
        return f"{moment(ahead[0][0])} {ahead[0][1]}的，自动升为{ladder.NEXT[order.level].label}"
    match order.level:
        case Level.REMINDER if order.rule.startswith("handling"):
            return f"{moment(order.clock_due_at)} 仍未办结的，自动发出一次督办"
        case Level.REMINDER:
            return "提醒不自动升级，时限停下即结束"
        case Level.TALK:
            return "等领导批准约谈；约谈后仍不落实的，提请移交问责"
        case _:
            return "已移交，由纪检监察机关处理"
