"""回避: who must not call back about a ticket (domain.md §4 invariant 7), said once for pages, acts and lists.

Who had a hand in it in any round; who sits, or sat since the order, in a unit that leads or assists, or leads a house
above one, in their own post or standing in for another; who looks after the enterprise, as 主管家 or 备岗, or did
since it asked; and who belongs to it. Of a counted case, and so of its proxy, the hand is the officer's or that of who
noted it, the unit where it was done. Triggers on ``follow_ups``, ``counted_calls`` and ``rectification_calls`` hold
the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from models.access import Post, Role
from models.base import db
from models.directory import Organisation, Stewardship
from models.hall import CountedCase
from models.log import Event
from models.tickets import Act, Ticket, UnitOrder

IN_THE_CHAIN = (
    Act.ACCEPT, Act.ANSWER, Act.DISPATCH, Act.TRANSFER, Act.SIGN, Act.CONTACT,
    Act.PROPOSE_RESULT, Act.REPORT_RESULT, Act.REPORT_ASSISTANCE, Act.REPLY,
)
HANDLED, OF_A_UNIT = "经办过本件", "在主办或协办单位任职"
STEWARD, MEMBER = "是该企业的管家", "是该企业的人员"
LEADING = (Role.UNIT_LEADER, Role.LEADER)
_OWN = aliased(Organisation)
C = CountedCase


def reasons(ticket_ids: Iterable[int], user_id: int | None, *, of_proxies: bool = False) -> Mapping[int, list[str]]:
    """Of each ticket, why this person must not call about it: nothing where they may. One statement.

    Proxies of counted cases are in no list of tickets; who asks about one says so.
    """
    ids = list(ticket_ids)
    found: dict[int, list[str]] = defaultdict(list)
    if not ids or user_id is None:
        return found
    parts = (part(ids, user_id) for part in (_handled, _sat_in_a_unit, _looked_after, _belonged))
    of_cases = (part.join(Ticket, Ticket.counted_case_id == C.id).where(Ticket.id.in_(ids))
                for part in (done_by(Ticket.id, user_id) if of_proxies else ()))
    for ticket_id, why in db.session.connection().execute(union_all(*parts, *of_cases)):
        words = Act(why).label if why in IN_THE_CHAIN else why
        if words not in found[ticket_id]:
            found[ticket_id].append(words)
    return found


def done_by(column: Any, user_id: int) -> tuple[Select[*tuple[Any, ...]], ...]:
    """``column`` and the reason for each counted case that this person did, or that was done where they sit or lead."""
    above = Post.role.in_(LEADING) & Organisation.path.startswith(_OWN.path)
    return (
        select(column, literal(HANDLED)).select_from(C)
        .where(or_(C.officer_id == user_id, C.recorded_by_id == user_id)),
        select(column, literal(OF_A_UNIT)).select_from(C)
        .join(Organisation, Organisation.id.in_((C.unit_id, C.window_id)))
        .join(Post, Post.user_id == user_id).join(_OWN, _OWN.id == Post.organisation_id)
        .where(or_(_OWN.id == Organisation.id, above), or_(Post.ended_at.is_(None), Post.ended_at >= C.finished_at)),
    )


def words_of(why: list[str], *, to_do: str = "回访") -> str:
    """The sentence that refuses a call; empty where nothing stands against it."""
    return f"您{_joined(why)}，按规定应当回避，请由其他人员{to_do}。" if why else ""


def _joined(why: list[str]) -> str:
    acts = [one for one in why if one not in (OF_A_UNIT, STEWARD, MEMBER)]
    return "，".join([HANDLED] * bool(acts) + [one for one in why if one not in acts])


def _handled(ids: list[int], user_id: int) -> Select[*tuple[Any, ...]]:
    mine = select(Event.ticket_id, Event.action)
    return mine.where(Event.of_tickets(ids), Event.actor_id == user_id, Event.action.in_(IN_THE_CHAIN))


def _sat_in_a_unit(ids: list[int], user_id: int) -> Select[*tuple[Any, ...]]:
    above = Post.role.in_(LEADING) & Organisation.path.startswith(_OWN.path)
    return (
        select(UnitOrder.ticket_id, literal(OF_A_UNIT))
        .join(Organisation, Organisation.id == UnitOrder.unit_id)
        .join(Post, Post.user_id == user_id)
        .join(_OWN, _OWN.id == Post.organisation_id)
        .where(UnitOrder.ticket_id.in_(ids), or_(_OWN.id == Organisation.id, above),
               or_(Post.ended_at.is_(None), Post.ended_at >= UnitOrder.ordered_at))
    )


def _looked_after(ids: list[int], user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Ticket.id, literal(STEWARD))
        .join(Stewardship, Stewardship.enterprise_id == Ticket.enterprise_id)
        .where(Ticket.id.in_(ids), Stewardship.steward_id == user_id,
               or_(Stewardship.ended_at.is_(None), Stewardship.ended_at >= Ticket.submitted_at))
    )


def _belonged(ids: list[int], user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Ticket.id, literal(MEMBER))
        .join(Post, Post.enterprise_id == Ticket.enterprise_id)
        .where(Ticket.id.in_(ids), Post.user_id == user_id,
               or_(Post.ended_at.is_(None), Post.ended_at >= Ticket.submitted_at))
    )
