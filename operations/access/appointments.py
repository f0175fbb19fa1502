"""任用: posts given and taken by the security administrator; where a post has power over others, two people do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select, update

from models import clock
from models.access import Appointment, Post, PostCover, Role, User
from models.base import db
from models.directory import Organisation
from operations import log
from operations.access import covers, persons
from operations.access.actor import SYSTEM, Actor
from operations.access.found import the_one
from operations.access.sessions import BY_TWO, end_sessions
from operations.base import hold, insert_ignoring, operation
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import units

APPOINTING = (Role.SECURITY_ADMINISTRATOR,)
AGREEING = (Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
# Stewards are registered by the units that keep them, members by their enterprises.
ROLES = tuple(role for role in Role if role not in (Role.ENTERPRISE_MEMBER, Role.STEWARD, Role.SYSTEM))
NOT_ONESELF = "不能给自己安排岗位，请另一位管理员办理。"
LONGEST_TITLE, LONGEST_REASON, LOWEST_RANK, USUAL_RANK = 64, 200, 99, 9


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is to become: the role, the unit by its full name, the title and the rank within the unit."""

    role: Role
    unit: str
    title: str = ""
    rank: int = USUAL_RANK


@operation
def appoint(user_id: int, place: Place, *, reason: str, actor: Actor) -> Post | None:
    """任用：the post, or None where another administrator has to agree first. Raises BadInput, NotFound, Refused."""
    _ensure(actor, APPOINTING)
    user, unit = _account(user_id), unit_called(place.unit)
    if persons.are_one(actor.user_id, user_id):
        raise Refused(NOT_ONESELF)
    hold(user)  # of two at once the second sees the post of the first
    _ensure_vacant(user, place.role, unit)
    if place.role not in BY_TWO:
        return _open(user, unit, place, actor, reason=reason)
    row = {"user_id": user.id, "role": place.role, "organisation_id": unit.id, "title": place.title,
           "rank": place.rank, "reason": reason, "proposed_by_id": actor.user_id, "proposed_at": clock.now()}
    made = db.session.scalar(insert_ignoring(Appointment).values(row).returning(Appointment.id))
    if made is None:
        raise Refused("这项任用已经提出，正等另一位管理员同意。")
    _note("propose_appointment", user, actor, appointment=made, **_told(place, unit), words=_words(place, reason))
    return None


@operation
def decide(appointment_id: int, *, agrees: bool, actor: Actor) -> Appointment:
    """同意, 不同意：by somebody else than who proposed it and whom it is about. Raises NotFound, Refused."""
    _ensure(actor, AGREEING)
    found = db.session.get(Appointment, appointment_id)
    if found is None:
        raise NotFound
    if persons.are_one(actor.user_id, found.proposed_by_id, found.user_id):
        raise Refused("提出的人和本人不能自己同意，换一个账号也不行，请另一位管理员办理。")
    if agrees and not backed([found]):
        raise Refused("提出的人已经离岗，不能再同意：请不同意，由在岗的安全管理员另提。")
    values = {"decided_by_id": actor.user_id, "decided_at": clock.now(), "is_agreed": agrees}
    deciding = update(Appointment).where(Appointment.id == found.id, Appointment.decided_at.is_(None)).values(values)
    if db.session.connection().execute(deciding).rowcount != 1:
        raise Refused("这项任用已经有人处理过了。")
    hold(found)
    user, unit = found.user, found.organisation
    place = Place(found.role, unit.name, found.title, found.rank)
    if agrees:
        hold(user)
        _ensure_vacant(user, place.role, unit)
        found.post_id = _open(user, unit, place, actor, reason=found.reason).id
    else:
        _note("decline_appointment", user, actor, appointment=found.id, **_told(place, unit),
              words=_words(place, found.reason))
    return found


@operation
def dismiss(post_id: int, *, reason: str, actor: Actor) -> Post:
    """免去岗位：at once, on every page that is open (R18). Raises NotFound, Refused for one's own.

    So there is always a security administrator left: nobody can take the last one's post.
    """
    _ensure(actor, APPOINTING)
    post = get_held(post_id)
    if post.user_id == actor.user_id:
        raise Refused("不能免去自己的岗位，请另一位管理员办理。")
    ending = update(Post).where(Post.id == post.id, Post.ended_at.is_(None)).values(ended_at=clock.now())
    if db.session.connection().execute(ending).rowcount != 1:
        raise Refused("这个岗位已经免去。")
    covers.end_with(post, actor, actor.posts_as(*APPOINTING)[0])
    end_sessions(post.user_id)
    _note("dismiss", post.user, actor, post=post.id, role=post.role, unit=post.organisation_id, words=reason)
    return post


def install(user: User, unit: Organisation, place: Place, *, reason: str) -> Post:
    """任用 by the program itself, in the running operation: by a table of people, or the first of a site."""
    _ensure_vacant(user, place.role, unit)
    return _open(user, unit, place, SYSTEM, reason=reason)


def unit_called(name: str) -> Organisation:
    """The unit of this name or short name. Raises BadInput."""
    found = units.any_called(name)
    if found is None:
        raise BadInput(f"没有“{name}”这个单位，请写全称；单位由系统管理员在“组织机构”里设。")
    return found


def waiting(actor: Actor) -> Sequence[Appointment]:
    """What has been proposed and waits for another administrator, oldest first."""
    _ensure(actor, AGREEING)
    rows = select(Appointment).where(Appointment.decided_at.is_(None)).order_by(Appointment.id)
    return db.session.scalars(rows).all()


def backed(proposed: Sequence[Appointment]) -> set[int]:
    """The ids of those whose proposer might do so today: both must be who may when it comes to pass. One statement."""
    among = Appointment.id.in_([one.id for one in proposed])
    by = exists().where(
        Post.user_id == Appointment.proposed_by_id, Post.role.in_(APPOINTING), Post.ended_at.is_(None),
        User.id == Post.user_id, User.is_active.is_(True),
    )
    return set(db.session.scalars(select(Appointment.id).where(among, by)))


def held(user_id: int) -> Sequence[tuple[Post, str]]:
    """The posts of a person that can be taken from them here, with the unit's name."""
    rows = _of_officials().where(Post.user_id == user_id).join(Organisation, Organisation.id == Post.organisation_id)
    return [(post, unit) for post, unit in db.session.execute(rows.add_columns(Organisation.name).order_by(Post.id))]


def get_held(post_id: int) -> Post:
    """One such post. Raises NotFound."""
    return the_one(_of_officials().where(Post.id == post_id))


def _of_officials() -> Select[Any]:
    lent = exists().where(PostCover.opened_post_id == Post.id)
    return select(Post).where(Post.role.in_(ROLES), Post.ended_at.is_(None), ~lent)


def _ensure_vacant(user: User, role: Role, unit: Organisation) -> None:
    """Raise Refused when they have the post already, or one that does not go with it."""
    posts = db.session.scalars(select(Post).where(Post.user_id == user.id, Post.ended_at.is_(None))).all()
    if any(post.role is role and post.organisation_id == unit.id for post in posts):
        raise Refused("已经在这个岗位上。")
    persons.ensure_apart(user, role)


def _open(user: User, unit: Organisation, place: Place, actor: Actor, *, reason: str) -> Post:
    post = Post(user_id=user.id, role=place.role, organisation_id=unit.id, region_id=unit.region_id,
                title=place.title, rank=place.rank, started_at=clock.now())
    db.session.add(post)
    db.session.flush()
    _note("appoint", user, actor, post=post.id, **_told(place, unit), words=_words(place, reason))
    return post


def _account(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    if not user.is_active:
        raise Refused("这个账号已停用。")
    return user


def _told(place: Place, unit: Organisation) -> dict[str, Any]:
    return {"role": place.role, "unit": unit.id, "rank": place.rank}


def _words(place: Place, reason: str) -> str:
    return "\n".join(filter(None, (place.title, reason)))


def _note(action: str, user: User, actor: Actor, *, words: str, **details: Any) -> None:
    log.record(action, object_type="user", object_id=user.id, actor=actor, details=details, words=words,
               standing=next(iter(actor.posts_as(*AGREEING, Role.SYSTEM)), None))


def _ensure(actor: Actor, roles: tuple[Role, ...]) -> None:
    if not actor.holds(*roles):
        raise NotAllowed
