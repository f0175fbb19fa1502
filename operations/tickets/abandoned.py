"""Uploads that never became part of a ticket: the row stays as history, the bytes go."""

from datetime import timedelta

from sqlalchemy import exists, select, update

from models import clock
from models.base import db
from models.tickets import Attachment, Draft
from operations.base import operation
from operations.files import key_of
from operations.storage.places import Storage

ABANDONED_AFTER = timedelta(days=2)
DRAFT_KEPT_FOR = timedelta(days=30)
LOOKED_BACK = timedelta(days=30)  # a crash between the row and the file is mended by the next runs


def drop_abandoned(storage: Storage) -> int:
    """清理：the files of drafts nobody came back to, and those taken out of a draft. Returns how many were removed."""
    discard_abandoned()
    return sum(storage.remove(key_of(name)) for name in _discarded_names())


@operation
def discard_abandoned() -> int:
    """Mark uploads older than two days that belong to no ticket and to no draft still being written."""
    now = clock.now()
    being_written = exists().where(
        Draft.key == Attachment.draft_key,
        Draft.ticket_id.is_(None),
        Draft.discarded_at.is_(None),
        Draft.updated_at > now - DRAFT_KEPT_FOR,
    )
    left = update(Attachment).where(
        Attachment.ticket_id.is_(None),
        Attachment.interaction_id.is_(None),
        Attachment.discarded_at.is_(None),
        Attachment.created_at < now - ABANDONED_AFTER,
        ~being_written,
    )
    changed = left.values(discarded_at=now).execution_options(synchronize_session=False)
    return db.session.execute(changed).rowcount  # type: ignore[attr-defined]


def _discarded_names() -> list[str]:
    recent = Attachment.discarded_at > clock.now() - LOOKED_BACK
    return list(db.session.scalars(select(Attachment.stored_name).where(Attachment.ticket_id.is_(None), recent)))
