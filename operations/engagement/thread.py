"""消息: the thread of an enterprise with its stewards, and the interaction that a two-sided exchange is (domain.md §3).

留言 on a ticket is another thing: operations.tickets.conversation.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, func, select, update

from models import clock
from models.access import Role, User
from models.base import db
from models.correspondence import Message, Side
from models.directory import Enterprise, Stewardship
from models.engagement import Interaction, InteractionKind
from models.notices import NoticeKind
from operations import log, notices
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.clocks import rulebook
from operations.engagement import interactions, judging
from operations.errors import NotAllowed
from operations.words import ensure_said

BODY_LIMIT = 2000
SHOWN, THREADS_SHOWN = 20, 50


@operation
def write(enterprise: Enterprise, *, actor: Actor, side: Side, body: str) -> Message:
    """发消息：to the other side, who is told. What that side had written is read with it.

    An enterprise's answer in time makes the exchange an interaction. Raises NotAllowed, BadInput.
    """
    ensure_said(body, "请写点什么再发出。", most=BODY_LIMIT)
    standing = _standing(enterprise, actor, side)
    db.session.execute(select(Enterprise.id).where(Enterprise.id == enterprise.id).with_for_update())
    _mark_read(enterprise, actor, side)
    asked = _unanswered(enterprise) if side is Side.ENTERPRISE else []
    sent = Message(enterprise_id=enterprise.id, side=side, author_id=actor.user_id, body=body, sent_at=clock.now())
    db.session.add(sent)
    db.session.flush()
    log.record("write_message", object_type="message", object_id=sent.id, actor=actor, standing=standing,
               details={"enterprise": enterprise.id, "side": str(side)})
    _tell_other_side(sent, enterprise, actor)
    if asked:
        _note_exchange(enterprise, asked, actor=actor)
    return sent


@operation
def mark_read(enterprise: Enterprise, *, actor: Actor, side: Side) -> int:
    """标为已读：what the other side wrote. Returns how many messages that were; opening the page alone says nothing."""
    _standing(enterprise, actor, side)
    return _mark_read(enterprise, actor, side)


def page(enterprise: Enterprise, *, before: int | None = None) -> Sequence[Any]:
    """Messages, the newest first, ``SHOWN`` and one more: the last tells whether there are older ones."""
    rows = (
        select(Message.id, Message.side, Message.body, Message.sent_at, Message.read_at, Message.author_id, User.name)
        .join(User, User.id == Message.author_id)
        .where(Message.enterprise_id == enterprise.id)
        .order_by(Message.id.desc())
        .limit(SHOWN + 1)
    )
    return db.session.execute(rows.where(Message.id < before) if before else rows).all()


def count_unread(enterprise_ids: Sequence[int], side: Side) -> int:
    """How many messages of the other side wait for ``side``."""
    rows = select(func.count(Message.id)).where(
        Message.enterprise_id.in_(enterprise_ids), Message.side == _other(side), Message.read_at.is_(None)
    )
    return db.session.scalar(rows) or 0


def threads(actor: Actor) -> Sequence[Any]:
    """The threads of a steward's enterprises: those with something unread first, the latest first."""
    unread = func.sum(case(((Message.side == Side.ENTERPRISE) & Message.read_at.is_(None), 1), else_=0))
    latest = (
        select(Message.enterprise_id, func.max(Message.id).label("last_id"), unread.label("unread"))
        .where(Message.enterprise_id.in_(scope.stewarded_by(actor.user_id)))
        .group_by(Message.enterprise_id)
        .subquery()
    )
    rows = (
        select(Enterprise.id, Enterprise.name, Message.body, Message.sent_at, Message.side, latest.c.unread)
        .select_from(latest)
        .join(Message, Message.id == latest.c.last_id)
        .join(Enterprise, Enterprise.id == latest.c.enterprise_id)
        .order_by((latest.c.unread > 0).desc(), latest.c.last_id.desc())
        .limit(THREADS_SHOWN)
    )
    return db.session.execute(rows).all()


def _standing(enterprise: Enterprise, actor: Actor, side: Side) -> Standing:
    if side is Side.ENTERPRISE:
        found = [post for post in actor.posts_as(Role.ENTERPRISE_MEMBER) if post.enterprise_id == enterprise.id]
    else:
        mine = scope.stewarded_by(actor.user_id).where(Stewardship.enterprise_id == enterprise.id)
        found = list(actor.posts_as(Role.STEWARD)) if db.session.scalar(mine.limit(1)) else []
    if not found:
        raise NotAllowed
    return found[0]


def _other(side: Side) -> Side:
    return Side.STEWARD if side is Side.ENTERPRISE else Side.ENTERPRISE


def _mark_read(enterprise: Enterprise, actor: Actor, side: Side) -> int:
    unread = update(Message).where(
        Message.enterprise_id == enterprise.id, Message.side == _other(side), Message.read_at.is_(None)
    )
    changed = unread.values(read_at=clock.now(), read_by_id=actor.user_id)
    count: int = db.session.connection().execute(changed).rowcount
    return count


def _unanswered(enterprise: Enterprise) -> list[Message]:
    """What the stewards wrote since the enterprise's last message, oldest first."""
    answered = select(func.coalesce(func.max(Message.id), 0)).where(
        Message.enterprise_id == enterprise.id, Message.side == Side.ENTERPRISE
    )
    rows: Select[Message] = select(Message).where(
        Message.enterprise_id == enterprise.id, Message.side == Side.STEWARD, Message.id > answered.scalar_subquery()
    )
    return list(db.session.scalars(rows.order_by(Message.id)))


def _note_exchange(enterprise: Enterprise, asked: list[Message], *, actor: Actor) -> None:
    """One interaction per pair and window of 24 h: the last steward's words, answered now by the enterprise."""
    last, now, terms = asked[-1], clock.now(), judging.terms()
    if now > rulebook.current().calendar.due(last.sent_at, terms.window).due_at:
        return
    counted = select(Interaction.id).where(
        Interaction.enterprise_id == enterprise.id, Interaction.steward_id == last.author_id,
        Interaction.is_exchange.is_(True), Interaction.occurred_at > last.sent_at - terms.apart,
    )
    if db.session.scalar(counted.limit(1)) is not None:
        return
    said = "\n".join(message.body for message in asked if message.author_id == last.author_id)[:BODY_LIMIT]
    noted = Interaction(
        steward_id=last.author_id, enterprise_id=enterprise.id, kind=InteractionKind.PLATFORM, content=said,
        occurred_at=last.sent_at, recorded_at=now, is_exchange=True,
    )
    judging.open_judgement(noted, said, answered_at=now)
    db.session.add(noted)
    db.session.flush()
    interactions.touch(enterprise, last.sent_at)
    log.record("note_exchange", object_type="interaction", object_id=noted.id, actor=actor,
               details={"enterprise": enterprise.id, "steward": last.author_id, "message": last.id})


def _tell_other_side(sent: Message, enterprise: Enterprise, actor: Actor) -> None:
    about = f"message.{sent.id}"
    if sent.side is Side.STEWARD:
        notices.tell_members(enterprise.id, f"管家{actor.name}给您发来消息", about=about, words=sent.body)
        return
    now = clock.now()
    stewards = select(Stewardship.steward_id).where(
        Stewardship.enterprise_id == enterprise.id, Stewardship.started_at <= now,
        Stewardship.ended_at.is_(None) | (Stewardship.ended_at > now),
    )
    notices.tell_people(db.session.scalars(stewards).all(), f"{enterprise.called}发来消息", about=about,
                        words=sent.body, kind=NoticeKind.MESSAGE)
