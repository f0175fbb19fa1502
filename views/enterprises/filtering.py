"""The filter of the list of enterprises in the URL: read strictly, shown as pills that can be taken off one by one."""

from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from models.base import LabelledEnum
from models.directory import EnterpriseCategory, EnterpriseSize, EnterpriseStatus
from operations.directory.industries import SECTIONS
from operations.insight import desk
from operations.insight.enterprise_filter import HAS_STEWARD, QUIET, EnterpriseFilter
from views.forms.base import clean

E = TypeVar("E", bound=LabelledEnum)
PATH = "/enterprises"
CODES: dict[str, type[LabelledEnum]] = {
    "category": EnterpriseCategory, "status": EnterpriseStatus, "size": EnterpriseSize,
}
TEXTS = {"q": "", "region": "区划：", "unit": "填报单位：", "tag": "标签：", "steward": "管家："}
TABS = {"all": "全部", "quiet": "久未联系", "promised": "约好联系", "open": "有在办"}
FIELDS = ("show", *TEXTS, *CODES, "section", "held", "quiet", "unclaimed")
LONGEST = 100


def filter_of(args: MultiDict[str, str]) -> EnterpriseFilter:
    """What is asked for. Codes that are none of ours ask for nothing."""
    section, held, quiet = args.get("section", ""), args.get("held", ""), args.get("quiet", "")
    return EnterpriseFilter(
        **{name: _text(args, name) for name in TEXTS},
        categories=_members(EnterpriseCategory, args, "category"),
        statuses=_members(EnterpriseStatus, args, "status"),
        sizes=_members(EnterpriseSize, args, "size"),
        section=section if section in SECTIONS else "",
        held=held if held in HAS_STEWARD else "",
        quiet=int(quiet) if quiet in map(str, QUIET) else 0,
        is_unclaimed="unclaimed" in args,
    )


def tab_of(args: MultiDict[str, str]) -> str:
    """Which group of the list."""
    wanted = args.get("show", "all")
    return wanted if wanted in desk.TABS else "all"


def asked(args: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The parts of the URL that narrow the list, without the place in it."""
    return [(name, clean(value)[:LONGEST]) for name in FIELDS for value in args.getlist(name) if value]


def address(parts: list[tuple[str, str]]) -> str:
    """The list narrowed like this."""
    return f"{PATH}?{urlencode(parts)}" if parts else PATH


def pills(parts: list[tuple[str, str]]) -> list[dict[str, str]]:
    """One pill for each thing asked for, leading to the same list without it."""
    told = [(part, _told(*part)) for part in parts]
    return [{"label": words, "url": address([other for other in parts if other != part])} for part, words in told
            if words]


def _told(name: str, value: str) -> str:
    match name:
        case "section":
            return SECTIONS[value][0] if value in SECTIONS else ""
        case "held":
            return HAS_STEWARD.get(value, "")
        case "quiet":
            return f"{value} 天没有互动" if value in map(str, QUIET) else ""
        case "unclaimed":
            return "尚未认领账号"
    if name in TEXTS:
        return f"{TEXTS[name]}{value}"
    member = CODES[name]._value2member_map_.get(value) if name in CODES else None
    return member.label if isinstance(member, LabelledEnum) else ""


def _text(args: MultiDict[str, str], name: str) -> str:
    return clean(args.get(name, ""))[:LONGEST]


def _members(kind: type[E], args: MultiDict[str, str], name: str) -> tuple[E, ...]:
    found: list[Any] = [kind._value2member_map_.get(value) for value in args.getlist(name)]
    return tuple(dict.fromkeys(member for member in found if member))
