"""What is known of one ticket while it is acted on or shown: each fact is read once, when somebody asks."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import ColumnElement, bindparam, exists, or_, select

from models import clock
from models.access import Post, Role
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Organisation, Stewardship
from models.ratings import Rating
from models.refusals import Endorsement, Refusal, RefusalEnd, RefusalLevel
from models.supervision import Supervision
from models.tickets import (
    DeadlineExtension,
    Instruction,
    LedgerEntry,
    OrderRole,
    Proposal,
    ProposalKind,
    Ticket,
    UnitOrder,
)
from models.unreasonable import UnreasonableFinding
from operations.access import withholding
from operations.access.actor import Actor, Standing
from operations.access.scope import GONE, REGIONAL
from operations.clocks import clocks, rulebook
from operations.supervision import climbing
from operations.tickets import avoidance, musts
from operations.tickets.workflow import Step

# Built once: most acts and every ticket page ask these.
_ORDERS = (
    select(UnitOrder, Organisation)
    .join(Organisation, Organisation.id == UnitOrder.unit_id)
    .where(UnitOrder.ticket_id == bindparam("ticket"))
    .order_by(UnitOrder.id)
)
_OPEN_PROPOSALS = select(Proposal).where(Proposal.ticket_id == bindparam("ticket"), Proposal.decided_at.is_(None))
_LEDGER_ENTRY = select(LedgerEntry).where(LedgerEntry.ticket_id == bindparam("ticket"), LedgerEntry.left_at.is_(None))
_STEWARDS = select(Stewardship.steward_id).where(
    Stewardship.enterprise_id == bindparam("enterprise"),
    Stewardship.started_at <= bindparam("now"),
    or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > bindparam("now")),
)


def judged_by(user_id: int | None) -> ColumnElement[bool]:
    """The condition on ``instructions``: its answer is this leader's to judge; of one who has left, any leader's."""
    in_office = exists().where(
        Post.user_id == Instruction.given_by_id, Post.role == Role.LEADER, Post.ended_at.is_(None)
    )
    return or_(Instruction.given_by_id == user_id, ~in_office.correlate(Instruction))


class Situation:
    """One ticket and one actor at one moment."""

    def __init__(self, ticket: Ticket, actor: Actor) -> None:
        self.ticket = ticket
        self.actor = actor
        self.now: datetime = clock.now()
        self.standing: Standing | None = None

    @cached_property
    def rules(self) -> rulebook.Rulebook:
        """The rules in force."""
        return rulebook.current()

    @cached_property
    def orders(self) -> list[tuple[UnitOrder, Organisation]]:
        """Every order of the ticket with its unit, oldest first."""
        return [(order, unit) for order, unit in db.session.execute(_ORDERS, {"ticket": self.ticket.id})]

    @property
    def open_orders(self) -> list[tuple[UnitOrder, Organisation]]:
        """The orders still running."""
        return [(order, unit) for order, unit in self.orders if order.ended_at is None]

    @property
    def lead_order(self) -> UnitOrder | None:
        """The running order of the lead unit."""
        return next((order for order, _ in self.open_orders if order.role is OrderRole.LEAD), None)

    @property
    def open_assistance(self) -> list[UnitOrder]:
        """The running orders of assisting units."""
        return [order for order, _ in self.open_orders if order.role is OrderRole.ASSIST]

    @property
    def clocks(self) -> list[Clock]:
        """The running clocks."""
        return clocks.running(self.ticket)

    @property
    def case_clock(self) -> Clock | None:
        """The promise to the enterprise."""
        return clocks.find(self.ticket, ClockKind.HANDLING)

    @cached_property
    def proposals(self) -> dict[ProposalKind, Proposal]:
        """The open proposals by kind."""
        rows = db.session.scalars(_OPEN_PROPOSALS, {"ticket": self.ticket.id})
        return {proposal.kind: proposal for proposal in rows}

    @cached_property
    def ledger_entry(self) -> LedgerEntry | None:
        """The open ledger entry."""
        return db.session.scalar(_LEDGER_ENTRY, {"ticket": self.ticket.id})

    @cached_property
    def extensions_granted(self) -> int:
        """How many extensions this round has had."""
        rows = select(DeadlineExtension.ordinal).where(
            DeadlineExtension.ticket_id == self.ticket.id, DeadlineExtension.round == self.ticket.round
        )
        return len(db.session.scalars(rows).all())

    @cached_property
    def open_supervision(self) -> Supervision | None:
        """The highest open order on the ticket."""
        if not self.ticket.rung:
            return None
        rows = select(Supervision).where(Supervision.ticket_id == self.ticket.id, Supervision.ended_at.is_(None))
        return max(db.session.scalars(rows), key=lambda one: (one.level.rung, one.joined_to_id is None), default=None)

    @cached_property
    def open_instructions(self) -> list[Instruction]:
        """Instructions nobody has answered yet."""
        rows = select(Instruction).where(Instruction.ticket_id == self.ticket.id, Instruction.answered_at.is_(None))
        return list(db.session.scalars(rows))

    @cached_property
    def instructions_to_judge(self) -> list[Instruction]:
        """Answered instructions that wait for the actor's word: what they gave, or a leader who has left."""
        return self.answers_to_judge()

    def answers_to_judge(self) -> list[Instruction]:
        """The same, read now."""
        rows = select(Instruction).where(
            Instruction.ticket_id == self.ticket.id, Instruction.answered_at.is_not(None),
            Instruction.accepted_at.is_(None), judged_by(self.actor.user_id),
        )
        return list(db.session.scalars(rows.order_by(Instruction.id)))

    @cached_property
    def steward_ids(self) -> frozenset[int]:
        """Who looks after the enterprise now."""
        return frozenset(db.session.scalars(_STEWARDS, {"enterprise": self.ticket.enterprise_id, "now": self.now}))

    @cached_property
    def why_to_keep_out(self) -> list[str]:
        """Why the actor must not call back about it (回避, domain.md §4 invariant 7); nothing where they may."""
        return avoidance.reasons([self.ticket.id], self.actor.user_id)[self.ticket.id]

    @cached_property
    def open_finding(self) -> UnreasonableFinding | None:
        """The finding of 不合理 that waits for its countersign."""
        rows = select(UnreasonableFinding).where(
            UnreasonableFinding.ticket_id == self.ticket.id, UnreasonableFinding.decided_at.is_(None)
        )
        return db.session.scalar(rows)

    @cached_property
    def musts(self) -> list[str]:
        """Why it must be called back about whatever the plan says; nothing where the draw decides."""
        return musts.of([self.ticket.id])[self.ticket.id]

    @cached_property
    def refusal(self) -> Refusal | None:
        """The refusal that is on its way up."""
        if not self.ticket.refusing_since:
            return None
        rows = select(Refusal).where(Refusal.ticket_id == self.ticket.id, Refusal.ended_at.is_(None))
        return db.session.scalar(rows)

    @cached_property
    def refusal_desk(self) -> tuple[RefusalLevel, tuple[int, ...]] | None:
        """The level on which the refusal lies, and who may sign there now."""
        if self.refusal is None:
            return None
        levels = db.session.scalars(select(Endorsement).where(Endorsement.refusal_id == self.refusal.id)).all()
        here = next((one for one in levels if one.decided_at is None), None)
        if here is None:
            return None
        found = climbing.desks(self.refusal.unit, without={one.decided_by_id for one in levels})
        return here.level, found[here.level].people

    @cached_property
    def must_be_handled(self) -> bool:
        """Whether a refusal of this round was turned into an order to handle."""
        return self._has_ended_as(RefusalEnd.ORDERED, RefusalEnd.VETOED)

    @property
    def was_upheld(self) -> bool:
        """Whether the refusal of this round has climbed and was upheld."""
        return self._has_ended_as(RefusalEnd.REFUSED)

    def _has_ended_as(self, *ends: RefusalEnd) -> bool:
        ended = exists().where(
            Refusal.ticket_id == self.ticket.id, Refusal.round == self.ticket.round, Refusal.ended_as.in_(ends)
        )
        return bool(db.session.scalar(select(ended)))

    @cached_property
    def is_rated(self) -> bool:
        """Whether this round has its rating."""
        rated = exists().where(Rating.ticket_id == self.ticket.id, Rating.round == self.ticket.round)
        return bool(db.session.scalar(select(rated)))

    def standing_for(self, step: Step) -> Standing | None:
        """The post by which the actor may take ``step`` on this ticket; None when they may not."""
        knowing = (p for p in self.actor.posts if p.role in step.roles and self._may_know(p))
        return next((p for p in knowing if self._covers(p, step)), None)

    def _may_know(self, post: Standing) -> bool:
        """Not about the actor's own house; of what the enterprise has said itself its members always know."""
        return post.role is Role.ENTERPRISE_MEMBER or not self.is_kept_from_actor

    @cached_property
    def is_kept_from_actor(self) -> bool:
        """Whether it is a complaint about the actor's own house (信访工作条例 第三十条)."""
        return withholding.is_barred(self.actor, self.ticket)

    def _covers(self, post: Standing, step: Step) -> bool:
        match post.role:
            case Role.SYSTEM:
                return True
            case Role.ENTERPRISE_MEMBER:
                return post.enterprise_id == self.ticket.enterprise_id
            case Role.STEWARD:
                return self.actor.user_id in self.steward_ids
            case Role.CASE_OFFICER:
                return any(order.unit_id == post.unit_id for order, _ in self._orders_for(step))
            case Role.UNIT_LEADER:
                return any(unit.path.startswith(post.unit_path) for _, unit in self._orders_for(step))
            case role if role in REGIONAL:
                return self.ticket.region_path.startswith(post.region_path)
            case _:
                return False

    def _orders_for(self, step: Step) -> list[tuple[UnitOrder, Organisation]]:
        if step.order is None:  # whoever may open the ticket: the same orders as in access.scope
            return [(order, unit) for order, unit in self.orders if order.outcome not in GONE]
        return [(order, unit) for order, unit in self.open_orders if order.role is step.order]

    def own_order(self, standing: Standing, role: OrderRole | None = None) -> UnitOrder | None:
        """The running order of the unit that ``standing`` speaks for."""
        for order, unit in self.open_orders:
            leads = standing.role is Role.UNIT_LEADER
            mine = unit.path.startswith(standing.unit_path) if leads else unit.id == standing.unit_id
            if mine and role in (None, order.role):
                return order
        return None
