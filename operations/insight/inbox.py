"""通知: the delivered messages of one person, with what each leads to."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select

from models.base import db
from models.months import first_notice_lately
from models.notices import Notice
from models.rectifications import Rectification
from models.refusals import Refusal
from models.routing import Ruling
from models.tickets import Ticket
from operations import notices
from operations.access.actor import Actor
from operations.access.rectification_scope import rectification_scope
from operations.access.refusal_scope import refusal_scope
from operations.access.routing_scope import ruling_scope
from operations.access.scope import own_enterprise_ids, ticket_scope
from operations.errors import NotFound
from operations.insight.lines import LARGEST_ID

PAGE = 30
ABOUT = re.compile(r"([a-z_]+)\.([0-9]{1,9})\.")
INSTEAD: tuple[tuple[str, Any, Any], ...] = (
    ("refusal", Refusal, refusal_scope), ("ruling", Ruling, ruling_scope),
    ("rectification", Rectification, rectification_scope),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``number`` is empty where it is about no ticket, ``is_own`` says whose page shows the ticket."""

    notice: Notice
    number: str
    is_own: bool


def newest(actor: Actor, count: int) -> list[Message]:
    """The newest messages, of the last six months."""
    return _messages(actor, None, count, Notice.id >= first_notice_lately())


def page(actor: Actor, *, after: int | None = None) -> tuple[list[Message], int | None]:
    """A page of messages, newest first, and the ``after`` of the next page, if there is one."""
    found = _messages(actor, after, PAGE + 1)
    return found[:PAGE], found[PAGE - 1].notice.id if len(found) > PAGE else None


def get(actor: Actor, notice_id: int) -> Message:
    """One's own message, or NotFound."""
    found = _messages(actor, min(notice_id + 1, LARGEST_ID), 1)
    if not found or found[0].notice.id != notice_id:
        raise NotFound
    return found[0]


def instead(actor: Actor, message: Message) -> tuple[str, int] | None:
    """What to lead to when the ticket itself is not the reader's to open, as the area and the row's id: the refusal in
    whose review they have a seat, the ruling that took the ticket from their unit, the 整改 whose clocks it bears."""
    ticket_id = message.notice.ticket_id
    mine = exists().where(Ticket.id == ticket_id, ticket_scope(actor))
    if ticket_id is None or message.is_own or db.session.scalar(select(mine)):
        return None
    for area, kind, scope in INSTEAD:
        known = select(kind.id).where(kind.ticket_id == ticket_id, scope(actor)).order_by(kind.id.desc()).limit(1)
        if found := db.session.scalar(known):
            return area, found
    return None


def subject_of(message: Message) -> tuple[str, int] | None:
    """What a message without a ticket is about, as ``notices.tell_people`` was told: the kind of row and its id."""
    told = ABOUT.match(message.notice.dedup_key)
    return (told[1], int(told[2])) if told and message.notice.ticket_id is None else None


def _messages(actor: Actor, after: int | None, count: int, *further: Any) -> list[Message]:
    rows: Select[Any] = (
        notices.for_person(actor)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .add_columns(Ticket.number, Ticket.enterprise_id)
        .where(*further)
        .limit(count)
    )
    rows = rows.where(Notice.id < after) if after else rows
    own = own_enterprise_ids(actor)
    found = db.session.execute(rows)
    return [Message(notice, number or "", enterprise_id in own) for notice, number, enterprise_id in found]
