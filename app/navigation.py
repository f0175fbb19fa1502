"""The menu as a table, and what every shell shows: who, unread messages, heartbeat, text size."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from models.access import Role
from models.base import db
from operations import protection
from operations.insight import glance
from operations.insight.finding import SEARCHERS
from operations.insight.glance import Glance
from views.cookies import named

R = Role
UNIT = (R.CASE_OFFICER, R.UNIT_LEADER)
# How many places fit: beside a desk's page, and below a phone's (ui.md §5, §8).
AT_A_DESK, ON_A_PHONE = 6, 5
ABOVE = (R.CLERK, R.SUPERVISOR, R.LEADER, R.DISCIPLINE_OBSERVER)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu; ``on_phone`` True, False or "only"."""

    label: str
    icon: str
    url: str
    roles: tuple[Role, ...]
    on_phone: Any = True


PLACES = (
    Place("首页", "home", "/my", (R.ENTERPRISE_MEMBER,)),
    Place("我的诉求", "ticket", "/my/tickets", (R.ENTERPRISE_MEMBER,)),
    Place("提诉求", "pencil", "/my/tickets/new", (R.ENTERPRISE_MEMBER,)),
    Place("工作台", "home", "/desk", (R.STEWARD,)),
    Place("待办", "home", "/work", UNIT),
    Place("签批", "check", "/sign-offs", (R.UNIT_LEADER, R.CLERK, R.SUPERVISOR)),
    Place("派单", "transfer", "/dispatch", (R.CLERK,)),
    Place("回访", "phone", "/follow-ups", (R.CLERK,)),
    Place("督办台", "gauge", "/watch", ABOVE),
    Place("简报", "chart", "/brief", (R.LEADER, R.SUPERVISOR)),
    Place("会议", "meeting", "/meetings", (R.CLERK, R.LEADER, *UNIT)),
    Place("办件", "ticket", "/tickets", (R.STEWARD, *UNIT, *ABOVE)),
    Place("督办件", "mail", "/supervisions", UNIT),
    Place("企业", "building", "/enterprises", (R.STEWARD, R.REGISTRAR, *ABOVE)),
    Place("管家", "people", "/stewards", (R.REGISTRAR, R.CLERK, R.SUPERVISOR, R.LEADER)),
    Place("填报", "list", "/filling", (R.REGISTRAR, R.LEADER, R.SUPERVISOR, R.CLERK)),
    Place("导入", "upload", "/imports", (R.REGISTRAR,)),
    Place("认领核实", "shield", "/claims", (R.REGISTRAR, R.STEWARD, R.CLERK)),
    Place("记一笔", "pencil", "/log/new", (R.STEWARD,), "only"),
    Place("走访", "walk", "/visits", (R.STEWARD, R.LEADER, R.SPECIAL_OBSERVER)),
    Place("覆盖", "chart", "/coverage", (R.REGISTRAR, R.SUPERVISOR)),
    Place("监督发现", "shield", "/findings", (R.SPECIAL_OBSERVER, R.SUPERVISOR, R.CLERK)),
    Place("否定报备", "up", "/refusals", (*UNIT, *ABOVE)),
    Place("差评整改", "star", "/rectifications", (*UNIT, *ABOVE)),
    Place("监测", "eye", "/monitor", (R.SUPERVISOR, R.DISCIPLINE_OBSERVER)),
    Place("指标", "chart", "/figures", (R.UNIT_LEADER, *ABOVE)),
    Place("评价墙", "chart", "/ratings", (R.UNIT_LEADER, *ABOVE)),
    Place("登记簿", "list", "/registers", (*UNIT, *ABOVE)),
    Place("派单目录", "list", "/catalogue", (R.STEWARD, *UNIT, *ABOVE)),
    Place("裁定先例", "flag", "/rulings", (*UNIT, *ABOVE)),
    Place("退回率", "chart", "/returns/figures", (*UNIT, *ABOVE)),
    Place("派单准确率", "chart", "/suggestions/figures", ABOVE),
    Place("约谈问责", "flag", "/measures", (R.UNIT_LEADER, R.SUPERVISOR, R.LEADER, R.DISCIPLINE_OBSERVER)),
    Place("万企评", "chart", "/campaigns", (R.SUPERVISOR, R.LEADER, R.DISCIPLINE_OBSERVER)),
    Place("公文", "mail", "/letters", (*UNIT, *ABOVE)),
    Place("群发", "megaphone", "/broadcasts", (R.REGISTRAR,)),
    Place("工作日历", "calendar", "/calendar", (R.SECURITY_ADMINISTRATOR, R.SUPERVISOR)),
    Place("账号", "lock", "/accounts", (R.SYSTEM_ADMINISTRATOR, R.SECURITY_ADMINISTRATOR)),
    Place("任用", "check", "/appointments", (R.SYSTEM_ADMINISTRATOR, R.SECURITY_ADMINISTRATOR)),
    Place("代理", "people", "/post-covers", (R.SECURITY_ADMINISTRATOR, R.UNIT_LEADER)),
    Place("督办规则", "gauge", "/policies", (R.SECURITY_ADMINISTRATOR, R.SUPERVISOR)),
    Place("走访规则", "walk", "/cadence", (R.SECURITY_ADMINISTRATOR,)),
    Place("导出审批", "shield", "/exports", (R.SECURITY_ADMINISTRATOR,)),
    Place("点评台", "qr", "/desk-codes", (R.UNIT_LEADER, R.CLERK)),
    Place("窗口办件", "list", "/desk-codes/cases", UNIT),
    Place("评价选项", "star", "/rating-tags", (R.CLERK, R.SUPERVISOR)),
    Place("回访抽样", "list", "/follow-ups/plans", (R.SUPERVISOR, R.CLERK, R.DISCIPLINE_OBSERVER)),
    Place("诉求不合理", "flag", "/unreasonable", ABOVE),
    Place("回访覆盖率", "chart", "/follow-ups/coverage", ABOVE),
    Place("运行状况", "gauge", "/operations", (R.SYSTEM_ADMINISTRATOR,)),
    Place("大厅办件", "list", "/hall", (R.REGISTRAR, R.SYSTEM_ADMINISTRATOR)),
    Place("作业", "clock", "/jobs", (R.SYSTEM_ADMINISTRATOR,)),
    Place("投递", "mail", "/deliveries", (R.SYSTEM_ADMINISTRATOR,)),
    Place("组织机构", "building", "/organisations", (R.SYSTEM_ADMINISTRATOR, R.SECURITY_ADMINISTRATOR)),
    Place("区划", "flag", "/regions", (R.SECURITY_ADMINISTRATOR, R.SYSTEM_ADMINISTRATOR)),
    Place("日志", "shield", "/audit", (R.AUDIT_ADMINISTRATOR,)),
)


def register(app: Flask) -> None:
    """Give the shells their context."""
    app.context_processor(shell)


def shell() -> dict[str, Any]:
    """What ``layout.html`` and ``portal.html`` need: one statement, and only when one of them calls ``glance``."""
    context: dict[str, Any] = {
        "text_size": request.cookies.get(named("text"), ""),
        "contrast": request.cookies.get(named("contrast"), ""),
        "keys_cookie": named("keys"),
        "me": None,
        "may_search": False,
        "menu": [],
        "everywhere": [],
        "glance": None,
        "is_protected": _is_protected,
    }
    if current_user.is_authenticated:
        roles = current_user.roles
        context["me"] = {"name": current_user.name, "title": current_user.title, "initial": current_user.name[:1],
                         "notes_as": current_user.user_id if current_user.holds(R.STEWARD) else None}
        context["may_search"] = not roles.isdisjoint(SEARCHERS)
        places = [place for place in PLACES if not roles.isdisjoint(place.roles)]
        shown = places[:AT_A_DESK]
        here = max((place.url for place in shown if _covers(place)), key=len, default="")
        at_hand = sorted((one for one in shown if one.on_phone), key=lambda one: one.on_phone != "only")[:ON_A_PHONE]
        context["menu"] = [_entry(place, here, on_phone=place in at_hand and place.on_phone) for place in shown]
        context["everywhere"] = places
        context["glance"] = _glance
    return context


def _is_protected() -> bool:
    """Asks the database only until the log was once found in order; on the page that says it is away, nothing."""
    try:
        return bool(protection.why())
    except SQLAlchemyError:
        db.session.rollback()
        return False


def _glance() -> Glance:
    """Asked by the shells alone: a page without a menu, such as that of a refusal, pays for nothing."""
    return glance.of(current_user)


def _covers(place: Place) -> bool:
    return request.path == place.url or request.path.startswith(f"{place.url}/")


def _entry(place: Place, here: str, *, on_phone: Any) -> dict[str, Any]:
    return {"label": place.label, "icon": place.icon, "url": place.url, "count": 0, "current": place.url == here,
            "on_phone": on_phone}
