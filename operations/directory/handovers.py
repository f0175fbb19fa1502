"""移交: a steward's enterprises are offered to another, who confirms; then all go over in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from models import clock
from models.access import Role, User
from models.base import db
from models.bulk import among, insert_returning
from models.directory import Enterprise, Handover, HandoverItem, HandoverStage, Stewardship
from operations import log
from operations.access import duty_scope
from operations.access.actor import Actor, Standing
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.directory import tenures
from operations.directory.stewardship import GIVERS, ensure_steward, givable, midnight
from operations.directory.tenures import REASON_LIMIT, Change
from operations.errors import NotAllowed, Refused
from operations.words import ensure_said

REMIND_AFTER_DAYS = 3
MOVED, CHANGED = "moved", "changed"
IS_WAITING = (Handover.confirmed_at.is_(None), Handover.declined_at.is_(None), Handover.cancelled_at.is_(None))


@operation
def propose(
    giver: User, *, actor: Actor, receiver: User, reason: str, enterprise_ids: Sequence[int] | None = None
) -> Handover:
    """移交：offer the giver's enterprises, all or those named, to the receiver. What waits in another package stays there.

    By the giver, by the unit that owns the enterprises, or by the centre of their region. Raises Refused when nothing
    is left to hand over, when the receiver is no steward.
    """
    standing = _standing(giver, actor)
    reason = ensure_said(reason, "请写明为什么移交。", most=REASON_LIMIT)
    if receiver.id == giver.id:
        raise Refused("不能移交给本人。")
    ensure_steward(receiver)
    mains = offerable(giver, actor)
    wanted = [row for row in mains if enterprise_ids is None or row.enterprise_id in set(enterprise_ids)]
    handover = Handover(from_id=giver.id, to_id=receiver.id, reason=reason, proposed_at=clock.now(),
                        proposed_by_id=actor.user_id)
    db.session.add(handover)
    db.session.flush()
    items = [
        {"handover_id": handover.id, "enterprise_id": row.enterprise_id, "seen_id": row.id, "ended_at": None,
         "outcome": ""}
        for row in wanted
    ]
    taken = insert_returning(db.session.connection(), HandoverItem.__table__, items, key="enterprise_id")
    if not taken:
        raise Refused("没有可以移交的企业：不在管，或已在另一份待确认的移交里。")
    _record("propose_handover", handover, actor=actor, standing=standing, words=reason, enterprises=sorted(taken))
    tenures.tell_people({receiver.id: f"{giver.name}的 {len(taken)} 家企业请你接手，请到“移交”里确认"})
    if actor.user_id != giver.id:
        tenures.tell_people({giver.id: f"你的 {len(taken)} 家企业拟移交给{receiver.name}，等对方确认"})
    return handover


@operation
def confirm(handover: Handover, *, actor: Actor) -> list[int]:
    """确认接手：every enterprise goes over now; answers those that somebody else had changed meanwhile.

    Raises NotAllowed for anybody but the receiver, Refused when it has ended already.
    """
    standing = _receiving(handover, actor)
    ensure_steward(handover.receiver)
    _close(handover, confirmed_at=clock.now())
    items = _items(handover)
    reason = f"接{handover.giver.name}移交：{handover.reason}"
    changes = [Change(item.enterprise_id, handover.to_id, reason, item.seen_id) for item in items]
    opened = tenures.change(changes, actor=actor, standing=standing)
    left = [item.enterprise_id for item in items if item.enterprise_id not in opened]
    _settle(handover, [item.id for item in items if item.enterprise_id in opened], MOVED)
    _settle(handover, [item.id for item in items if item.enterprise_id not in opened], CHANGED)
    _record("confirm_handover", handover, actor=actor, standing=standing, moved=len(opened), left=left)
    told = {handover.from_id, handover.proposed_by_id} - {actor.user_id}
    tenures.tell_people(dict.fromkeys(told, f"{handover.receiver.name}已确认接手 {len(opened)} 家企业"))
    return left


@operation
def decline(handover: Handover, *, actor: Actor, words: str) -> None:
    """谢绝：with the reason; everything stays where it is. Raises NotAllowed for anybody but the receiver."""
    standing = _receiving(handover, actor)
    words = ensure_said(words, "请写明为什么不接。", most=REASON_LIMIT)
    _close(handover, declined_at=clock.now(), words=words)
    _settle(handover, [item.id for item in _items(handover)], "")
    _record("decline_handover", handover, actor=actor, standing=standing, words=words)
    told = {handover.from_id, handover.proposed_by_id} - {actor.user_id}
    tenures.tell_people(dict.fromkeys(told, f"{handover.receiver.name}没有接手移交的企业：{words}"))


@operation
def cancel(handover: Handover, *, actor: Actor, words: str) -> None:
    """取消：by who proposed it, by the giver, by an office above the giver, or by who owns all of its enterprises."""
    standing = _standing(handover.giver, actor)
    if not _may_call_off(handover, actor):
        raise NotAllowed
    words = ensure_said(words, "请写明为什么取消。", most=REASON_LIMIT)
    call_off(handover, actor=actor, standing=standing, words=words)


def call_off(handover: Handover, *, actor: Actor, standing: Standing, words: str) -> None:
    """End a waiting hand-over within the act that makes it pointless; everybody concerned is told."""
    _close(handover, cancelled_at=clock.now(), words=words[:REASON_LIMIT])
    _settle(handover, [item.id for item in _items(handover)], "")
    _record("cancel_handover", handover, actor=actor, standing=standing, words=words)
    told = {handover.to_id, handover.from_id, handover.proposed_by_id} - {actor.user_id}
    tenures.tell_people(dict.fromkeys(told, f"给{handover.receiver.name}的移交已取消：{words}"))


@operation
def remind_unconfirmed() -> int:
    """催确认：once, when a hand-over has waited three working days. Returns how many."""
    due = select(Handover).where(*IS_WAITING, Handover.reminded_at.is_(None), Handover.proposed_at < _waited_since())
    found = db.session.scalars(due.order_by(Handover.id).with_for_update(skip_locked=True)).all()
    for handover in found:
        handover.reminded_at = clock.now()
        tenures.tell_people({
            handover.to_id: f"{handover.giver.name}的移交还在等你确认，已满 {REMIND_AFTER_DAYS} 个工作日",
            handover.proposed_by_id: f"给{handover.receiver.name}的移交已满 {REMIND_AFTER_DAYS} 个工作日没有确认",
        })
    return len(found)


def offerable(giver: User, actor: Actor) -> Sequence[Any]:
    """The open main rows that the actor may offer for the giver: id and enterprise_id."""
    rows = select(Stewardship.id, Stewardship.enterprise_id).where(
        Stewardship.steward_id == giver.id, tenures.is_main(), Stewardship.ended_at.is_(None)
    )
    mains = db.session.execute(rows.order_by(Stewardship.id)).all()
    if actor.user_id == giver.id:
        return mains
    own = givable(actor, [row.enterprise_id for row in mains])
    return [row for row in mains if row.enterprise_id in own]


def offerable_firms(giver: User, actor: Actor) -> Sequence[Any]:
    """The enterprises that the actor may offer for the giver, the longest silent first: id, name, promised visit."""
    ids = [row.enterprise_id for row in offerable(giver, actor)]
    rows = select(Enterprise.id, Enterprise.name, Enterprise.next_contact_on).where(among(Enterprise.id))
    return db.session.execute(rows.order_by(Enterprise.quiet_since, Enterprise.id), {"ids": ids}).all()


def may_answer(handover: Handover, actor: Actor) -> bool:
    """Whether the actor is the one who confirms or declines, and still can."""
    is_receiver = handover.to_id == actor.user_id and actor.holds(Role.STEWARD)
    return is_receiver and handover.stage is HandoverStage.WAITING


def may_cancel(handover: Handover, actor: Actor) -> bool:
    """Whether the actor may call it off, and still can."""
    return handover.stage is HandoverStage.WAITING and _may_call_off(handover, actor)


def _may_call_off(handover: Handover, actor: Actor) -> bool:
    """A registrar owns some of the enterprises, and may be shown a hand-over of which others own the rest."""
    is_giver = handover.from_id == actor.user_id and actor.holds(Role.STEWARD)
    if is_giver or actor.holds(Role.CLERK) or handover.proposed_by_id == actor.user_id:
        return True
    ids = [item.enterprise_id for item in _items(handover)]
    return actor.holds(*GIVERS) and len(givable(actor, ids)) == len(ids)


def _standing(giver: User, actor: Actor) -> Standing:
    """The post by which the actor hands over for the giver. Raises NotAllowed."""
    if actor.user_id == giver.id and actor.holds(Role.STEWARD):
        return actor.posts_as(Role.STEWARD)[0]
    posts = actor.posts_as(*GIVERS)
    watched = duty_scope.steward_scope(actor.only(*GIVERS))
    if not posts or db.session.scalar(select(User.id).where(User.id == giver.id, watched)) is None:
        raise NotAllowed
    return posts[0]


def _receiving(handover: Handover, actor: Actor) -> Standing:
    posts = actor.posts_as(Role.STEWARD)
    if not posts or handover.to_id != actor.user_id:
        raise NotAllowed
    return posts[0]


def _close(handover: Handover, **values: Any) -> None:
    """Fill one of the three ends; of two who do it at once the second is refused."""
    ending = update(Handover).where(Handover.id == handover.id, *IS_WAITING).values(**values)
    if not db.session.connection().execute(ending).rowcount:
        db.session.expire(handover)
        raise Refused(f"这份移交{handover.stage.label}，不能再办。")
    db.session.expire(handover)


def _items(handover: Handover) -> Sequence[HandoverItem]:
    rows = select(HandoverItem).where(HandoverItem.handover_id == handover.id).order_by(HandoverItem.id)
    return db.session.scalars(rows).all()


def _settle(handover: Handover, ids: Sequence[int], outcome: str) -> None:
    settling = update(HandoverItem).where(among(HandoverItem.id)).values(ended_at=handover.ended_at, outcome=outcome)
    db.session.connection().execute(settling, {"ids": list(ids)})


def _waited_since() -> datetime:
    """What was proposed before this moment has waited its working days: the day of receipt does not count (§5)."""
    calendar, day = rulebook.current().calendar, shanghai.today()
    counted = 0
    while counted < REMIND_AFTER_DAYS:
        day -= timedelta(days=1)
        counted += calendar.is_working_day(day)
    return midnight(day)


def _record(
    action: str, handover: Handover, *, actor: Actor, standing: Standing, words: str = "", **details: Any
) -> None:
    log.record(action, object_type="handover", object_id=handover.id, actor=actor, standing=standing, words=words,
               details={"from": handover.from_id, "to": handover.to_id} | details)
