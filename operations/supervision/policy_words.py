"""The rules of the ladder in people's words: what each is called, and what a value of it says."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.clocks import ClockKind
from models.refusals import RefusalLevel
from models.tickets import Difficulty, TicketKind
from operations.clocks import policies
from operations.clocks.calendar import Limit

GROUPS = {"ladder": "督办阶梯", "handling_limits": "办结时限", "stage_limits": "环节时限", "refusal": "否定报备"}
LADDER = {
    "clocks": "到期即一次督办的时限", "reminded_when_lapsed": "到期只提醒的时限", "sign": "督办签收", "answer": "督办答复",
    "unread": "未签收又未读，转二次督办", "unread_climbs": "未读自动升级", "same_stage": "仍在同一环节，转二次督办",
    "rejections": "答复被退回几次升级", "letter_unread": "公文未打开，提级", "letter_raised": "公文提级后仍未落实，提请约谈",
}
REFUSAL = {"height": "须签到哪一级", "heights": "按诉求类型另定", "members": "联审至少几人"}
BEYOND = {"refusal_level": "否定签批（单位内每级）", "government_level": "否定签批（政府每级）", "joint_review": "否定联审",
          "rectification_contact": "差评联系", "rectification": "差评整改",
          "countersign": "诉求不合理复核"}


def label(name: str, key: str) -> str:
    """What a value of a policy is called."""
    if name == "handling_limits":
        return Difficulty(key).label
    if name == "stage_limits":
        return BEYOND.get(key) or ClockKind(key).label
    return (LADDER if name == "ladder" else REFUSAL)[key]


def value(name: str, key: str, given: Any) -> str:
    """What a value says: 5 个工作日; 是; 办结、否定签批."""
    if key == "heights":
        return "，".join(f"{TicketKind(kind).label}：{RefusalLevel(level).label}" for kind, level in given.items()) or "无"
    if key == "height":
        return RefusalLevel(given).label
    if isinstance(given, bool):
        return "是" if given else "否"
    if isinstance(given, int):
        return f"{given} {'人' if key == 'members' else '次'}"
    if isinstance(given, list):
        return "、".join(ClockKind(kind).label for kind in given) or "无"
    return Limit.stored(given).label


def lines(values: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """Each group's name with its rules, label and words."""
    for name, title in GROUPS.items():
        yield title, [(label(name, key), value(name, key, values[name][key])) for key in policies.DEFAULTS[name]]


def differences(before: Mapping[str, Any], changes: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Group, rule, what holds, what would hold."""
    return [
        (GROUPS[name], label(name, key), value(name, key, before[name][key]), value(name, key, given))
        for name in GROUPS if name in changes for key, given in changes[name].items()
    ]
