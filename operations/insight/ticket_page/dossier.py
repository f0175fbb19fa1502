"""The dossier of a ticket: everything that its page shows, each part read in one statement when somebody asks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import joinedload

from models.access import Role
from models.base import db
from models.clocks import ClockKind
from models.refusals import VETOES
from models.supervision import Supervision
from models.tickets import Act, Instruction, ProposalKind, Status, Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.clocks.rulebook import Rulebook
from operations.errors import NotFound
from operations.insight.lines import plain_rows
from operations.insight.ticket_page import records, statements
from operations.insight.ticket_page.records import Paper, Record
from operations.insight.ticket_page.statements import Kind
from operations.tickets.situation import Situation

SHOWN, AT_MOST = 20, 200


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the log as it can be told. ``who`` is empty for what the system did."""

    seq: int
    at: datetime
    action: str
    round: int | None
    source: str | None
    target: str | None
    is_public: bool
    actor_id: int | None
    who: str
    unit: str
    role: Role | None
    words: str
    details: dict[str, Any]


class Unit(NamedTuple):
    """The unit of an order, as far as rules and pages ask for it."""

    id: int
    name: str
    short_name: str
    path: str


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the timeline is wanted: the newest ``size`` events of a kind, older than event ``before``."""

    kind: Kind = Kind.ALL
    size: int = SHOWN
    before: int | None = None


def open_for(actor: Actor, number: str, window: Window = Window()) -> "Dossier":
    """The dossier of the ticket with this number; NotFound when it is not there or not the actor's."""
    named = scope.visible_tickets(actor).where(Ticket.number == number).options(joinedload(Ticket.enterprise))
    found = db.session.execute(named.add_columns(*statements.COUNTS)).one_or_none()
    if found is None:
        raise NotFound
    return Dossier(found[0], actor, window=window, file_count=found[1], supervision_count=found[2])


class Dossier(Situation):
    """A situation whose facts are read for a whole page at once: the checks ask no statement of their own."""

    def __init__(
        self,
        ticket: Ticket,
        actor: Actor,
        *,
        window: Window = Window(),
        file_count: int = 1,
        supervision_count: int = 1,
    ) -> None:
        super().__init__(ticket, actor)
        self.window, self.file_count, self.supervision_count = window, file_count, supervision_count

    @cached_property
    def signed_orders(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Every order with the names of its unit and of who signed for it, oldest first."""
        return self._read(statements.ORDERS)

    @cached_property
    def orders(self) -> list[tuple[Any, Any]]:
        """Every order of the ticket with its unit, oldest first."""
        return [(row, Unit(row.unit_id, row.name, row.short_name, row.path)) for row in self.signed_orders]

    @cached_property
    def all_clocks(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Every clock of every round, oldest first, with how often it was paused and for what last."""
        return self._read(statements.CLOCKS)

    @property
    def clocks(self) -> list[Any]:
        """The running clocks."""
        return [one for one in self.all_clocks if one.stopped_at is None]

    @property
    def case_clock(self) -> Any:
        """The promise to the enterprise, while it runs."""
        return next((one for one in self.clocks if one.kind is ClockKind.HANDLING), None)

    @cached_property
    def rules(self) -> Rulebook:
        """The rules a page speaks of; an act that reckons a date asks for those of this very moment."""
        return rulebook.lately()

    @cached_property
    def all_proposals(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Every proposal with the names of who asked and who decided, oldest first."""
        return self._read(statements.PROPOSALS)

    @cached_property
    def proposals(self) -> dict[ProposalKind, Any]:
        """The open ones by kind. What has left handling waits for no signature."""
        if self.ticket.status is not Status.HANDLING:
            return {}
        return {one.kind: one for one in self.all_proposals if one.decided_at is None}

    @cached_property
    def supervisions(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Every order with the short names of who issued and who received it, newest first."""
        asked = {"ticket_id": self.ticket.id}
        return db.session.execute(statements.SUPERVISIONS, asked).all() if self.supervision_count else []

    @cached_property
    def open_supervision(self) -> Supervision | None:
        """The highest open order."""
        if not self.ticket.rung:
            return None
        running = [order for order, _, _ in self.supervisions if order.ended_at is None]
        return max(running, key=lambda order: order.level.rung, default=None)

    @cached_property
    def records(self) -> list[Record]:
        """The papers of every round, oldest first."""
        return records.of_ticket(self.ticket)

    def papers(self, *kinds: Paper) -> list[Record]:
        """The papers of these kinds, oldest first."""
        return [record for record in self.records if record.paper in kinds]

    @cached_property
    def ledger_entry(self) -> Record | None:  # type: ignore[override]
        """The open ledger entry."""
        return next((record for record in self.papers(Paper.LEDGER) if record.ended_at is None), None)

    @cached_property
    def extensions_granted(self) -> int:
        """How many extensions this round has had."""
        return sum(record.round == self.ticket.round for record in self.papers(Paper.EXTENSION))

    @cached_property
    def open_instructions(self) -> list[Record]:  # type: ignore[override]
        """Instructions nobody has answered yet."""
        return [record for record in self.papers(Paper.INSTRUCTION) if record.ended_at is None]

    @cached_property
    def instructions_to_judge(self) -> list[Instruction]:
        """Answered instructions that wait for the actor's word; nothing is read where nothing was answered."""
        answered = any(record.ended_at for record in self.papers(Paper.INSTRUCTION))
        return self.answers_to_judge() if answered else []

    @cached_property
    def stewards(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Who looks after the enterprise now: id, name, phone and kind."""
        return plain_rows(statements.STEWARDS, {"enterprise_id": self.ticket.enterprise_id, "now": self.now})

    @cached_property
    def steward_ids(self) -> frozenset[int]:
        """Who looks after the enterprise now."""
        return frozenset(steward.id for steward in self.stewards)

    @cached_property
    def happenings(self) -> list[Happening]:
        """The window of the timeline, and whatever the rail is told from, newest first."""
        return [_happening(row) for row in self._events]

    @cached_property
    def shown(self) -> list[Happening]:
        """The window of the timeline, newest first."""
        return [told for told, row in zip(self.happenings, self._events, strict=True) if row.is_shown]

    @property
    def older_count(self) -> int:
        """How many events of the window's kind are older than it, counted up to ``statements.COUNTED``."""
        return self._events[0].counted - len(self.shown) if self._events else 0

    @property
    def last_seq(self) -> int:
        """The newest event that this dossier has seen."""
        return self.happenings[0].seq if self.happenings else 0

    @cached_property
    def must_be_handled(self) -> bool:
        """Whether a refusal of this round was turned into an order to handle; 完善告知 is none."""
        return any(one.round == self.ticket.round and _orders_handling(one) for one in self.happenings)

    @property
    def has_been_refusing(self) -> bool:
        """Whether a refusal was ever reported."""
        return any(one.action == Act.REPORT_REFUSAL for one in self.happenings)

    @cached_property
    def files(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """Every file of the ticket, oldest first, the internal ones included."""
        return self._read(statements.FILES) if self.file_count else []

    @cached_property
    def _events(self) -> Sequence[Row[*tuple[Any, ...]]]:
        window, asked = self.window, {"ticket_id": self.ticket.id, "size": self.window.size}
        if window.before is None:
            return plain_rows(statements.events(window.kind), asked)
        return plain_rows(statements.events(window.kind, is_older=True), asked | {"before": window.before})

    def _read(self, statement: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        return plain_rows(statement, {"ticket_id": self.ticket.id})


def _orders_handling(event: Happening) -> bool:
    vetoed = event.action == Act.VETO_REFUSAL and event.details.get("verdict") in VETOES
    return vetoed or event.action == Act.ORDER_HANDLING


def since(ticket: Ticket, seq: int) -> list[Happening]:
    """What has happened to the ticket after event ``seq``, newest first: what a second editor has not seen."""
    asked = {"ticket_id": ticket.id, "seq": seq, "size": AT_MOST}
    return [_happening(row) for row in plain_rows(statements.events_since(), asked)]


def _happening(row: Row[*tuple[Any, ...]]) -> Happening:
    return Happening(
        row.seq, row.at, row.action, row.round, row.source, row.target, row.is_public, row.actor_id, row.name or "",
        row.short_name or "", row.role, row.words or "", json.loads(row.body).get("details", {}),
    )
