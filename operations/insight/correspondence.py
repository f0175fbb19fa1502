"""What the pages of interactions and broadcasts show: lists, figures, the delivery log. Reads only."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from models import clock
from models.access import Role, User
from models.base import db
from models.correspondence import Broadcast, BroadcastDelivery, DeliveryOutcome
from models.directory import Enterprise, EnterpriseCategory, Region, RegionLevel
from models.engagement import Effect, Flaw, Interaction
from models.tickets import Attachment, Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.engagement.broadcasts import SENDERS
from operations.errors import NotFound
from operations.insight import dated
from operations.insight.keyset import TOP, Page, Place, paged

SHOWN, FIGURES_OVER = 25, timedelta(days=30)
VIEWS = {
    "all": "全部", "pending": "待企业确认", "effective": "有效互动", "ineffective": "不计有效", "denied": "企业否认",
}
DELIVERY_VIEWS = {"all": "全部", "unread": "未读", "read": "已读", "opted_out": "已退订", "no_account": "没有账号"}


def listed(actor: Actor, *, view: str, place: Place = TOP) -> Page:
    """互动列表：a steward's own notes, an office's region; the newest first."""
    rows: Any = (
        scope.visible_interactions(actor)
        .with_only_columns(
            Interaction.id, Interaction.kind, Interaction.content, Interaction.occurred_at, Interaction.recorded_at,
            Interaction.effect, Interaction.flaw, Interaction.is_exchange, Interaction.enterprise_id,
            Interaction.ticket_id, Enterprise.name.label("enterprise"), User.name.label("steward"), Ticket.number,
        )
        .join(Enterprise, Enterprise.id == Interaction.enterprise_id)
        .join(User, User.id == Interaction.steward_id)
        .outerjoin(Ticket, Ticket.id == Interaction.ticket_id)
        .where(_of(actor), *_wanted(view))
    )
    return paged(rows, Interaction.occurred_at, Interaction.id, size=SHOWN, place=place, is_descending=True)


def figures(actor: Actor) -> tuple[dict[str, int], datetime | None]:
    """Of the last 30 days, by view, and when they were counted if not now: the same statements whatever the size."""
    now = clock.now()
    kept = dated.sums(actor, now, *(f"talks_{view}" for view in VIEWS if view != "all"))
    if kept:
        told = {view: kept.figures.get(f"talks_{view}", 0) for view in VIEWS}
        return told | {"all": sum(told[effect] for effect in Effect)}, kept.at
    rows = (
        scope.visible_interactions(actor)
        .with_only_columns(Interaction.effect, Interaction.flaw, func.count())
        .where(_of(actor), Interaction.occurred_at >= now - FIGURES_OVER)
        .group_by(Interaction.effect, Interaction.flaw)
    )
    found = dict.fromkeys(VIEWS, 0)
    for effect, flaw, count in db.session.execute(rows):
        found["all"] += count
        found[effect] += count
        found["denied"] += count if flaw is Flaw.DENIED else 0
    return found, None


def photos_of(interaction_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """The photos of these interactions."""
    found: dict[int, list[Attachment]] = {}
    rows = select(Attachment).where(Attachment.interaction_id.in_(interaction_ids), Attachment.discarded_at.is_(None))
    for photo in db.session.scalars(rows.order_by(Attachment.id)) if interaction_ids else ():
        found.setdefault(photo.interaction_id or 0, []).append(photo)
    return found


def own_broadcasts(actor: Actor, *, before: int | None = None) -> Sequence[Any]:
    """What the actor has sent, the newest first, one more than are shown."""
    counts = (
        select(
            BroadcastDelivery.broadcast_id,
            *(func.sum(case((BroadcastDelivery.outcome == outcome, 1), else_=0)).label(outcome.value)
              for outcome in DeliveryOutcome),
            func.count(BroadcastDelivery.read_at).label("read"),
        )
        .join(Broadcast, Broadcast.id == BroadcastDelivery.broadcast_id)
        .where(Broadcast.author_id == actor.user_id)
        .group_by(BroadcastDelivery.broadcast_id)
        .subquery()
    )
    rows: Select[Any] = (
        select(Broadcast.id, Broadcast.title, Broadcast.sent_at, *(c for c in counts.c if c.name != "broadcast_id"))
        .join(counts, counts.c.broadcast_id == Broadcast.id)
        .order_by(Broadcast.id.desc())
        .limit(SHOWN + 1)
    )
    return db.session.execute(rows.where(Broadcast.id < before) if before else rows).all()


def get_broadcast(actor: Actor, broadcast_id: int) -> Broadcast:
    """One of the actor's own, or NotFound."""
    own = select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.author_id == actor.user_id)
    found = db.session.scalar(own)
    if found is None or not actor.holds(*SENDERS):
        raise NotFound
    return found


def narrowing_words(broadcast: Broadcast) -> str:
    """Who was meant, in words."""
    said = broadcast.narrowing
    region = db.session.scalar(select(Region.name).where(Region.id == said.get("region"))) if said.get("region") else ""
    category = next((one.label for one in EnterpriseCategory if one == said.get("category")), "")
    tag = f"标签“{said['tag']}”" if said.get("tag") else ""
    return "，".join(filter(None, (region, category, tag))) or "全部企业"


def outcomes_of(broadcast: Broadcast) -> dict[str, int]:
    """The delivery log in figures, by view."""
    rows = (
        select(BroadcastDelivery.outcome, func.count(), func.count(BroadcastDelivery.read_at))
        .where(BroadcastDelivery.broadcast_id == broadcast.id)
        .group_by(BroadcastDelivery.outcome)
    )
    found = dict.fromkeys(DELIVERY_VIEWS, 0)
    for outcome, count, read in db.session.execute(rows):
        found["all"] += count
        if outcome is DeliveryOutcome.SENT:
            found["read"], found["unread"] = read, count - read
        else:
            found[outcome] = count
    return found


def deliveries(broadcast: Broadcast, *, view: str, after: int | None = None) -> Sequence[Any]:
    """The delivery log, by enterprise; one more than are shown."""
    rows = (
        select(BroadcastDelivery.enterprise_id, BroadcastDelivery.outcome, BroadcastDelivery.read_at, Enterprise.name,
               User.name.label("reader"))
        .join(Enterprise, Enterprise.id == BroadcastDelivery.enterprise_id)
        .outerjoin(User, User.id == BroadcastDelivery.read_by_id)
        .where(BroadcastDelivery.broadcast_id == broadcast.id, *_delivered(view))
        .order_by(BroadcastDelivery.enterprise_id)
        .limit(SHOWN + 1)
    )
    return db.session.execute(rows.where(BroadcastDelivery.enterprise_id > after) if after else rows).all()


def received(actor: Actor, *, before: int | None = None) -> Sequence[Any]:
    """The broadcasts that reached the member's enterprises, the newest first, one more than are shown."""
    rows = (
        select(Broadcast.id, Broadcast.title, Broadcast.body, Broadcast.sent_at, User.name.label("author"),
               func.max(BroadcastDelivery.read_at).label("read_at"))
        .join(BroadcastDelivery, BroadcastDelivery.broadcast_id == Broadcast.id)
        .join(User, User.id == Broadcast.author_id)
        .where(BroadcastDelivery.enterprise_id.in_(scope.own_enterprise_ids(actor)),
               BroadcastDelivery.outcome == DeliveryOutcome.SENT)
        .group_by(Broadcast.id, Broadcast.title, Broadcast.body, Broadcast.sent_at, User.name)
        .order_by(Broadcast.id.desc())
        .limit(SHOWN + 1)
    )
    return db.session.execute(rows.where(Broadcast.id < before) if before else rows).all()


def regions_for(actor: Actor) -> Sequence[Any]:
    """The districts of the filter, as rows of id and name: of an office those below it, of a steward their own."""
    offices = [post.region_path for post in actor.posts_as(Role.CLERK, Role.REGISTRAR) if post.region_path]
    meant: Any
    if offices:
        below = or_(*(Region.path.startswith(path, autoescape=True) for path in offices))
        meant = below & Region.level.in_([RegionLevel.COUNTY, RegionLevel.TOWN])
    else:
        meant = Region.id.in_(select(Enterprise.region_id).where(Enterprise.id.in_(scope.stewarded_by(actor.user_id))))
    return db.session.execute(select(Region.id, Region.name).where(meant).order_by(Region.code)).all()


def _of(actor: Actor) -> Any:
    """Who is nothing but a steward sees their own notes here, not those of whoever had the enterprise before."""
    return Interaction.steward_id == actor.user_id if not actor.holds(*scope.REGIONAL) else Interaction.id > 0


def _wanted(view: str) -> list[Any]:
    if view == "denied":
        return [Interaction.flaw == Flaw.DENIED]
    return [Interaction.effect == Effect(view)] if view in ("pending", "effective", "ineffective") else []


def _delivered(view: str) -> list[Any]:
    sent = BroadcastDelivery.outcome == DeliveryOutcome.SENT
    views: dict[str, list[Any]] = {
        "unread": [sent, BroadcastDelivery.read_at.is_(None)],
        "read": [BroadcastDelivery.read_at.is_not(None)],
        "opted_out": [BroadcastDelivery.outcome == DeliveryOutcome.OPTED_OUT],
        "no_account": [BroadcastDelivery.outcome == DeliveryOutcome.NO_ACCOUNT],
    }
    return views.get(view, [])
