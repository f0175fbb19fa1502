"""Acts whose operation takes its answers in another shape than the form gives them."""

from collections.abc import Sequence
from typing import Any

from models.tickets import Attachment, ProposalKind, Ticket
from operations.tickets import conversation, proposals
from operations.tickets.proposals import Terms


def result(ticket: Ticket, *, attachments: Sequence[Attachment] = (), **answers: Any) -> None:
    """提交办理结果, with its evidence."""
    _propose(ProposalKind.RESULT, ticket, attachments=attachments, **answers)


def send_back(ticket: Ticket, **answers: Any) -> None:
    """提请退回."""
    _propose(ProposalKind.SEND_BACK, ticket, **answers)


def extension(ticket: Ticket, **answers: Any) -> None:
    """申请延期."""
    _propose(ProposalKind.EXTENSION, ticket, **answers)


def ledger(ticket: Ticket, **answers: Any) -> None:
    """提请挂账."""
    _propose(ProposalKind.LEDGER, ticket, **answers)


def strike_off(ticket: Ticket, **answers: Any) -> None:
    """提请销号."""
    _propose(ProposalKind.STRIKE_OFF, ticket, **answers)


def note(ticket: Ticket, *, version: int | None, **answers: Any) -> None:
    """内部备注: what is said beside the line cannot be out of date."""
    conversation.note(ticket, **answers)


def message(ticket: Ticket, *, version: int | None, **answers: Any) -> None:
    """留言, likewise."""
    conversation.message(ticket, **answers)


def _propose(kind: ProposalKind, ticket: Ticket, *, actor: Any, version: int | None, once: Any,
             attachments: Sequence[Attachment] = (), **terms: Any) -> None:
    proposals.propose(
        ticket, kind, actor=actor, terms=Terms(**terms), attachments=attachments, version=version, once=once
    )
