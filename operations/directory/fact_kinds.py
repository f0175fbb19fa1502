"""The facts of an enterprise that may be changed: how each is read, kept as text, and shown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from models.base import LabelledEnum
from models.directory import CreditFlag, EnterpriseCategory, EnterpriseKind, EnterpriseSize, EnterpriseStatus
from operations.clocks import shanghai
from operations.directory import names
from operations.errors import BadInput

MOST_STAFF = 10_000_000
MOST_MONEY = Decimal(100_000_000)  # 万元, that is a thousand milliards
# A workbook's empty date is 1900-01-00; nothing that exists was founded then.
FIRST_DAY = date(1900, 2, 1)
INDUSTRY = re.compile(r"[A-T]?([0-9]{2,4})")
KEPT = 300


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``read`` makes the stored value of what a form or a file says, or raises BadInput; ``write`` the text
    that FactChange keeps; ``tell`` what people see of that text."""

    label: str
    read: Callable[[Any], Any]
    write: Callable[[Any], str] = lambda value: "" if value is None else str(value)
    tell: Callable[[str], str] = str


def _text(said: Any, *, label: str, most: int, is_needed: bool = False) -> str:
    text = " ".join(str(said or "").split())
    if is_needed and not text:
        raise BadInput(f"请填写{label}。")
    if len(text) > most:
        raise BadInput(f"{label}最多 {most} 字，现有 {len(text)} 字。")
    return text


def _code(said: Any) -> str | None:
    code = names.plain_code(str(said or ""))
    error = names.error_of_code(code) if code else ""
    if error:
        raise BadInput(error)
    return code or None


def _phone(said: Any) -> str:
    phone = names.plain_phone(str(said or ""))
    if phone and not names.is_phone(phone):
        raise BadInput("联系电话应为 11 位手机号，或带区号的固定电话。")
    return phone


def _industry(said: Any) -> str:
    code = str(said or "").strip().upper()
    found = INDUSTRY.fullmatch(code)
    if code and not found:
        raise BadInput("行业代码应为 2 至 4 位数字（GB/T 4754），例如 31。")
    return found[1] if found else ""


def _money(said: Any, *, label: str) -> Decimal | None:
    text = str(said if said is not None else "").replace(",", "").replace("，", "").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise BadInput(f"{label}应为数字，单位万元。") from None
    if not amount.is_finite() or not 0 <= amount < MOST_MONEY:
        raise BadInput(f"{label}应在 0 到 1 亿万元之间。")
    if amount != round(amount, 4):
        raise BadInput(f"{label}最多四位小数（单位万元）。")
    return round(amount, 4)


def _count(said: Any) -> int | None:
    text = str(said if said is not None else "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,8}", text, re.ASCII) or int(text) > MOST_STAFF:
        raise BadInput("从业人数应为 0 到 1000 万之间的整数。")
    return int(text)


def _day(said: Any, *, label: str, is_past: bool = False) -> date | None:
    if not said:
        return None
    try:
        found = said if isinstance(said, date) else date.fromisoformat(str(said).strip())
    except ValueError:
        raise BadInput(f"{label}请写成 2026-08-24 这样。") from None
    if found < FIRST_DAY or is_past and found > shanghai.today():
        raise BadInput(f"{label} {found} 不可能，请核对。")
    return found


def _switch(said: Any) -> bool:
    return said in (True, 1, "1", "是", "y", "yes", "true", "True")


def _member(said: Any, *, kind: type[LabelledEnum], label: str) -> LabelledEnum:
    found = kind._value2member_map_.get(said) or next((one for one in kind if one.label == said), None)
    if found is None:
        raise BadInput(f"请选择{label}。")
    return found  # type: ignore[return-value]


def _enum(kind: type[LabelledEnum], label: str) -> Fact:
    labels = {member.value: member.label for member in kind}
    return Fact(label, partial(_member, kind=kind, label=label), lambda value: str(value),
                lambda text: labels.get(text, text))


def _words(label: str, most: int, *, is_needed: bool = False) -> Fact:
    return Fact(label, partial(_text, label=label, most=most, is_needed=is_needed))


def _amount(label: str) -> Fact:
    return Fact(label, partial(_money, label=label), lambda value: "" if value is None else f"{value:f}",
                lambda text: f"{Decimal(text):,f} 万元" if text else "")


def _date(label: str, *, is_past: bool = False) -> Fact:
    return Fact(label, partial(_day, label=label, is_past=is_past))


def masked(phone: str) -> str:
    """``138****2607``; a number too short to mask is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


FACTS: dict[str, Fact] = {
    "name": _words("企业名称", 200, is_needed=True),
    "short_name": _words("简称", 64),
    "credit_code": Fact("统一社会信用代码", _code),
    "code_override": _words("校验位不符仍采用的理由", 200),
    "category": _enum(EnterpriseCategory, "填报类别"),
    "region_id": Fact("所在区划", lambda said: said, tell=lambda text: text.partition(" ")[2] or text),
    "address": _words("地址", 300),
    "industry": Fact("行业代码", _industry),
    "staff_count": Fact("从业人数", _count, tell=lambda text: f"{int(text):,} 人" if text else ""),
    "revenue": _amount("营业收入"),
    "assets": _amount("资产总额"),
    "founded_on": _date("成立日期", is_past=True),
    "credit_flag": _enum(CreditFlag, "信用标记"),
    "legal_representative": _words("法定代表人", 64),
    "contact_name": _words("联系人", 64),
    "contact_phone": Fact("联系电话", _phone, tell=masked),
    "has_green_card": Fact("绿卡项目", _switch, lambda value: "1" if value else "",
                           lambda text: "是" if text else "否"),
    "status": _enum(EnterpriseStatus, "经营状态"),
    "suspended_from": _date("歇业开始"),
    "suspended_until": _date("歇业截止"),
}
# These follow from the others; nobody changes them by themselves.
DERIVED: dict[str, Fact] = {
    "kind": _enum(EnterpriseKind, "主体类型"),
    "size": _enum(EnterpriseSize, "规模"),
    "owner_unit_id": Fact("填报单位", lambda said: said, tell=lambda text: text.partition(" ")[2] or text),
}
ALL_FACTS = FACTS | DERIVED


def label_of(field: str) -> str:
    """What the field is called; a field of another module by its own name."""
    fact = ALL_FACTS.get(field)
    return fact.label if fact else field


def told(field: str, text: str) -> str:
    """What people see of the text that FactChange keeps; a phone is masked."""
    fact = ALL_FACTS.get(field)
    return (fact.tell(text) if fact and text else text) or "（空）"
