"""The form of a story: what was demanded, by whom and when, and what came of it step by step."""

from dataclasses import dataclass

from models.engagement import InteractionKind
from models.tickets import Channel, TicketKind, Urgency
from operations.demo.steps import Step


@dataclass(frozen=True, slots=True)
class Story:
    """One demand. ``by`` is the account that submits; empty is the enterprise, or who speaks for it."""

    subject: str
    content: str
    enterprise: str
    when: str
    kind: TicketKind = TicketKind.HELP
    steps: tuple[Step, ...] = ()
    channel: Channel = Channel.PLATFORM
    urgency: Urgency = Urgency.ORDINARY
    category: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """One interaction that a steward noted; the next one promised in so many days."""

    when: str
    enterprise: str
    kind: InteractionKind
    content: str
    next_in_days: int | None = None
