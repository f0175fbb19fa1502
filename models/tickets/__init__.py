"""The loop: tickets, the orders to units, proposals that need a signature, and every circumstance of a ticket."""

from models.tickets.accused import ACCUSING, AccusedUnit
from models.tickets.attachments import Attachment
from models.tickets.circumstances import (
    AnswerVerdict,
    Consultation,
    ConsultationUnit,
    DeadlineExtension,
    Instruction,
    InstructionAnswer,
    LedgerClass,
    LedgerEntry,
    Merge,
)
from models.tickets.drafts import Draft
from models.tickets.orders import OrderOutcome, OrderRole, UnitOrder
from models.tickets.outcomes import Reply, ReplyMethod, Result, ResultKind
from models.tickets.proposals import Decision, Proposal, ProposalKind, SigningStage
from models.tickets.tickets import IS_DEMAND, Channel, Difficulty, Round, Ticket, TicketKind, Urgency
from models.tickets.workflow import Act, Stage, Status

__all__ = [
    "ACCUSING",
    "IS_DEMAND",
    "AccusedUnit",
    "Act",
    "AnswerVerdict",
    "Attachment",
    "Channel",
    "Consultation",
    "ConsultationUnit",
    "DeadlineExtension",
    "Decision",
    "Difficulty",
    "Draft",
    "Instruction",
    "InstructionAnswer",
    "LedgerClass",
    "LedgerEntry",
    "Merge",
    "OrderOutcome",
    "OrderRole",
    "Proposal",
    "ProposalKind",
    "Reply",
    "ReplyMethod",
    "Result",
    "ResultKind",
    "Round",
    "SigningStage",
    "Stage",
    "Status",
    "Ticket",
    "TicketKind",
    "UnitOrder",
    "Urgency",
]
