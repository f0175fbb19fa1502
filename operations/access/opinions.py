"""提意见: what anybody who works with the product thinks of it (国办函〔2026〕12号 wants a way to say so)."""

import re

from sqlalchemy import select

from models import clock
from models.access import Post, Role
from models.base import db
from models.notices import Notice, NoticeKind
from operations import log
from operations.access.actor import Actor
from operations.base import insert_ignoring, operation
from operations.errors import BadInput

WORDS_LIMIT = 1000
# The address without its query: what somebody had looked for belongs neither into the sealed log nor to anybody else.
_PLACE = re.compile(r"/[a-z0-9/_-]{0,119}", re.ASCII | re.IGNORECASE)


@operation
def give(actor: Actor, *, words: str, page: str = "") -> None:
    """提意见：sealed as an event with its words, and told to the system administrators. ``page`` is where it arose."""
    if not words.strip() or len(words) > WORDS_LIMIT:
        raise BadInput(f"请写 1 至 {WORDS_LIMIT} 字。")
    place = _PLACE.match(page)
    where = place.group() if place else ""
    log.record("give_opinion", object_type="user", object_id=actor.user_id, actor=actor,
               standing=actor.posts[0] if actor.posts else None, words=words, details={"page": where})
    rows = [_notice(user_id, actor, words, where) for user_id in _administrators()]
    if rows:
        db.session.execute(insert_ignoring(Notice), rows)


def _administrators() -> list[int]:
    holders = select(Post.user_id).where(Post.role == Role.SYSTEM_ADMINISTRATOR, Post.ended_at.is_(None))
    return list(db.session.scalars(holders.distinct()))


def _notice(user_id: int, actor: Actor, words: str, where: str) -> dict[str, object]:
    now = clock.now()
    return {
        "user_id": user_id,
        "kind": NoticeKind.SYSTEM,
        "ticket_id": None,
        "subject": f"意见：{actor.name}（{actor.title}）",
        "words": f"{words}\n{where}".strip(),
        "dedup_key": f"opinion.{actor.user_id}.{user_id}.{int(now.timestamp() * 1_000_000)}",
        "created_at": now,
        "not_before": now,
    }
