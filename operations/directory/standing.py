"""经营状态: an enterprise rests for a time, is struck off the register, or goes on. Each is a change of facts."""

from datetime import date, timedelta
from typing import Any

from models.directory import Enterprise, EnterpriseStatus, FactChange
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import shanghai
from operations.directory.facts import change_facts
from operations.errors import BadInput, Refused

# 市场主体登记管理条例 第三十条: at most three years in all.
LONGEST_REST = timedelta(days=3 * 366)
RUNNING = (EnterpriseStatus.PREPARING, EnterpriseStatus.BUILDING, EnterpriseStatus.OPERATING)


@operation
def suspend(
    enterprise: Enterprise, *, actor: Actor, since: date, until: date, reason: str, version: int | None = None
) -> list[FactChange]:
    """歇业：from one day to another, at most three years. Raises BadInput, Refused for who is gone."""
    _ensure_there(enterprise)
    if until < since:
        raise BadInput("歇业截止应在开始之后。")
    if until - since > LONGEST_REST:
        raise BadInput("歇业最长不超过三年（市场主体登记管理条例第三十条）。")
    changes: dict[str, Any] = {"suspended_from": since, "suspended_until": until}
    changes["status"] = EnterpriseStatus.SUSPENDED
    return _change(enterprise, changes, actor=actor, reason=reason, version=version)


@operation
def deregister(
    enterprise: Enterprise, *, actor: Actor, reason: str, version: int | None = None
) -> list[FactChange]:
    """注销：it is no longer counted; its page, its tickets and its history stay."""
    _ensure_there(enterprise)
    changes: dict[str, Any] = {"status": EnterpriseStatus.DEREGISTERED}
    return _change(enterprise, changes, actor=actor, reason=reason, version=version)


@operation
def resume(
    enterprise: Enterprise, *, actor: Actor, reason: str, version: int | None = None
) -> list[FactChange]:
    """恢复：back to work after a rest, or after having been struck off by mistake."""
    if enterprise.status in RUNNING:
        raise Refused("这家企业没有歇业，也没有注销。")
    changes: dict[str, Any] = {"status": EnterpriseStatus.OPERATING, "suspended_from": None, "suspended_until": None}
    return _change(enterprise, changes, actor=actor, reason=reason, version=version)


def rest_is_over(enterprise: Enterprise) -> bool:
    """Whether the announced end of the rest has passed and nobody has said how it goes on."""
    today = shanghai.today()
    until = enterprise.suspended_until
    return enterprise.status is EnterpriseStatus.SUSPENDED and until is not None and until < today


def _ensure_there(enterprise: Enterprise) -> None:
    if enterprise.status is EnterpriseStatus.DEREGISTERED:
        raise Refused("这家企业已经注销。")


def _change(
    enterprise: Enterprise, changes: dict[str, Any], *, actor: Actor, reason: str, version: int | None
) -> list[FactChange]:
    if not reason.strip():
        raise BadInput("请写明依据。")
    return change_facts(enterprise, actor=actor, changes=changes, source=reason, version=version, reason=reason)
