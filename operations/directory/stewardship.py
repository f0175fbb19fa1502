"""包保: give enterprises to stewards by hand, and let somebody cover for a time (domain.md §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.bulk import among, insert_rows
from models.directory import Enterprise, Steward, Stewardship, StewardshipKind
from operations import log
from operations.access import scope
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.clocks import shanghai
from operations.clocks.calendar import SHANGHAI
from operations.directory import tenures
from operations.directory.tenures import REASON_LIMIT, Change
from operations.errors import BadInput, NotAllowed, Refused, Stale
from operations.words import ensure_said

# Who gives enterprises to stewards: the unit that owns them, and the service centre of the region.
GIVERS = (Role.REGISTRAR, Role.CLERK)
LONGEST_COVER = timedelta(days=366)
TAKEN = "刚刚被他人改派，请核对后再办。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of one enterprise of several."""

    enterprise_id: int
    name: str
    is_done: bool
    words: str


@operation
def assign(
    enterprise: Enterprise, *, actor: Actor, steward: User, reason: str, seen_id: int | None = None
) -> Stewardship:
    """指派主管家：the open main row ends and another begins, in one transaction; returns the new one.

    ``seen_id`` is the main row the page showed, 0 for none; None does not ask. Raises NotAllowed for an enterprise
    that is not the actor's to give, Refused for somebody who is no steward, Stale when another was faster.
    """
    seen = None if seen_id is None else {enterprise.id: seen_id}
    [outcome], opened = _assign([enterprise], actor=actor, steward=steward, reason=reason, seen=seen)
    if not outcome.is_done:
        raise Stale(f"{outcome.name}{outcome.words}") if outcome.words == TAKEN else Refused(outcome.words)
    return db.session.get_one(Stewardship, opened[enterprise.id])


@operation
def assign_many(
    enterprises: Sequence[Enterprise], *, actor: Actor, steward: User, reason: str,
    seen: Mapping[int, int] | None = None,
) -> list[Outcome]:
    """批量指派 to one steward: one transaction, one refusal stops no other; an outcome for each, in their order.

    ``seen`` gives for each enterprise the main row that the page showed, 0 for none.
    """
    return _assign(enterprises, actor=actor, steward=steward, reason=reason, seen=seen)[0]


@operation
def cover(
    enterprises: Sequence[Enterprise], *, actor: Actor, substitute: User, starts_on: date, ends_on: date, reason: str
) -> list[Outcome]:
    """备岗：the substitute looks after them from ``starts_on`` to the end of ``ends_on``, both Shanghai dates.

    One enterprise has one substitute at a time. Raises BadInput for days that cannot be.
    """
    _ensure_days(starts_on, ends_on)
    standing = _ready(actor, substitute, reason)
    ids = [enterprise.id for enterprise in enterprises]
    now = clock.now()
    begins, ends = max(now, midnight(starts_on)), midnight(ends_on + timedelta(days=1))
    against = _locked_and_covered(ids, begins, ends)
    mains, own = tenures.mains_of(ids), givable(actor, ids)
    outcomes = []
    for enterprise in enterprises:
        main = mains.get(enterprise.id)
        words = _objection(enterprise, own) or against.get(enterprise.id, "")
        if not words and main and main.steward_id == substitute.id:
            words = f"{substitute.name}就是主管家，不用备岗。"
        outcomes.append(Outcome(enterprise.id, enterprise.name, not words, words or f"由{substitute.name}备岗"))
    done = [one for one in outcomes if one.is_done]
    span = {"kind": StewardshipKind.SUBSTITUTE, "steward_id": substitute.id, "started_at": begins, "ended_at": ends,
            "reason": reason.strip()[:REASON_LIMIT]}
    rows = [{"enterprise_id": one.enterprise_id} | span for one in done]
    insert_rows(db.session.connection(), Stewardship.__table__, rows)
    for one in done:
        log.record("cover", object_type="enterprise", object_id=one.enterprise_id, actor=actor, standing=standing,
                   words=reason, details={"steward": substitute.id, "from": str(starts_on), "to": str(ends_on)})
    _tell_of_cover(done, substitute, starts_on=starts_on, ends_on=ends_on)
    return outcomes


@operation
def end_cover(covering: Stewardship, *, actor: Actor) -> None:
    """提前结束备岗：at once, or never begun where it still lay ahead. Raises NotAllowed, Refused when it is over."""
    now = clock.now()
    if not givable(actor, [covering.enterprise_id]):
        raise NotAllowed
    if covering.kind is not StewardshipKind.SUBSTITUTE or covering.ended_at is None or covering.ended_at <= now:
        raise Refused("这次备岗已经结束。")
    planned = covering.ended_at
    covering.ended_at = max(now, covering.started_at)
    log.record("end_cover", object_type="stewardship", object_id=covering.id, actor=actor,
               standing=actor.posts_as(*GIVERS)[0],
               details={"enterprise": covering.enterprise_id, "planned": planned.isoformat()})


def givable(actor: Actor, ids: Sequence[int]) -> frozenset[int]:
    """Those of these enterprises that the actor may give to a steward: owned by their unit, or in their region."""
    if not actor.holds(*GIVERS):
        return frozenset()
    rows = scope.visible_enterprises(actor.only(*GIVERS)).where(among(Enterprise.id)).with_only_columns(Enterprise.id)
    return frozenset(db.session.scalars(rows, {"ids": list(ids)}))


def ensure_steward(person: User) -> None:
    """Raise Refused for somebody who is no steward now. Whoever is one stays it until the transaction ends."""
    held = (
        select(Post.id)
        .where(Post.user_id == person.id, Post.role == Role.STEWARD, Post.ended_at.is_(None))
        .with_for_update(read=True)
    )
    if not db.session.scalars(held).all() or not person.is_active:
        raise Refused(f"{person.name}没有企业管家的岗位。")
    if db.session.scalar(select(Steward.left_at).where(Steward.user_id == person.id)) is not None:
        raise Refused(f"{person.name}已不再担任企业管家。")


def midnight(day: date) -> datetime:
    """The moment at which a Shanghai day begins."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _assign(
    enterprises: Sequence[Enterprise], *, actor: Actor, steward: User, reason: str,
    seen: Mapping[int, int] | None = None,
) -> tuple[list[Outcome], dict[int, int]]:
    standing = _ready(actor, steward, reason)
    ids = [enterprise.id for enterprise in enterprises]
    own, mains = givable(actor, ids), tenures.mains_of(ids)
    refused: dict[int, str] = {}
    changes = []
    for enterprise in enterprises:
        main = mains.get(enterprise.id)
        words = _objection(enterprise, own)
        if not words and main and main.steward_id == steward.id:
            words = f"{steward.name}已经是{enterprise.name}的主管家。"
        if not words and seen is not None and seen.get(enterprise.id) != (main.id if main else 0):
            words = TAKEN
        if words:
            refused[enterprise.id] = words
        else:
            changes.append(Change(enterprise.id, steward.id, reason.strip(), main.id if main else None))
    if len(enterprises) == 1 and enterprises[0].id not in own:
        raise NotAllowed
    opened = tenures.change(changes, actor=actor, standing=standing)
    outcomes = []
    for one in enterprises:
        is_done = one.id in opened
        words = f"已由{steward.name}担任主管家" if is_done else refused.get(one.id, TAKEN)
        outcomes.append(Outcome(one.id, one.name, is_done, words))
    return outcomes, opened


def _ready(actor: Actor, steward: User, reason: str) -> Standing:
    posts = actor.posts_as(*GIVERS)
    if not posts:
        raise NotAllowed
    ensure_said(reason, "请写明理由。", most=REASON_LIMIT)
    ensure_steward(steward)
    return posts[0]


def _objection(enterprise: Enterprise, own: frozenset[int]) -> str:
    if enterprise.id not in own:
        return "不是你单位的企业，也不在你的区域。"
    return "" if enterprise.is_live else "企业已注销或已并入另一家。"


def _ensure_days(starts_on: date, ends_on: date) -> None:
    today = shanghai.today()
    if starts_on < today:
        raise BadInput("备岗不能从过去的日子开始。")
    if ends_on < starts_on:
        raise BadInput("结束的日子不能早于开始的日子。")
    if ends_on - starts_on > LONGEST_COVER:
        raise BadInput("备岗最长一年；长期请改派主管家。")


def _locked_and_covered(ids: Sequence[int], begins: datetime, ends: datetime) -> dict[int, str]:
    """Who covers in that time already, by enterprise. The enterprises are held: nobody adds a cover meanwhile."""
    held = select(Enterprise.id).where(among(Enterprise.id)).order_by(Enterprise.id).with_for_update(key_share=True)
    db.session.connection().execute(held, {"ids": list(ids)}).all()
    rows = (
        select(Stewardship.enterprise_id, User.name)
        .join(User, User.id == Stewardship.steward_id)
        .where(among(Stewardship.enterprise_id), Stewardship.kind == StewardshipKind.SUBSTITUTE,
               Stewardship.started_at < ends, Stewardship.ended_at > begins)
    )
    found = db.session.connection().execute(rows, {"ids": list(ids)})
    return {enterprise: f"这段时间已由{name}备岗。" for enterprise, name in found}


def _tell_of_cover(done: Sequence[Outcome], substitute: User, *, starts_on: date, ends_on: date) -> None:
    if not done:
        return
    days = f"{starts_on.month}月{starts_on.day}日至{ends_on.month}月{ends_on.day}日"
    words = f"{days}由{substitute.name}代为担任您的企业管家{tenures.where_to_call(substitute.phone)}"
    tenures.tell_members({one.enterprise_id: words for one in done}, {one.enterprise_id: one.name for one in done})
    firms = done[0].name if len(done) == 1 else f"{done[0].name}等 {len(done)} 家企业"
    tenures.tell_people({substitute.id: f"{days}由你为{firms}备岗"})
