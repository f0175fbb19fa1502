"""The form of a story: what was demanded, by whom and when, and what came of it step by step."""

from dataclasses import dataclass

from models.correspondence import Side
from models.engagement import InteractionKind
from models.tickets import Channel, TicketKind, Urgency
from operations.demo.steps import Step


@dataclass(frozen=True, slots=True)
class Story:
    """One demand. ``by`` is the account that submits; empty is the enterprise, or who speaks for it.

    ``accused`` is the unit that a complaint is about: it sees nothing of it.
    """

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
    accused: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """One interaction that a steward noted; the next one promised in so many days.

    ``is_confirmed`` is what the enterprise said of it the next morning; None is nothing. ``days_late`` is how long
    after it happened it was written down.
    """

    when: str
    enterprise: str
    kind: InteractionKind
    content: str
    next_in_days: int | None = None
    is_confirmed: bool | None = None
    days_late: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One message of an enterprise's thread with its steward."""

    when: str
    enterprise: str
    side: Side
    body: str


@dataclass(frozen=True, slots=True)
class Circular:
    """One broadcast to everybody its sender may write to."""

    when: str
    by: str
    title: str
    body: str
