"""到期清除: what is over of personal data is made unreadable or goes, a batch a transaction (docs/security/retention.md).

What the log, tickets, ratings and letters say is kept for ever (domain.md §4, invariant 1): of those only the name and
the number of whom to ask for go, which stand in rows of their own for this purpose (个人信息保护法 19, 47).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import or_, select

from models import clock
from models.access import Invitation, LoginSession
from models.base import db
from models.bulk import among
from models.carriers import TextAnswer
from models.directory import ImportBatch
from models.directory.imports import RUNNING
from models.tickets import Draft, Ticket
from models.tickets.tickets import HAS_CONTACT
from operations import log
from operations.access.actor import SYSTEM
from operations.base import operation
from operations.files import path_of

AT_ONCE = 1000
DRAFTS_KEPT_FOR = timedelta(days=60)  # no page offers one after thirty days


@dataclass(frozen=True, slots=True)
class Terms:
    """How long what is kept: the site's settings, in days."""

    contacts: int
    traces: int


def clear(terms: Terms) -> Iterator[int]:
    """Clear everything that is over; tells how many rows each transaction has cleared."""
    now = clock.now()
    traces = now - timedelta(days=terms.traces)
    acts: tuple[tuple[Callable[[datetime], int], datetime], ...] = (
        (_contacts, now - timedelta(days=terms.contacts)), (_answers, traces), (_invitations, traces),
        (_sessions, traces), (_drafts, now - DRAFTS_KEPT_FOR),
    )
    for act, before in acts:
        while cleared := act(before):
            yield cleared


def drop_import_files(folder: Path, days: int) -> int:
    """The files of imports that nobody works on: they hold numbers as they came. Returns how many went."""
    over = select(ImportBatch.stored_name).where(
        ImportBatch.created_at < clock.now() - timedelta(days=days), ImportBatch.state.not_in(RUNNING)
    )
    files = [file for name in db.session.scalars(over)
             for file in (path_of(folder, name), path_of(folder, name).with_suffix(".bad")) if file.exists()]
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)


@operation
def _contacts(before: datetime) -> int:
    """Whom to ask for about a ticket that was closed so long ago."""
    over = select(Ticket.id).where(HAS_CONTACT, Ticket.closed_at < before).order_by(Ticket.closed_at).limit(AT_ONCE)
    cleared = _cleared(sa.update(Ticket.__table__).values(contact_name="", contact_phone=""), Ticket.id, over)
    if cleared:
        log.record("clear_contacts", object_type="ticket", object_id=None, actor=SYSTEM,
                   details={"count": cleared, "closed_before": before.isoformat()})
    return cleared


@operation
def _answers(before: datetime) -> int:
    """Texts that came in; the grade they gave stays."""
    over = select(TextAnswer.id).where(TextAnswer.number != "", TextAnswer.received_at < before).limit(AT_ONCE)
    return _cleared(sa.update(TextAnswer.__table__).values(number="", words=""), TextAnswer.id, over)


@operation
def _invitations(before: datetime) -> int:
    """To which mobile an invitation went that is over."""
    over = select(Invitation.id).where(Invitation.mobile != "", Invitation.expires_at < before).limit(AT_ONCE)
    ended = sa.func.coalesce(Invitation.__table__.c.ended_at, Invitation.__table__.c.expires_at)
    return _cleared(sa.update(Invitation.__table__).values(mobile="", ended_at=ended), Invitation.id, over)


@operation
def _sessions(before: datetime) -> int:
    """Sessions with their addresses; that somebody signed in stands in the log."""
    over = select(LoginSession.id).where(or_(LoginSession.ended_at < before, LoginSession.seen_at < before))
    return _cleared(sa.delete(LoginSession.__table__), LoginSession.id, over.limit(AT_ONCE))


@operation
def _drafts(before: datetime) -> int:
    """What was written, and sent or left: a ticket has its own words."""
    over = select(Draft.id).where(Draft.updated_at < before).limit(AT_ONCE)
    return _cleared(sa.delete(Draft.__table__), Draft.id, over)


def _cleared(change: Any, key: Any, over: Any) -> int:
    ids = list(db.session.scalars(over.with_for_update(skip_locked=True)))
    if ids:
        db.session.connection().execute(change.where(among(key, ids=ids)))
    return len(ids)
