"""代理: a substitute for the holder of a post, from day to day. While it lasts they hold a post of their own.

So every list of who is told, who signs and who sees what finds them without knowing of covers, and what they do is
kept as theirs: by name, by their own post, whose title says 代.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select

from models import clock
from models.access import Post, PostCover
from models.base import db
from operations import log, notices
from operations.access.actor import SYSTEM, Actor, Standing
from operations.access.cover_scope import NAMING, coverable, substitutes
from operations.base import hold, operation
from operations.clocks import shanghai
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.words import ensure_said

REASON_LIMIT, LONGEST_DAYS = 200, 366


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day, both counting."""

    starts_on: date
    ends_on: date


@operation
def name_substitute(post_id: int, *, actor: Actor, substitute_id: int, span: Span, reason: str) -> PostCover:
    """安排代理：by the unit's leader or the security administrator; one substitute for a post at a time."""
    standing = _naming(actor)
    if not db.session.execute(coverable(actor).where(Post.id == post_id)).first():
        raise NotFound
    post = db.session.scalars(select(Post).where(Post.id == post_id).with_for_update()).one()
    said = _ensure_sound(span, reason)
    if not db.session.execute(substitutes(post).where(Post.user_id == substitute_id)).first():
        raise BadInput("代理人应当是本单位或者上下级单位的在岗人员。")
    if substitute_id == actor.user_id:
        raise Refused("不能把岗位交给自己代理，请由另一位安排。")  # nobody gives themselves rights (security.md, case 38)
    meets = (PostCover.starts_on <= span.ends_on, PostCover.ends_on >= span.starts_on, PostCover.ended_at.is_(None))
    if db.session.scalar(select(exists().where(PostCover.post_id == post.id, *meets))):
        raise Refused("这几天已经安排了代理人。")
    assert actor.user_id is not None
    cover = PostCover(post_id=post.id, substitute_id=substitute_id, starts_on=span.starts_on, ends_on=span.ends_on,
                      reason=said, named_at=clock.now(), named_by_id=actor.user_id)
    db.session.add(cover)
    db.session.flush()
    _record("name_substitute", cover, actor, standing)
    if span.starts_on <= shanghai.today():
        _open([cover])
    notices.tell_people([post.user_id, substitute_id], f"代理安排：{span.starts_on} 至 {span.ends_on}", words=said,
                        about=f"cover.{cover.id}")
    return cover


@operation
def end_cover(cover: PostCover, *, actor: Actor) -> None:
    """提前结束代理：at once; one that lay ahead never begins."""
    standing = _naming(actor)
    hold(cover)
    if cover.ended_at is not None:
        raise Refused("这次代理已经结束。")
    _close([cover], actor, standing)


def end_with(post: Post, actor: Actor, standing: Standing) -> None:
    """A post is taken from its holder, in the running operation: nobody stands in for it any more, nor its holder in
    for others, since what gave them that was being there."""
    meant = or_(PostCover.post_id == post.id, PostCover.substitute_id == post.user_id)
    running = select(PostCover).where(PostCover.ended_at.is_(None), meant).with_for_update()
    _close(db.session.scalars(running).all(), actor, standing)


@operation
def keep_posts() -> int:
    """到期：open the posts of covers that begin, end those of covers that are over. Returns how many."""
    today = shanghai.today()
    running = select(PostCover).where(PostCover.ended_at.is_(None)).order_by(PostCover.id)
    over = db.session.scalars(running.where(PostCover.ends_on < today).with_for_update(skip_locked=True)).all()
    _close(over, SYSTEM, SYSTEM.posts[0])
    begun = running.where(PostCover.starts_on <= today, PostCover.opened_post_id.is_(None), PostCover.ends_on >= today)
    begin = db.session.scalars(begun.with_for_update(skip_locked=True)).all()
    _open(begin)
    return len(over) + len(begin)


def _open(covers: Iterable[PostCover]) -> None:
    for cover in covers:
        held = cover.post
        lent = Post(user_id=cover.substitute_id, role=held.role, organisation_id=held.organisation_id, rank=held.rank,
                    region_id=held.region_id, title=f"{held.title or held.role.label}（代）"[:64], started_at=clock.now())
        db.session.add(lent)
        db.session.flush()
        cover.opened_post_id = lent.id
        _record("open_cover", cover, SYSTEM, SYSTEM.posts[0])


def _close(covers: Iterable[PostCover], actor: Actor, standing: Standing) -> None:
    now = clock.now()
    for cover in covers:
        cover.ended_at, cover.ended_by_id = now, actor.user_id
        if cover.opened_post_id is not None:
            lent = db.session.get_one(Post, cover.opened_post_id)
            lent.ended_at = lent.ended_at or now
        _record("close_cover", cover, actor, standing)


def _naming(actor: Actor) -> Standing:
    posts = actor.posts_as(*NAMING)
    if not posts:
        raise NotAllowed
    return posts[0]


def _ensure_sound(span: Span, reason: str) -> str:
    if span.starts_on < shanghai.today():
        raise BadInput("开始日期不能早于今天。")
    if span.ends_on < span.starts_on:
        raise BadInput("结束日期不能早于开始日期。")
    if (span.ends_on - span.starts_on).days >= LONGEST_DAYS:
        raise BadInput("代理最长一年。")
    return ensure_said(reason, "请写明理由。", most=REASON_LIMIT)


def _record(action: str, cover: PostCover, actor: Actor, standing: Standing) -> None:
    log.record(action, object_type="post_cover", object_id=cover.id, actor=actor, standing=standing,
               details={"post": cover.post_id, "substitute": cover.substitute_id, "from": str(cover.starts_on),
                        "to": str(cover.ends_on)})
