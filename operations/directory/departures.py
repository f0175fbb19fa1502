"""离岗: a steward leaves the duty; what they looked after waits for somebody, and meanwhile the centre answers for it."""

from collections.abc import Sequence

from sqlalchemy import case, exists, or_, select, update

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Handover, Organisation, Region, Steward, Stewardship, StewardshipKind
from operations import log
from operations.access import duty_scope
from operations.access.actor import SYSTEM, Actor, Standing
from operations.base import insert_ignoring, operation
from operations.directory import handovers, tenures
from operations.directory.stewardship import GIVERS
from operations.errors import BadInput, NotAllowed, Refused


@operation
def leave(person: User, *, actor: Actor, reason: str) -> list[int]:
    """离岗：the post ends, every 包保 ends, waiting hand-overs are called off. Answers the enterprises left behind.

    By the unit that reported the steward or stands above their town, or by the centre of the region. Raises
    NotAllowed, and Refused for somebody who is no steward any more.
    """
    if not may_release(person, actor):
        raise NotAllowed
    if not reason.strip():
        raise BadInput("请写明为什么离岗。")
    standing = actor.posts_as(*GIVERS)[0]
    ending = update(Post).where(Post.user_id == person.id, Post.role == Role.STEWARD, Post.ended_at.is_(None))
    if not db.session.connection().execute(ending.values(ended_at=clock.now())).rowcount:
        raise Refused(f"{person.name}已不再担任企业管家。")
    _note_in_profile(person)
    return _release(person, actor=actor, standing=standing, reason=reason.strip())


@operation
def release_departed() -> int:
    """兜底：stewards who lost their post or account by another way leave nothing unowned. Returns how many."""
    holds = exists().where(Post.user_id == User.id, Post.role == Role.STEWARD, Post.ended_at.is_(None))
    open_main = exists().where(Stewardship.steward_id == User.id, tenures.is_main(), Stewardship.ended_at.is_(None))
    gone = select(User).where(open_main, or_(~holds, User.is_active.is_(False))).order_by(User.id)
    people = db.session.scalars(gone).all()
    for person in people:
        _release(person, actor=SYSTEM, standing=SYSTEM.posts[0], reason="管家岗位已结束")
    return len(people)


def may_release(person: User, actor: Actor) -> bool:
    """Whether the actor may end the duty of this steward."""
    if actor.holds(Role.CLERK) and db.session.scalar(
        select(User.id).where(User.id == person.id, duty_scope.steward_scope(actor.only(Role.CLERK)))
    ):
        return True
    registrars = actor.posts_as(Role.REGISTRAR)
    if not registrars:
        return False
    units = [post.unit_id for post in registrars]
    reported = select(Steward.user_id).where(Steward.user_id == person.id, Steward.owner_unit_id.in_(units))
    below = or_(*(Organisation.path.startswith(post.unit_path, autoescape=True) for post in registrars))
    employed = (
        select(Post.id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .where(Post.user_id == person.id, Post.role == Role.STEWARD, below)
    )
    return bool(db.session.scalar(select(or_(reported.exists(), employed.exists()))))


def _release(person: User, *, actor: Actor, standing: Standing, reason: str) -> list[int]:
    now = clock.now()
    waiting = select(Handover).where(
        or_(Handover.from_id == person.id, Handover.to_id == person.id), *handovers.IS_WAITING
    )
    for handover in db.session.scalars(waiting.order_by(Handover.id)).all():
        handovers.call_off(handover, actor=actor, standing=standing, words=f"{person.name}离岗")
    running = or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > now)
    ending = (
        update(Stewardship)
        .where(Stewardship.steward_id == person.id, running)
        .values(ended_at=case((Stewardship.started_at > now, Stewardship.started_at), else_=now))
        .returning(Stewardship.enterprise_id, Stewardship.kind)
    )
    ended = db.session.connection().execute(ending).all()
    left = sorted(row.enterprise_id for row in ended if row.kind is StewardshipKind.MAIN)
    log.record("leave_duty", object_type="user", object_id=person.id, actor=actor, standing=standing, words=reason,
               details={"enterprises": left})
    _tell(person, left)
    return left


def _note_in_profile(person: User) -> None:
    """The steward's own row says when; who never had one gets it, so that the day is known."""
    now = clock.now()
    profile = {"user_id": person.id, "steward_class": "town", "position": "", "capacity": 60, "registered_at": now}
    db.session.connection().execute(insert_ignoring(Steward.__table__).values(profile))
    marked = update(Steward).where(Steward.user_id == person.id).values(left_at=now)
    db.session.connection().execute(marked)


def _tell(person: User, left: Sequence[int]) -> None:
    if not left:
        return
    words = f"您的企业管家{person.name}已离岗，接任者确定前由企业服务中心受理您的诉求"
    tenures.tell_members(dict.fromkeys(left, words), tenures.names_of(left))
    tenures.tell_people(dict.fromkeys(_clerks_above(person), f"{person.name}离岗，{len(left)} 家企业待交接"))


def _clerks_above(person: User) -> Sequence[int]:
    """The clerks of the service centres above where the person was a steward."""
    paths = (
        select(Region.path)
        .join(Organisation, Region.id == Organisation.region_id)
        .join(Post, Post.organisation_id == Organisation.id)
        .where(Post.user_id == person.id, Post.role == Role.STEWARD)
    )
    above = {int(part) for path in db.session.scalars(paths) for part in path.split("/") if part}
    clerks = (
        select(Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .where(Post.role == Role.CLERK, Post.ended_at.is_(None), Organisation.region_id.in_(above))
    )
    return db.session.scalars(clerks).all()
