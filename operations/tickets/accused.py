"""被投诉举报单位: named when the complaint is made or by the service centre before dispatch, and kept away from it.

信访工作条例 第三十条. Who sees what is decided in operations/access/withholding.py; here it is who may be given it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from models import clock
from models.access import Role
from models.base import db
from models.directory import Organisation, OrganisationKind
from models.tickets import ACCUSING, AccusedUnit, Status, Ticket, UnitOrder
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import hold, insert_ignoring, operation, remembered
from operations.errors import BadInput, NotAllowed, Refused
from operations.words import ensure_said

AVOIDED = "该单位是本件投诉举报的对象，须回避"
NAMING = (Role.CLERK, Role.SUPERVISOR)
# Before it is given to anybody; afterwards orders, letters and calls have gone out.
BEFORE_DISPATCH = (Status.SUBMITTED, Status.AWAITING_SUPPLEMENT, Status.COORDINATING)
# A window, a division or a sub-office is a part of the bureau or the town that it lies below.
PARTS = (OrganisationKind.WINDOW, OrganisationKind.BUREAU)
WHOLES = (OrganisationKind.BUREAU, OrganisationKind.TOWN)
REASON_LIMIT, MOST = 200, 5


class AboutOnesOwn(Refused):
    """Whoever is of the unit neither writes such a complaint down nor says whom it is about."""

    message = "您所在的单位就是投诉举报的对象，须回避：请企业在平台上自己提交，或由其他人员登记。"


def of_ticket(ticket: Ticket) -> list[AccusedUnit]:
    """Whom the complaint is about now, in the order in which they were named; nothing is read of other kinds."""
    if ticket.kind not in ACCUSING:
        return []
    rows = select(AccusedUnit).where(AccusedUnit.ticket_id == ticket.id, AccusedUnit.ended_at.is_(None))
    return list(db.session.scalars(rows.options(joinedload(AccusedUnit.unit)).order_by(AccusedUnit.id)))


def houses_of(ticket: Ticket) -> list[Organisation]:
    """The houses from which the complaint is kept."""
    if ticket.kind not in ACCUSING:
        return []
    rows = select(Organisation).join(AccusedUnit, AccusedUnit.house_id == Organisation.id)
    named = rows.where(AccusedUnit.ticket_id == ticket.id, AccusedUnit.ended_at.is_(None))
    return remembered(("accused", ticket.id), lambda: list(db.session.scalars(named)))


def is_within(unit: Organisation, houses: Sequence[Organisation]) -> bool:
    """Whether the unit is one of these houses, or lies below one."""
    return any(unit.path.startswith(house.path) for house in houses)


def ensure_not_about(ticket: Ticket, units: Iterable[Organisation]) -> None:
    """Raise Refused for a unit that the complaint is about; a trigger says so as well."""
    houses = houses_of(ticket)
    for unit in units if houses else ():
        if is_within(unit, houses):
            raise Refused(f"不能交{unit.short_name}：{AVOIDED}。")


def may_name(ticket: Ticket, actor: Actor) -> Standing | None:
    """The post by which the actor says whom the complaint is about: the centre's or the supervisor's of the region."""
    if ticket.kind not in ACCUSING or ticket.status not in BEFORE_DISPATCH:
        return None
    return actor.post_above(ticket.region_path, roles=NAMING)


@operation
def name(ticket: Ticket, *, actor: Actor, unit: Organisation) -> None:
    """指明被投诉举报单位：from now on it sees nothing of it. Raises NotAllowed, Refused when it holds an order on it."""
    post = _naming_post(ticket, actor)
    house = _house_of(unit)
    if any(_is_of(one, house) for one in actor.held or actor.posts):
        raise AboutOnesOwn
    if len(of_ticket(ticket)) >= MOST:
        raise Refused(f"一件最多指明 {MOST} 个单位。")
    _ensure_holds_no_order(ticket, house)
    if _put_down(ticket, unit, house, actor=actor):
        log.record("name_accused", object_type="ticket", object_id=ticket.id, ticket_id=ticket.id, round=ticket.round,
                   source=str(ticket.status), target=str(ticket.status), actor=actor, standing=post,
                   details={"unit": unit.id, "house": house.id})


@operation
def end(ticket: Ticket, *, actor: Actor, accused_id: int, reason: str) -> None:
    """更正：it was not about this unit. The row stays, with the reason. Raises NotAllowed, Refused, BadInput."""
    post = _naming_post(ticket, actor)
    said = ensure_said(reason, "请写明为什么更正。", most=REASON_LIMIT)
    found = next((row for row in of_ticket(ticket) if row.id == accused_id), None)
    if found is None:
        raise Refused("没有指明过这个单位，或已经更正。")
    found.ended_at, found.ended_by_id, found.reason = clock.now(), actor.user_id, said
    log.record("end_accused", object_type="ticket", object_id=ticket.id, ticket_id=ticket.id, round=ticket.round,
               source=str(ticket.status), target=str(ticket.status), actor=actor, standing=post, words=said,
               details={"unit": found.unit_id})


def name_at_intake(ticket: Ticket, unit: Organisation, *, actor: Actor) -> int:
    """Within the running submission: whom it is about. Returns the id of the house, for the event. Raises BadInput."""
    if ticket.kind not in ACCUSING:
        raise BadInput("只有投诉、举报才填写被投诉举报的单位。")
    house = _house_of(unit)
    _put_down(ticket, unit, house, actor=actor)
    return house.id


def is_about_ones_own(actor: Actor, unit: Organisation | None) -> bool:
    """Whether the actor, as an official, would write down a complaint about their own house."""
    if unit is None:
        return False
    house = _house_of(unit)
    return any(_is_of(post, house) for post in actor.held or actor.posts)


def _naming_post(ticket: Ticket, actor: Actor) -> Standing:
    hold(ticket)
    post = may_name(ticket, actor)
    if post is None and actor.post_above(ticket.region_path, roles=NAMING):
        raise Refused("只有投诉、举报，而且在派单之前，才能指明或更正被投诉举报的单位。")
    if post is None:
        raise NotAllowed
    return post


def _house_of(unit: Organisation) -> Organisation:
    """What is said of a window or a division of a bureau is said of the bureau."""
    house = unit
    while house.kind in PARTS and house.parent_id:
        above = db.session.get_one(Organisation, house.parent_id)
        if above.kind not in WHOLES:
            break
        house = above
    return house


def _is_of(post: Standing, house: Organisation) -> bool:
    return any(path.startswith(house.path) for path in (post.unit_path, post.owner_path) if path)


def _ensure_holds_no_order(ticket: Ticket, house: Organisation) -> None:
    held = exists().where(UnitOrder.ticket_id == ticket.id, UnitOrder.ended_at.is_(None),
                          UnitOrder.unit_id == Organisation.id,
                          Organisation.path.startswith(house.path, autoescape=True))
    if db.session.scalar(select(held)):
        raise Refused("该单位正在办理本件，请先转办或收回，再指明。")


def _put_down(ticket: Ticket, unit: Organisation, house: Organisation, *, actor: Actor) -> bool:
    """Whether it was not named before. What others remember of the ticket is asked anew."""
    row = {"ticket_id": ticket.id, "unit_id": unit.id, "house_id": house.id, "named_at": clock.now(),
           "named_by_id": actor.user_id, "reason": ""}
    made = db.session.scalar(insert_ignoring(AccusedUnit).values(row).returning(AccusedUnit.id))
    (db.session.info.get("remembered") or {}).pop(("accused", ticket.id), None)
    return made is not None
