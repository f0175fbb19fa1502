"""草稿 of the quick log: on the server, one per person, so that a shared desk keeps nothing in its browser."""

from sqlalchemy import delete

from models import clock
from models.base import db
from models.engagement import TalkDraft
from operations.access.actor import Actor
from operations.base import insert_ignoring, operation

KEPT = ("enterprise", "kind", "content")
LONGEST = 4000


@operation
def keep(fields: dict[str, str], *, actor: Actor) -> TalkDraft:
    """存草稿：what is typed so far replaces what was kept before; only the fields that are words, cut to size."""
    kept = {name: fields.get(name, "")[:LONGEST] for name in KEPT}
    insert = insert_ignoring(TalkDraft).values(user_id=actor.user_id, fields=kept, updated_at=clock.now())
    db.session.execute(insert)
    draft = db.session.get_one(TalkDraft, actor.user_id)
    draft.fields, draft.updated_at = kept, clock.now()
    return draft


@operation
def drop(*, actor: Actor) -> None:
    """The draft is no longer needed: it was sent, or thrown away by who wrote it."""
    db.session.execute(delete(TalkDraft).where(TalkDraft.user_id == actor.user_id))


def of(actor: Actor) -> TalkDraft | None:
    """The actor's draft, if there are words in it."""
    draft = db.session.get(TalkDraft, actor.user_id)
    return draft if draft is not None and draft.fields.get("content") else None
