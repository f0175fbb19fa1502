"""合并: two rows of one enterprise become one, what hung on the duplicate follows, and all of it can be put back.

Nothing is deleted. The duplicate keeps its row, its facts and its page, which points to the one that goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, func, insert, literal, select, update

from models import clock
from models.access import Post, Role
from models.base import db
from models.correspondence import BroadcastOptOut, Message
from models.directory import Contact, Enterprise, EnterpriseMerge, MergedRow, Project, Region, Stewardship, Tag
from models.engagement import Interaction, MeetingDecision, MeetingGuest, MeetingProblem
from models.hall import CountedCase
from models.hall_intake import ArrivedCase
from models.tickets import Draft, Ticket
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.errors import BadInput, NotAllowed, Refused

ABOVE = (Role.CLERK, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Follower:
    """A table whose rows belong to an enterprise by ``enterprise_id`` and follow a merge.

    ``same`` are the columns by which the other enterprise may have only one open row (``ended_at`` empty where there
    is such a column), none at all meaning one in all: a row that meets its like there is ended on the way, or stays.
    """

    label: str
    table: Table
    same: tuple[str, ...] | None = None
    only_where: tuple[str, str] | None = None
    is_ended_on_clash: bool = False


FOLLOWERS: tuple[Follower, ...] = (
    Follower("诉求", Ticket.__table__),
    Follower("互动", Interaction.__table__),
    Follower("联系人", Contact.__table__),
    Follower("企业账号", Post.__table__, ("user_id",), is_ended_on_clash=True),
    Follower("管家", Stewardship.__table__, ("kind",), ("kind", "main"), is_ended_on_clash=True),
    Follower("项目", Project.__table__, ("name",)),
    Follower("标签", Tag.__table__, ("label",)),
    Follower("草稿", Draft.__table__),
    Follower("消息", Message.__table__),
    Follower("不收群发", BroadcastOptOut.__table__, ()),
    Follower("参会", MeetingGuest.__table__, ("meeting_id",)),
    Follower("会议问题", MeetingProblem.__table__),
    Follower("会议决定", MeetingDecision.__table__),
    Follower("计数办件", CountedCase.__table__),
    Follower("到件", ArrivedCase.__table__),
)
# What is said of the row itself, not of the firm: it stays with the duplicate, whose page goes on showing it. What
# waits there for somebody (a claim of an account, a request, a hand-over) is decided there; a draw is kept as drawn.
STAYING = frozenset({
    "enterprise_names", "enterprise_search", "fact_changes", "enterprise_merges", "ownership_claims", "claims",
    "fact_requests", "invitations", "obligations", "broadcast_deliveries", "handover_items", "plan_rows",
    "staged_stewardships", "staged_cases", "case_versions", "campaign_picks", "campaign_invitations", "shown_numbers",
})


@operation
def merge_enterprises(enterprise: Enterprise, *, actor: Actor, into: Enterprise, reason: str) -> EnterpriseMerge:
    """合并：``enterprise`` is the same as ``into``; everything that hung on it follows.

    For the registrar of both, or an office above both. Raises NotAllowed, BadInput, Refused.
    """
    standing = _standing(actor, enterprise, into)
    _ensure_two(enterprise, into)
    if not reason.strip():
        raise BadInput("请写明依据。")
    merge = EnterpriseMerge(enterprise_id=enterprise.id, into_id=into.id, reason=reason[:200],
                            merged_by_id=actor.user_id, merged_at=clock.now())
    db.session.add(merge)
    db.session.flush()
    for follower in FOLLOWERS:
        _move(follower, merge)
    enterprise.merged_into_id = into.id
    _recount(enterprise, into)
    log.record("merge_enterprises", object_type="enterprise", object_id=enterprise.id, actor=actor, standing=standing,
               words=reason, details={"into": into.id, "merge": merge.id, "moved": moved_counts(merge)})
    return merge


@operation
def unmerge_enterprises(enterprise: Enterprise, *, actor: Actor, reason: str) -> EnterpriseMerge:
    """撤销合并：exactly what followed goes back; what has come since stays. Raises NotAllowed, Refused."""
    merge = open_merge(enterprise)
    if merge is None:
        raise Refused("这家企业没有被合并。")
    into = db.session.get_one(Enterprise, merge.into_id)
    standing = _standing(actor, enterprise, into)
    if into.merged_into_id is not None:
        raise Refused(f"“{into.name}”后来又被合并，请先撤销那一次合并。")
    for follower in reversed(FOLLOWERS):
        _put_back(follower, merge)
    enterprise.merged_into_id = None
    merge.undone_at, merge.undone_by_id, merge.undo_reason = clock.now(), actor.user_id, reason[:200]
    _recount(enterprise, into)
    log.record("unmerge_enterprises", object_type="enterprise", object_id=enterprise.id, actor=actor,
               standing=standing, words=reason, details={"into": into.id, "merge": merge.id})
    return merge


def open_merge(enterprise: Enterprise) -> EnterpriseMerge | None:
    """The merge by which the enterprise is another's now."""
    rows = select(EnterpriseMerge).where(
        EnterpriseMerge.enterprise_id == enterprise.id, EnterpriseMerge.undone_at.is_(None)
    )
    return db.session.scalar(rows)


def goes_on(enterprise: Enterprise) -> Enterprise:
    """The enterprise itself, or of one that was merged into another, the one that goes on."""
    while enterprise.merged_into_id is not None:
        enterprise = db.session.get_one(Enterprise, enterprise.merged_into_id)
    return enterprise


def forecast(enterprise: Enterprise) -> list[tuple[str, int]]:
    """How many rows of each kind would follow: one statement."""
    counts = (
        select(func.count()).select_from(one.table).where(one.table.c.enterprise_id == enterprise.id).scalar_subquery()
        for one in FOLLOWERS
    )
    found = db.session.execute(select(*counts)).one()
    return [(one.label, count) for one, count in zip(FOLLOWERS, found, strict=True) if count]


def moved_counts(merge: EnterpriseMerge) -> dict[str, int]:
    """How many rows of each table followed."""
    rows = select(MergedRow.table_name, func.count()).where(MergedRow.merge_id == merge.id)
    return {name: count for name, count in db.session.execute(rows.group_by(MergedRow.table_name))}


def moved_labels(merge: EnterpriseMerge) -> list[tuple[str, int]]:
    """The same in words, as ``forecast`` said it."""
    counts = moved_counts(merge)
    return [(one.label, counts[one.table.name]) for one in FOLLOWERS if one.table.name in counts]


def may_merge(actor: Actor, *enterprises: Enterprise) -> bool:
    """Whether the actor may merge these with one another, or undo it."""
    return _post_for(actor, enterprises) is not None


def _standing(actor: Actor, *enterprises: Enterprise) -> Standing:
    standing = _post_for(actor, enterprises)
    if standing is None:
        raise NotAllowed
    return standing


def _post_for(actor: Actor, enterprises: Sequence[Enterprise]) -> Standing | None:
    """The post by which the actor speaks for all of them."""
    if actor.user_id is None:
        return actor.posts[0]
    owners = {one.owner_unit_id for one in enterprises}
    for post in actor.posts_as(Role.REGISTRAR):
        if owners == {post.unit_id}:
            return post
    paths = list(db.session.scalars(select(Region.path).where(Region.id.in_([one.region_id for one in enterprises]))))
    return actor.post_above(*paths, roles=ABOVE)


def _ensure_two(enterprise: Enterprise, into: Enterprise) -> None:
    if enterprise.id == into.id:
        raise BadInput("不能与自己合并。")
    if enterprise.merged_into_id is not None:
        raise Refused("这家企业已经合并到另一家。")
    if into.merged_into_id is not None:
        raise Refused(f"“{into.name}”已经合并到另一家，请选合并后的那一家。")
    if enterprise.credit_code and into.credit_code and enterprise.credit_code != into.credit_code:
        raise Refused("两家企业的统一社会信用代码不同，不是同一家，不能合并。")


def _move(follower: Follower, merge: EnterpriseMerge) -> None:
    """One table: note what follows in one statement, then move it in another."""
    table, now = follower.table, merge.merged_at
    clash = _clash(follower, merge.into_id)
    ends = case((clash, True), else_=False) if follower.is_ended_on_clash else literal(False)
    rows = select(literal(merge.id), literal(table.name), table.c.id, ends).where(
        table.c.enterprise_id == merge.enterprise_id
    )
    if follower.same is not None and not follower.is_ended_on_clash:
        rows = rows.where(~clash)
    db.session.execute(insert(MergedRow).from_select(["merge_id", "table_name", "row_id", "was_ended"], rows))
    ended = _moved(merge, table).where(MergedRow.was_ended)
    if follower.is_ended_on_clash:
        db.session.execute(update(table).where(table.c.id.in_(ended)).values(ended_at=now))
    db.session.execute(update(table).where(table.c.id.in_(_moved(merge, table))).values(enterprise_id=merge.into_id))


def _clash(follower: Follower, into_id: int) -> ColumnElement[bool]:
    """Whether the row would meet its like at the other enterprise."""
    table = follower.table
    if follower.same is None:
        return literal(False)
    only = table.c[follower.only_where[0]] == follower.only_where[1] if follower.only_where else literal(True)
    is_open = table.c.ended_at.is_(None) if "ended_at" in table.c else literal(True)
    return and_(is_open, only, _like(follower, into_id))


def _like(follower: Follower, enterprise_id: int) -> ColumnElement[bool]:
    """Whether an enterprise has an open row like this one."""
    table, there = follower.table, follower.table.alias()
    alike = [there.c[name] == table.c[name] for name in follower.same or ()]
    found = select(there.c.id).where(there.c.enterprise_id == enterprise_id, *alike)
    return (found.where(there.c.ended_at.is_(None)) if "ended_at" in there.c else found).exists()


def _put_back(follower: Follower, merge: EnterpriseMerge) -> None:
    table = follower.table
    ours = and_(table.c.id.in_(_moved(merge, table)), table.c.enterprise_id == merge.into_id)
    db.session.execute(update(table).where(ours).values(enterprise_id=merge.enterprise_id))
    if follower.is_ended_on_clash:
        ended = _moved(merge, table).where(MergedRow.was_ended)
        again = and_(table.c.id.in_(ended), table.c.ended_at == merge.merged_at, ~_like(follower, merge.enterprise_id))
        db.session.execute(update(table).where(again).values(ended_at=None))


def _moved(merge: EnterpriseMerge, table: Table) -> Any:
    return select(MergedRow.row_id).where(MergedRow.merge_id == merge.id, MergedRow.table_name == table.name)


def _recount(*enterprises: Enterprise) -> None:
    """What the lists repeat of the interactions, told anew for both."""
    latest = select(func.max(Interaction.occurred_at)).where(Interaction.enterprise_id == Enterprise.id)
    promised = (
        select(Interaction.next_contact_on).where(Interaction.enterprise_id == Enterprise.id)
        .order_by(Interaction.occurred_at.desc(), Interaction.id.desc()).limit(1)
    )
    db.session.flush()
    db.session.execute(
        update(Enterprise)
        .where(Enterprise.id.in_([one.id for one in enterprises]))
        .values(quiet_since=func.coalesce(latest.scalar_subquery(), Enterprise.created_at),
                next_contact_on=promised.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
