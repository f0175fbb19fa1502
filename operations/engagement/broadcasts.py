"""群发: one text to a filtered set of enterprises, written as sets. It counts as 触达, never as 互动 (domain.md §3)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, Text, case, cast, func, insert, literal, select, update

from models import clock
from models.access import Post, Role
from models.base import UTCDateTime, db
from models.correspondence import Broadcast, BroadcastDelivery, BroadcastOptOut, DeliveryOutcome
from models.directory import Enterprise, EnterpriseCategory, EnterpriseStatus, Region, Tag
from models.notices import Notice, NoticeKind
from operations import log, notices
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.engagement.effectiveness import fingerprint
from operations.errors import BadInput, NotAllowed, NotFound, Refused

TITLE_LIMIT, BODY_LIMIT = 60, 2000
SENDERS = (Role.STEWARD, Role.CLERK, Role.REGISTRAR)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which of the actor's enterprises are meant: all that every given part fits."""

    region_id: int | None = None
    category: EnterpriseCategory | None = None
    tag: str = ""

    @property
    def codes(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {"region": self.region_id, "category": str(self.category or ""), "tag": self.tag}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written: a title and the words."""

    title: str
    body: str


def receivers(actor: Actor, narrowing: Narrowing) -> Select[Any]:
    """Ids of the enterprises meant: a steward's own, a centre's region, what a registrar's unit owns."""
    rows = scope.visible_enterprises(actor.only(*SENDERS)).with_only_columns(Enterprise.id)
    rows = rows.where(Enterprise.merged_into_id.is_(None), Enterprise.status != EnterpriseStatus.DEREGISTERED)
    if narrowing.region_id is not None:
        path = select(Region.path).where(Region.id == narrowing.region_id).scalar_subquery()
        rows = rows.where(Enterprise.region_id.in_(select(Region.id).where(Region.path.startswith(path))))
    if narrowing.category is not None:
        rows = rows.where(Enterprise.category == narrowing.category)
    if narrowing.tag:
        tagged = select(Tag.enterprise_id).where(Tag.label == narrowing.tag, Tag.ended_at.is_(None))
        rows = rows.where(Enterprise.id.in_(tagged))
    return rows


def count_receivers(actor: Actor, narrowing: Narrowing) -> dict[DeliveryOutcome, int]:
    """核对：how many would get it, how many have opted out, how many have nobody who could read it."""
    meant = receivers(actor, narrowing).add_columns(_outcome().label("outcome")).subquery()
    rows = select(meant.c.outcome, func.count()).group_by(meant.c.outcome)
    found = {DeliveryOutcome(outcome): count for outcome, count in db.session.execute(rows)}
    return {outcome: found.get(outcome, 0) for outcome in DeliveryOutcome}


@operation
def send(*, actor: Actor, narrowing: Narrowing, text: Letter) -> Broadcast:
    """群发：a delivery for each enterprise meant and a notice for each of its members, in two statements.

    Raises NotAllowed, BadInput for nothing said, Refused when nobody would get it.
    """
    standing = _standing(actor)
    _ensure_said(text)
    sent = Broadcast(author_id=actor.user_id, title=text.title, body=text.body, fingerprint=fingerprint(text.body),
                     narrowing=narrowing.codes, sent_at=clock.now())
    db.session.add(sent)
    db.session.flush()
    counts = _deliver(sent, receivers(actor, narrowing))
    if not counts.get(DeliveryOutcome.SENT):
        raise Refused("没有企业能收到：符合条件的企业没有账号，或已选择不接收群发。")
    _tell_members(sent)
    log.record("send_broadcast", object_type="broadcast", object_id=sent.id, actor=actor, standing=standing,
               details={"narrowing": narrowing.codes, "fingerprint": sent.fingerprint,
                        "outcomes": {str(outcome): count for outcome, count in counts.items()}})
    return sent


@operation
def mark_read(broadcast_id: int, *, actor: Actor) -> None:
    """标为已读：by a member, for their enterprises. Raises NotFound for a broadcast that they did not get."""
    own = update(BroadcastDelivery).where(
        BroadcastDelivery.broadcast_id == broadcast_id, BroadcastDelivery.outcome == DeliveryOutcome.SENT,
        BroadcastDelivery.enterprise_id.in_(scope.own_enterprise_ids(actor)),
    )
    first = {"read_at": func.coalesce(BroadcastDelivery.read_at, clock.now()),
             "read_by_id": func.coalesce(BroadcastDelivery.read_by_id, actor.user_id)}
    if not db.session.connection().execute(own.values(first)).rowcount:
        raise NotFound


@operation
def opt_out(enterprise: Enterprise, *, actor: Actor) -> None:
    """不再接收群发，from now on. Twice is once."""
    standing = _member(enterprise, actor)
    if has_opted_out(enterprise.id):
        return
    db.session.add(BroadcastOptOut(enterprise_id=enterprise.id, opted_out_by_id=actor.user_id,
                                   opted_out_at=clock.now()))
    log.record("opt_out_of_broadcasts", object_type="enterprise", object_id=enterprise.id, actor=actor,
               standing=standing)


@operation
def opt_in(enterprise: Enterprise, *, actor: Actor) -> None:
    """恢复接收群发. The time in between stays on record."""
    standing = _member(enterprise, actor)
    running = update(BroadcastOptOut).where(
        BroadcastOptOut.enterprise_id == enterprise.id, BroadcastOptOut.ended_at.is_(None)
    )
    changed = running.values(ended_at=clock.now(), ended_by_id=actor.user_id)
    if db.session.connection().execute(changed).rowcount:
        log.record("opt_in_to_broadcasts", object_type="enterprise", object_id=enterprise.id, actor=actor,
                   standing=standing)


def has_opted_out(enterprise_id: int) -> bool:
    """Whether an enterprise takes no broadcasts now."""
    return bool(db.session.scalar(select(_opted_out(enterprise_id).exists())))


def _deliver(sent: Broadcast, meant: Select[Any]) -> dict[DeliveryOutcome, int]:
    source = meant.with_only_columns(literal(sent.id), Enterprise.id, _outcome())
    columns = ["broadcast_id", "enterprise_id", "outcome"]
    db.session.execute(insert(BroadcastDelivery).from_select(columns, source))
    counted = select(BroadcastDelivery.outcome, func.count()).where(BroadcastDelivery.broadcast_id == sent.id)
    return {outcome: count for outcome, count in db.session.execute(counted.group_by(BroadcastDelivery.outcome))}


def _tell_members(sent: Broadcast) -> None:
    """One notice for each member of each enterprise reached; a member of several gets one."""
    later = notices.not_before(sent.sent_at)
    reached = select(BroadcastDelivery.enterprise_id).where(
        BroadcastDelivery.broadcast_id == sent.id, BroadcastDelivery.outcome == DeliveryOutcome.SENT
    )
    moment = UTCDateTime()
    told = (
        select(
            Post.user_id, literal(NoticeKind.MESSAGE.value), literal(f"群发：{sent.title}"),
            literal(sent.body[:notices.WORDS_SHOWN], Text()),
            literal(f"broadcast.{sent.id}.").concat(cast(Post.user_id, String(12))),
            literal(sent.sent_at, moment), literal(later, moment),
        )
        .where(Post.enterprise_id.in_(reached), Post.ended_at.is_(None))
        .distinct()
    )
    columns = ["user_id", "kind", "subject", "words", "dedup_key", "created_at", "not_before"]
    db.session.execute(insert(Notice).from_select(columns, told))


def _outcome() -> Any:
    member = select(Post.id).where(Post.enterprise_id == Enterprise.id, Post.ended_at.is_(None))
    return case(
        (~member.exists(), literal(DeliveryOutcome.NO_ACCOUNT.value)),
        (_opted_out(Enterprise.id).exists(), literal(DeliveryOutcome.OPTED_OUT.value)),
        else_=literal(DeliveryOutcome.SENT.value),
    )


def _opted_out(enterprise_id: Any) -> Any:
    return select(BroadcastOptOut.id).where(
        BroadcastOptOut.enterprise_id == enterprise_id, BroadcastOptOut.ended_at.is_(None)
    )


def _ensure_said(text: Letter) -> None:
    if not text.title.strip() or not text.body.strip():
        raise BadInput("请写明标题和内容。")
    if len(text.title) > TITLE_LIMIT or len(text.body) > BODY_LIMIT:
        raise BadInput(f"标题最多 {TITLE_LIMIT} 字，内容最多 {BODY_LIMIT} 字。")


def _standing(actor: Actor) -> Standing:
    posts = actor.posts_as(*SENDERS)
    if not posts:
        raise NotAllowed
    return posts[0]


def _member(enterprise: Enterprise, actor: Actor) -> Standing:
    for post in actor.posts_as(Role.ENTERPRISE_MEMBER):
        if post.enterprise_id == enterprise.id:
            return post
    raise NotAllowed
