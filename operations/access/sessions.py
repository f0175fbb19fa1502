"""Sessions: whom a token belongs to, for how long, with which rights; these are read anew with each request."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select, update
from sqlalchemy.orm import aliased

from models import clock
from models.access import Authenticator, LoginSession, Post, Role, User
from models.access.posts import ADMINISTRATORS
from models.base import db
from models.directory import Organisation, Region, Steward
from operations.access import passwords
from operations.access.actor import Actor, Standing
from operations.access.vacancies import standing_in

SEEN_EVERY = timedelta(minutes=1)
PRIVILEGED = (*ADMINISTRATORS, Role.SUPERVISOR)
# Whose password alone opens nothing where the site asks for two steps (security.md (a.2), 身份鉴别 d).
IN_TWO_STEPS: dict[str, tuple[Role, ...]] = {
    "off": (), "privileged": (*PRIVILEGED, Role.UNIT_LEADER), "all": tuple(Role),
}
# Whose posts are given by two administrators, never by one (security.md (c), case 38).
BY_TWO = (*PRIVILEGED, Role.LEADER, Role.DISCIPLINE_OBSERVER)
HALF_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lives and how many an account may have; the site's settings.

    ``two_steps``: whose posts need a second step, a key of ``IN_TWO_STEPS``. Whoever has set one up takes it anyway.
    """

    idle: timedelta = timedelta(minutes=30)
    idle_privileged: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=8)
    per_account: int = 3
    two_steps: str = "off"

    def idle_of(self, roles: Collection[Role]) -> timedelta:
        """How long somebody with these roles may do nothing."""
        return self.idle if frozenset(PRIVILEGED).isdisjoint(roles) else self.idle_privileged

    def must_take_two(self, roles: Collection[Role]) -> bool:
        """Whether the password alone opens nothing to somebody with these roles."""
        return not frozenset(IN_TWO_STEPS[self.two_steps]).isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a session belongs to. Until it ``is_whole`` its owner owes the second step, and it opens nothing else."""

    actor: Actor
    has_authenticator: bool
    must_take_two: bool
    is_whole: bool
    most_sessions: int


def actor_of(
    token: str, *, address: str = "", rules: SessionRules = SessionRules(), is_work: bool = True
) -> Actor | None:
    """Whoever this session token belongs to, with the posts held at this moment; None when it opens nothing.

    ``is_work``: somebody asked. What a page asks by itself does not count against the idle limit.
    """
    found = signed_in(token, address=address, rules=rules, is_work=is_work)
    return found.actor if found is not None and found.is_whole else None


def signed_in(token: str, *, address: str, rules: SessionRules, is_work: bool = True) -> SignedIn | None:
    """The session of this token, also one that lacks its second step, for which it waits ten minutes."""
    rows = db.session.connection().execute(_BY_TOKEN, {"token_hash": digest_of(token)}).all()
    if not rows:
        return None
    first, now = rows[0], clock.now()
    held = tuple(_standing(row) for row in rows if row.post_id is not None)
    posts = held + standing_in(held)
    roles = [post.role for post in posts]
    must = rules.must_take_two(roles)
    is_whole = first.two_step_at is not None or not (must or first.has_authenticator)
    longest = rules.absolute if is_whole else HALF_FOR
    if now - first.seen_at > rules.idle_of([post.role for post in held]) or now - first.session_created_at > longest:
        return None
    if is_work and now - first.seen_at > SEEN_EVERY:
        _note_seen(first.session_id, now)
    proven_at = (first.proven_at or first.session_created_at) if address == first.address else None
    actor = Actor(first.user_id, first.user_name, posts, first.session_id, token, address, proven_at=proven_at,
                  has_old_password=passwords.is_over(first.password_changed_at or first.user_created_at))
    return SignedIn(actor, first.has_authenticator, must, is_whole, rules.per_account)


def proof_of(actor: Actor) -> dict[str, Any]:
    """What `renew` writes when its owner has given the password: at this moment, from this address."""
    return {"proven_at": clock.now(), "address": actor.address}


def renew(session_id: int | None, **changes: object) -> str:
    """A new token for this session, in the running operation: whoever had learnt the one before holds nothing."""
    token = secrets.token_urlsafe(32)
    renewing = update(LoginSession).where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
    db.session.connection().execute(renewing.values(token_hash=digest_of(token), **changes))
    return token


def end_sessions(user_id: int, *, but: int | None = None) -> None:
    """Every session of the account is over, in the running operation, ``but`` this one."""
    running = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    kept = running.where(LoginSession.id != but) if but is not None else running
    db.session.connection().execute(kept.values(ended_at=clock.now()))


def make_room(user_id: int, most: int, *, among: ColumnElement[bool]) -> None:
    """For one more session of the account: of those ``among`` which it counts, the ones longest unused are over."""
    rows = select(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), among)
    running = list(db.session.scalars(rows.order_by(LoginSession.seen_at.desc())))
    for old in running[most - 1 :]:
        old.ended_at = clock.now()


def digest_of(token: str) -> str:
    """What the tables keep of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()


_Owner = aliased(Organisation)
_BY_TOKEN = (
    select(
        LoginSession.id.label("session_id"),
        LoginSession.created_at.label("session_created_at"),
        LoginSession.seen_at,
        LoginSession.address,
        LoginSession.two_step_at,
        LoginSession.proven_at,
        exists().where(Authenticator.user_id == User.id, Authenticator.confirmed_at.is_not(None))
        .label("has_authenticator"),
        User.id.label("user_id"),
        User.name.label("user_name"),
        User.created_at.label("user_created_at"),
        User.password_changed_at,
        Post.id.label("post_id"),
        Post.role,
        Post.title,
        Post.enterprise_id,
        Post.member_role,
        Post.organisation_id,
        Organisation.short_name.label("unit_name"),
        Organisation.path.label("unit_path"),
        Region.path.label("region_path"),
        _Owner.path.label("owner_path"),
    )
    .join(User, User.id == LoginSession.user_id)
    .outerjoin(Post, (Post.user_id == User.id) & Post.ended_at.is_(None))
    .outerjoin(Organisation, Organisation.id == Post.organisation_id)
    .outerjoin(Region, Region.id == func.coalesce(Post.region_id, Organisation.region_id))
    .outerjoin(Steward, (Steward.user_id == User.id) & (Post.role == Role.STEWARD))
    .outerjoin(_Owner, _Owner.id == Steward.owner_unit_id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.ended_at.is_(None),
        User.is_active.is_(True),
    )
    .order_by(Post.id)
)


def _standing(row: object) -> Standing:
    return Standing(
        post_id=row.post_id,  # type: ignore[attr-defined]
        role=row.role,  # type: ignore[attr-defined]
        unit_id=row.organisation_id,  # type: ignore[attr-defined]
        unit_name=row.unit_name or "",  # type: ignore[attr-defined]
        unit_path=row.unit_path or "",  # type: ignore[attr-defined]
        region_path=row.region_path or "",  # type: ignore[attr-defined]
        enterprise_id=row.enterprise_id,  # type: ignore[attr-defined]
        title=row.title,  # type: ignore[attr-defined]
        member_role=row.member_role,  # type: ignore[attr-defined]
        owner_path=row.owner_path or "",  # type: ignore[attr-defined]
    )


def _note_seen(session_id: int, now: datetime) -> None:
    seen = update(LoginSession.__table__).where(LoginSession.id == session_id).values(seen_at=now)
    if db.session.info.get("read_only"):  # a page that only reads keeps its own transaction read-only
        with db.engine.begin() as connection:
            connection.execute(seen)
    else:  # SQLite has one writer, and by now that is this request: a second connection would wait for it for ever
        db.session.connection().execute(seen)
