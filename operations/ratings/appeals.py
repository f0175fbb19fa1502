"""差评申诉: the unit says that a 差评 is mistaken or malicious; a supervisor decides, with reasons, and never the unit.

What is accepted is excluded from the figures of satisfaction, and shown there as excluded; the rating stays as it is.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from models import clock
from models.access import Role
from models.base import db
from models.rectifications import (
    AppealGround,
    RatingAppeal,
    Rectification,
    RectificationAct,
    RectificationEnd,
)
from operations import notices
from operations.access import rectification_scope as scope
from operations.access.actor import Actor
from operations.base import insert_ignoring, operation
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.errors import Refused
from operations.ratings.rectifications import TEXT_LIMIT, end, held, record, said


def excluded() -> Select[Any]:
    """Ids of the ratings that no figure of satisfaction counts; every such figure says beside it how many they are."""
    return select(Rectification.rating_id).where(Rectification.ended_as == RectificationEnd.EXCLUDED)


def limit_of(found: Rectification) -> datetime:
    """Until when the unit may appeal: working days of the policy ``rectification`` from the rating on."""
    rules = rulebook.current()
    return rules.calendar.due(found.opened_at, Limit.stored(rules.policy("rectification")["appeal"])).due_at


def of(rectification_id: int) -> RatingAppeal | None:
    """The appeal, if the unit has filed one."""
    return db.session.get(RatingAppeal, rectification_id)


@operation
def appeal(rectification_id: int, *, actor: Actor, ground: AppealGround, reason: str) -> None:
    """申诉差评：once, within the limit. No clock stands still for it. Raises NotFound, NotAllowed, Refused, BadInput."""
    found, ticket, unit = held(rectification_id, actor)
    post = scope.handling_post(actor, unit)
    if clock.now() > limit_of(found):
        raise Refused("申诉期限已过。")
    kept = said(reason, "请写明理由和证据。", most=TEXT_LIMIT)
    row = {"rectification_id": found.id, "ground": ground, "reason": kept, "filed_at": clock.now(),
           "filed_by_id": actor.user_id, "decision": ""}
    written = insert_ignoring(RatingAppeal).values(row).returning(RatingAppeal.rectification_id)
    if db.session.scalar(written) is None:
        raise Refused("这个评价已经申诉过。")
    record(RectificationAct.APPEAL, found, ticket, actor=actor, post=post, words=kept, ground=str(ground))
    notices.tell_office(ticket, f"差评申诉待裁定（{ground.label}）：{ticket.subject}", words=kept)


@operation
def decide(rectification_id: int, *, actor: Actor, is_accepted: bool, reason: str) -> None:
    """裁定申诉：by a supervisor above the region without a post in the unit. Accepted, the rectification ends.

    Raises NotFound, NotAllowed, Refused, BadInput.
    """
    found, ticket, unit = held(rectification_id, actor)
    post = scope.outside_post(actor, found, unit, roles=(Role.SUPERVISOR,))
    kept = said(reason, "请写明裁定的理由。", most=TEXT_LIMIT)
    waiting = (RatingAppeal.rectification_id == found.id) & RatingAppeal.decided_at.is_(None)
    deciding = update(RatingAppeal).where(waiting).values(
        is_accepted=is_accepted, decision=kept, decided_at=clock.now(), decided_by_id=actor.user_id
    )
    if db.session.connection().execute(deciding).rowcount != 1:
        raise Refused("没有待裁定的申诉。")
    record(RectificationAct.DECIDE, found, ticket, actor=actor, post=post, words=kept, accepted=is_accepted)
    if is_accepted:
        end(found, ticket, RectificationEnd.EXCLUDED)
        notices.tell_enterprise(ticket, f"您的评价经复核不计入满意率：{ticket.subject}", words=kept)
    notices.tell_units([unit], ticket, f"差评申诉{'成立，不计入满意率' if is_accepted else '不成立，继续整改'}：{ticket.subject}")
