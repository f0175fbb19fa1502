"""The signs of a steward: broadcasts logged as interactions, and visits recorded days later."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from models.access import User
from models.directory import Enterprise, Region
from models.engagement import Flaw, Interaction, InteractionKind
from operations.clocks.wording import moment
from operations.insight.monitor.elapsed import seconds_between
from operations.insight.monitor.signal import Policy, Signal

OF_A_STEWARD: dict[str, Any] = {
    "whose": User.id, "whose_name": User.name, "peers": literal("steward"), "region_path": Region.path,
    "moment": Interaction.occurred_at, "row_id": Interaction.id, "title": Enterprise.name, "number": Enterprise.id,
    "link": "/enterprises/{number}?tab=timeline",
}


def interactions() -> Select[Any]:
    """What stewards have noted, not what two messages made by themselves."""
    columns: Any = (Interaction.occurred_at, Interaction.recorded_at, Interaction.content)
    joined: Select[Any] = select(*columns).select_from(Interaction).join(User, User.id == Interaction.steward_id).join(
        Enterprise, Enterprise.id == Interaction.enterprise_id).join(Region, Region.id == Enterprise.region_id)
    return joined.where(Interaction.is_exchange.is_(False))


def visits() -> Select[Any]:
    """Of these the visits."""
    return interactions().where(Interaction.kind == InteractionKind.VISIT)


def is_a_broadcast(_policy: Policy, _month: date) -> ColumnElement[bool]:
    """The words are those of a broadcast."""
    return Interaction.flaw == Flaw.TEMPLATE


def was_recorded_late(policy: Policy, _month: date) -> ColumnElement[bool]:
    """Written down more than so many hours after it is said to have happened."""
    return seconds_between(Interaction.occurred_at, Interaction.recorded_at) > policy["late_hours"] * 3600


SIGNALS = (
    Signal(
        name="broadcast", label="群发充互动", counted="互动记录", rows=interactions, hit=is_a_broadcast,
        about=lambda policy: "内容与群发文字相同的占全部互动记录", told=lambda row: row.content, **OF_A_STEWARD,
    ),
    Signal(
        name="late-visit", label="走访补录", counted="走访", rows=visits, hit=was_recorded_late, **OF_A_STEWARD,
        about=lambda policy: f"发生 {policy['late_hours']} 小时后才记录的走访占全部走访",
        told=lambda row: f"{moment(row.occurred_at)} 走访，{moment(row.recorded_at)} 记录",
    ),
)
