"""留存表单: what somebody had typed when their session ran out, given back after they sign in again."""

import secrets
from datetime import timedelta

from sqlalchemy import select

from models import clock
from models.access import KeptForm, LoginSession
from models.base import db
from operations.access.actor import Actor
from operations.access.sessions import digest_of
from operations.base import operation
from operations.protection import even_when_protected

KEPT_FOR = timedelta(hours=8)


@operation
@even_when_protected
def keep(path: str, fields: dict[str, list[str]], *, session_token: str, limit: int) -> str:
    """Keep a form; returns the token that fetches it. It belongs to whoever the lapsed session belonged to."""
    owner = db.session.scalar(select(LoginSession.user_id).where(LoginSession.token_hash == digest_of(session_token)))
    token = secrets.token_urlsafe(24)
    if sum(len(value) for values in fields.values() for value in values) <= limit:
        db.session.add(KeptForm(token_hash=digest_of(token), user_id=owner, path=digest_of(path), body=fields,
                                created_at=clock.now()))
    return token


def fetch(token: str, path: str, *, actor: Actor) -> dict[str, list[str]] | None:
    """The kept fields for this page, when they are the actor's own and not too old."""
    row = db.session.scalar(select(KeptForm).where(KeptForm.token_hash == digest_of(token)))
    if row is None or row.path != digest_of(path) or row.user_id not in (None, actor.user_id):
        return None
    return row.body if clock.now() - row.created_at <= KEPT_FOR else None


@operation
def sweep_old() -> int:
    """Forget what nobody came back for; returns how many."""
    old = db.session.query(KeptForm).filter(KeptForm.created_at < clock.now() - KEPT_FOR)
    return old.delete(synchronize_session=False)
