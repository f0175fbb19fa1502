"""回执: what proves that a demand was submitted, and how anybody can check it without learning anything else."""

import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models.base import db
from models.log import Event
from models.tickets import Act, Ticket
from operations import log
from operations.anchors import shown
from operations.tickets import intake

SHORTEST_CODE, CODE_SHOWN = 8, 16
_HEX = re.compile(r"[0-9a-f]{8,64}")
_NUMBER = re.compile(r"ZQ-\d{4}-\d{2}-\d{7}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the enterprise keeps. ``code`` is the beginning of the digest, enough to be checked by hand."""

    number: str
    submitted_at: datetime
    digest: str
    seal: str

    @property
    def code(self) -> str:
        """The first 16 characters, as the QR carries them."""
        return self.digest[:CODE_SHOWN]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What anybody may know of a genuine receipt. ``is_intact``: the record still says what the receipt says."""

    submitted_at: datetime
    seal: str
    anchored: str
    is_intact: bool


def receipt_of(ticket: Ticket) -> Receipt:
    """The receipt of a ticket, from the sealed event of its submission."""
    event = intake.submission_event(ticket)
    return Receipt(ticket.number, ticket.submitted_at, _sealed_digest(event), shown.seal_of(event))


def verify(number: str, code: str) -> Verdict | None:
    """查验：None for whatever is not genuine: an unknown number, a wrong or too short code, always the same answer."""
    said = re.sub(r"[\s\-]", "", code).lower()
    ticket = _ticket_of(number.strip().upper())
    event = intake.submission_event(ticket) if ticket else None
    sealed = _sealed_digest(event) if event else "0" * 64
    matches = bool(_HEX.fullmatch(said)) and hmac.compare_digest(sealed[: len(said)], said)
    if ticket is None or event is None or not matches:
        return None
    whole = log.link_hash(event.prev, event.seq, event.body, event.alg) == event.hash
    intact = whole and hmac.compare_digest(intake.content_digest(ticket), sealed)
    return Verdict(ticket.submitted_at, shown.seal_of(event), shown.covering(event.seq), intact)


def _ticket_of(number: str) -> Ticket | None:
    if not _NUMBER.fullmatch(number):
        return None
    has_receipt = select(Event.seq).where(Event.of_ticket(Ticket.id), Event.action == Act.SUBMIT).exists()
    return db.session.scalar(select(Ticket).where(Ticket.number == number, has_receipt))


def _sealed_digest(event: Event) -> str:
    digest: str = json.loads(event.body)["details"]["digest"]
    return digest
