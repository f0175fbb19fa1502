"""The papers of a ticket: results, replies, calls, ratings, ledger entries … of every round, in one statement.

Ten small tables hold a row or two each per ticket. Ten statements would cost more than all they bring back, so each
table gives the same columns here and one statement joins them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    cast,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.types import TypeEngine

from models.access import User
from models.base import UTCDateTime
from models.directory import Organisation
from models.ratings import FollowUp, Rating, RatingAddition
from models.tickets import (
    Consultation,
    DeadlineExtension,
    Instruction,
    LedgerEntry,
    Merge,
    Reply,
    Result,
    Round,
    Ticket,
)
from operations.insight.lines import plain_rows


class Paper(StrEnum):
    """Which table a record is from."""

    ROUND = "round"
    RESULT = "result"
    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    RATING = "rating"
    ADDITION = "addition"
    EXTENSION = "extension"
    LEDGER = "ledger"
    CONSULTATION = "consultation"
    INSTRUCTION = "instruction"
    MERGED_HERE = "merged_here"


@dataclass(frozen=True, slots=True)
class Record:
    """One paper. What a field holds depends on ``paper``; the arms below say it, field by field."""

    paper: Paper
    id: int
    round: int | None
    at: datetime
    until: datetime | None
    ended_at: datetime | None
    code: str | None
    words: str
    more: str | None
    yes: bool | None
    also: bool | None
    person: str | None
    unit: str | None

    @property
    def is_unseen(self) -> bool:
        """An anonymous rating, and what was added to it: only those above learn that there is one."""
        return self.paper in (Paper.RATING, Paper.ADDITION) and bool(self.yes)


TYPES: dict[str, TypeEngine[Any]] = {
    "round": Integer(), "at": UTCDateTime(), "until": UTCDateTime(), "ended_at": UTCDateTime(), "code": String(),
    "words": String(), "more": String(), "yes": Boolean(), "also": Boolean(), "person": Integer(), "unit": Integer(),
}
THE_TICKET: Any = bindparam("ticket_id")


def _arm(paper: Paper, table: Any, **columns: Any) -> Select[Any]:
    given = [
        (type_coerce(columns[name], kind) if name in columns else cast(null(), kind)).label(name)
        for name, kind in TYPES.items()
    ]
    where = columns["where"] if "where" in columns else table.ticket_id == THE_TICKET
    row_id = columns["id"] if "id" in columns else table.id
    return select(_text(paper), row_id.label("id"), *given).where(where)


def _text(paper: Paper) -> ColumnElement[str]:
    return cast(str(paper), String()).label("paper")


ARMS = (
    _arm(Paper.ROUND, Round, round=Round.number, at=Round.opened_at, words=Round.reason),
    _arm(Paper.RESULT, Result, round=Result.round, at=Result.reported_at, code=Result.kind, words=Result.text,
         more=Result.next_step, yes=Result.adopted, person=Result.signed_by_id, unit=Result.unit_id),
    _arm(Paper.REPLY, Reply, round=Reply.round, at=Reply.told_at, code=Reply.method, words=Reply.text,
         more=Reply.first_answer, person=Reply.replied_by_id),
    _arm(Paper.FOLLOW_UP, FollowUp, round=FollowUp.round, at=FollowUp.called_at, words=FollowUp.words,
         yes=FollowUp.is_solved, also=FollowUp.is_satisfied, person=FollowUp.called_by_id),
    _arm(Paper.RATING, Rating, round=Rating.round, at=Rating.rated_at, code=Rating.grade, words=Rating.words,
         more=Rating.channel, yes=Rating.is_anonymous, person=Rating.rated_by_id),
    _arm(Paper.ADDITION, RatingAddition, id=RatingAddition.rating_id, round=Rating.round, at=RatingAddition.added_at,
         code=RatingAddition.grade, words=RatingAddition.words, yes=Rating.is_anonymous,
         where=(Rating.id == RatingAddition.rating_id) & (Rating.ticket_id == THE_TICKET)),
    _arm(Paper.EXTENSION, DeadlineExtension, round=DeadlineExtension.round, at=DeadlineExtension.granted_at,
         until=DeadlineExtension.due_after, ended_at=DeadlineExtension.due_before,
         person=DeadlineExtension.granted_by_id),
    _arm(Paper.LEDGER, LedgerEntry, round=LedgerEntry.round, at=LedgerEntry.entered_at, ended_at=LedgerEntry.left_at,
         code=LedgerEntry.ledger_class, words=LedgerEntry.evidence, more=cast(LedgerEntry.review_on, String()),
         yes=LedgerEntry.struck_off_at.is_not(None), person=LedgerEntry.entered_by_id),
    _arm(Paper.CONSULTATION, Consultation, at=Consultation.recorded_at, words=Consultation.outcome,
         code=cast(Consultation.held_on, String()), more=Consultation.units, person=Consultation.convened_by_id),
    _arm(Paper.INSTRUCTION, Instruction, at=Instruction.given_at, ended_at=Instruction.answered_at,
         words=Instruction.words, more=Instruction.answer, yes=Instruction.accepted_at.is_not(None),
         person=Instruction.given_by_id),
    _arm(Paper.MERGED_HERE, Merge, at=Merge.merged_at, code=Ticket.number, words=Ticket.subject,
         where=(Merge.main_ticket_id == THE_TICKET) & Merge.undone_at.is_(None) & (Ticket.id == Merge.ticket_id)),
)
PAPERS = union_all(*ARMS).subquery("papers")
STATEMENT = (
    select(*(column for column in PAPERS.c if column.name not in ("person", "unit")), User.name.label("person"),
           Organisation.short_name.label("unit"))
    .outerjoin(User, User.id == PAPERS.c.person)
    .outerjoin(Organisation, Organisation.id == PAPERS.c.unit)
)
# What was written down in the same instant stands in the order in which the loop comes to it.
PLACES = {paper: place for place, paper in enumerate(Paper)}


def of_ticket(ticket: Ticket) -> list[Record]:
    """Every paper of the ticket, oldest first."""
    records = [_record(row) for row in plain_rows(STATEMENT, {"ticket_id": ticket.id})]
    return sorted(records, key=lambda one: (one.at, PLACES[one.paper], one.id))


def _record(row: Row[Any]) -> Record:
    return Record(
        Paper(row.paper), row.id, row.round, row.at, row.until, row.ended_at, row.code, row.words or "", row.more,
        row.yes, row.also, row.person, row.unit,
    )
