"""管家: who is on duty, whom a typed name means, and what the page of one steward shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.bulk import among
from models.directory import Enterprise, Organisation, Region, Steward, Stewardship, StewardshipKind
from operations.access import scope
from operations.access.actor import Actor
from operations.directory import tenures

NAMES_SHOWN = 8
COVERS_SHOWN = 50
USUAL_CAPACITY = 60
HELD: Any = (
    select(func.count())
    .where(Stewardship.steward_id == User.id, tenures.is_main(), Stewardship.ended_at.is_(None))
    .correlate(User).scalar_subquery()
)
CAPACITY = func.coalesce(Steward.capacity, USUAL_CAPACITY)


@dataclass(frozen=True, slots=True)
class Profile:
    """A steward with the unit, the ground and the day they left, None while on duty."""

    unit: str
    ground: str
    position: str
    capacity: int
    held: int
    is_on_duty: bool
    left_at: Any


def on_duty() -> ColumnElement[bool]:
    """The condition on ``users``: holds a steward's post now, and has not left."""
    post, profile = aliased(Post), aliased(Steward)
    held = exists().where(post.user_id == User.id, post.role == Role.STEWARD, post.ended_at.is_(None))
    left = exists().where(profile.user_id == User.id, profile.left_at.is_not(None))
    return and_(User.is_active, held, ~left)


def suggested(words: str) -> Sequence[Any]:
    """Stewards on duty whose name begins with ``words``, or whose phone ends so: name, unit, held and capacity."""
    rows = _listed().where(or_(User.name.startswith(words, autoescape=True), _phone_ends(words)))
    return db.session.execute(rows.order_by(User.name, User.id).limit(NAMES_SHOWN)).all()


def meant(words: str) -> Sequence[User]:
    """Whom a typed name, account, phone or ``刘敏（城东街道）`` means: nobody, one, or several of one name."""
    exact = select(User).where(on_duty(), or_(User.username == words, User.phone == words)).limit(2)
    found = db.session.scalars(exact).all()
    if found:
        return found
    name, _, unit = words.replace("(", "（").replace(")", "）").removesuffix("）").partition("（")
    rows = _listed().with_only_columns(User).where(User.name == name)
    if unit:
        rows = rows.where(Organisation.short_name == unit)
    return list(dict.fromkeys(db.session.scalars(rows.order_by(User.id).limit(NAMES_SHOWN))))


def profile_of(person: User) -> Profile:
    """What is known of a steward; the latest post tells the unit."""
    ground = aliased(Region)
    rows = (
        select(
            Organisation.name.label("unit"), Region.name.label("region"), Steward.position, Steward.left_at,
            CAPACITY.label("capacity"), HELD.label("held"), on_duty().label("is_on_duty"),
            select(ground.name).where(ground.id == Steward.grid_id).scalar_subquery().label("grid"),
        )
        .select_from(User)
        .join(Post, and_(Post.user_id == User.id, Post.role == Role.STEWARD))
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == func.coalesce(Post.region_id, Organisation.region_id))
        .outerjoin(Steward, Steward.user_id == User.id)
        .where(User.id == person.id)
        .order_by(Post.ended_at.is_not(None), Post.id.desc())
        .limit(1)
    )
    row = db.session.execute(rows).one()
    return Profile(row.unit, row.grid or row.region, row.position or "", row.capacity, row.held, row.is_on_duty,
                   row.left_at)


def covers_of(person: User, actor: Actor) -> Sequence[Any]:
    """备岗 that run or lie ahead, for the steward's enterprises or by the steward, as far as the actor sees them."""
    now = clock.now()
    main = aliased(Stewardship)
    is_covered = exists().where(main.enterprise_id == Enterprise.id, tenures.is_main(main), main.ended_at.is_(None),
                                main.steward_id == person.id)
    rows = (
        select(Stewardship.id, Stewardship.started_at, Stewardship.ended_at, Enterprise.id.label("enterprise_id"),
               Enterprise.name, User.name.label("substitute"))
        .join(Enterprise, Enterprise.id == Stewardship.enterprise_id)
        .join(User, User.id == Stewardship.steward_id)
        .where(Stewardship.kind == StewardshipKind.SUBSTITUTE, Stewardship.ended_at > now,
               or_(Stewardship.steward_id == person.id, is_covered), Enterprise.id.in_(_visible(actor)))
        .order_by(Stewardship.started_at, Stewardship.id)
        .limit(COVERS_SHOWN)
    )
    return db.session.execute(rows).all()


def firms_of(person: User, actor: Actor) -> Sequence[Any]:
    """The enterprises of which the steward is 主管家 now, as far as the actor sees them: name, last and next contact."""
    rows = (
        select(Enterprise.id, Enterprise.name, Enterprise.quiet_since, Enterprise.next_contact_on)
        .join(Stewardship, Stewardship.enterprise_id == Enterprise.id)
        .where(Stewardship.steward_id == person.id, tenures.is_main(), Stewardship.ended_at.is_(None),
               Enterprise.id.in_(_visible(actor)))
        .order_by(Enterprise.quiet_since, Enterprise.id)
    )
    return db.session.execute(rows).all()


def _visible(actor: Actor) -> Select[int]:
    return scope.visible_enterprises(actor).with_only_columns(Enterprise.id)


def _listed() -> Select[Any]:
    return (
        select(User.name, Organisation.short_name.label("unit"), HELD.label("held"), CAPACITY.label("capacity"))
        .join(Post, and_(Post.user_id == User.id, Post.role == Role.STEWARD, Post.ended_at.is_(None)))
        .join(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(Steward, Steward.user_id == User.id)
        .where(on_duty())
    )


def _phone_ends(words: str) -> ColumnElement[bool]:
    """By reading the numbers of all of them: they stand sealed, and a city has a few thousand stewards."""
    if not (words.isdecimal() and words.isascii() and len(words) >= 4):
        return User.id.is_(None)
    numbers = db.session.execute(select(User.id, User.phone).where(User.phone.is_not(None), on_duty()))
    return among(User.id, "tails", ids=[person for person, number in numbers if (number or "").endswith(words)])
