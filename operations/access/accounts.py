"""Signing in and out: lockout and server-side sessions (security.md (d)). Rights are read anew with each request."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select, true, update
from sqlalchemy.orm import aliased

from models import clock
from models.access import Authenticator, LoginAttempt, LoginSession, Post, Role, User
from models.access.posts import ADMINISTRATORS
from models.base import db
from models.directory import Organisation, Region, Steward
from operations import log
from operations.access import passwords
from operations.access.actor import Actor, Standing
from operations.access.vacancies import standing_in
from operations.base import operation
from operations.errors import BadInput, TooManyAttempts
from operations.protection import even_when_protected

SEEN_EVERY = timedelta(minutes=1)
PRIVILEGED = (*ADMINISTRATORS, Role.SUPERVISOR)
# Whose password alone opens nothing where the site asks for two steps (security.md (a.2), 身份鉴别 d).
IN_TWO_STEPS: dict[str, tuple[Role, ...]] = {
    "off": (), "privileged": (*PRIVILEGED, Role.UNIT_LEADER), "all": tuple(Role),
}
# Whose posts are given by two administrators, never by one (security.md (c), case 38).
BY_TWO = (*PRIVILEGED, Role.LEADER, Role.DISCIPLINE_OBSERVER)
HALF_FOR = timedelta(minutes=10)
WRONG = "用户名或密码不对，请检查后重试。"


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


@dataclass(frozen=True, slots=True)
class Lockout:
    """At most ``failures`` within ``within``; per account and address, per account, per address."""

    failures: int
    within: timedelta


PER_PAIR = Lockout(5, timedelta(minutes=15))
PER_ACCOUNT = Lockout(20, timedelta(hours=1))
PER_ADDRESS = Lockout(100, timedelta(hours=1))
AT_HOME_FOR = timedelta(days=30)


def account_of(mobile: str) -> User | None:
    """Whoever signs in with this mobile."""
    return db.session.scalar(select(User).where(User.username == mobile))


def open_account(mobile: str, *, person: str, password: str) -> User:
    """开户, in the running operation, for somebody who has proved the mobile. Raises BadInput for a weak password."""
    user = User(username=mobile, name=person, phone=mobile, created_at=clock.now())
    passwords.give(user, password)
    db.session.add(user)
    db.session.flush()
    log.record("open_account", object_type="user", object_id=user.id, actor=Actor(user.id, user.name, ()))
    return user


@operation
@even_when_protected
def sign_in(username: str, password: str, *, address: str, agent: str = "", per_account: int = 3) -> str:
    """登录：returns the token of a new session. The answer and its time are the same for unknown names.

    Raises TooManyAttempts when a lockout holds, BadInput when the two do not match.
    """
    account = username.strip().lower()[:64]
    _ensure_not_locked(account, address)
    user = db.session.scalar(select(User).where(User.username == account))
    if not passwords.matches(user, password):
        raise BadInput(WRONG)
    assert user is not None
    now, token = clock.now(), secrets.token_urlsafe(32)
    # With the password alone nobody puts an end to a session that has taken its second step.
    among = LoginSession.two_step_at.is_(None) if _is_in_two_steps(user) else true()
    make_room(user.id, per_account, among=among)
    opened = LoginSession(
        token_hash=digest_of(token), user_id=user.id, created_at=now, seen_at=now, address=address, agent=agent[:200]
    )
    db.session.add(opened)
    user.first_signed_in_at = user.first_signed_in_at or now
    actor = Actor(user_id=user.id, name=user.name, posts=(), address=address)
    log.record("sign_in", object_type="user", object_id=user.id, actor=actor)
    return token


@operation
@even_when_protected
def note_failure(username: str, *, address: str) -> None:
    """Count one failed attempt, in a transaction of its own."""
    account = username.strip().lower()[:64]
    db.session.add(LoginAttempt(account=account, address=address, failed_at=clock.now()))
    log.record("sign_in", object_type="user", object_id=None, actor=Actor(None, "", (), address=address),
               result="refused", details={"account": hashlib.sha256(account.encode()).hexdigest()[:16]})


@operation
@even_when_protected
def sign_out(actor: Actor) -> None:
    """退出：the session is over on the server, whoever still holds the cookie."""
    ended = update(LoginSession).where(LoginSession.id == actor.session_id, LoginSession.ended_at.is_(None))
    db.session.connection().execute(ended.values(ended_at=clock.now()))
    log.record("sign_out", object_type="user", object_id=actor.user_id, actor=actor)


def ensure_password(actor: Actor, password: str) -> None:
    """Raise BadInput unless it is theirs, TooManyAttempts when a lockout holds, as signing in does."""
    user = db.session.get_one(User, actor.user_id)
    _ensure_not_locked(user.username, actor.address)
    if not passwords.matches(user, password):
        raise BadInput("密码不对。")


@operation
def change_password(actor: Actor, *, current: str, wanted: str) -> str:
    """改密码：every other session of the account ends at once; returns this one's new token.

    Raises BadInput, TooManyAttempts as signing in does. The password alone proves nobody who has a second step.
    """
    user = db.session.get_one(User, actor.user_id)
    _ensure_not_locked(user.username, actor.address)
    if not passwords.matches(user, current):
        raise BadInput("现在的密码不对。")
    passwords.give(user, wanted)
    end_sessions(user.id, but=actor.session_id)
    log.record("change_password", object_type="user", object_id=user.id, actor=actor)
    return renew(actor.session_id, **({} if _is_in_two_steps(user) else proof_of(actor)))


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


def ensure_few(failed: ColumnElement[bool], limits: Iterable[Lockout], words: str | None = None) -> None:
    """Raise TooManyAttempts when the failures that ``failed`` picks have used up one of the limits."""
    now = clock.now()
    for limit in limits:
        counted = select(func.count()).where(failed, LoginAttempt.failed_at > now - limit.within)
        if (db.session.scalar(counted) or 0) >= limit.failures:
            raise TooManyAttempts(words)


def _ensure_not_locked(account: str, address: str) -> None:
    """By the account here, by the account everywhere, by this address whoever is meant.

    What others do elsewhere shuts nobody out from where they have signed in of late (case 41): nobody can lock a rival
    out for a few wrong passwords, and whoever guesses has no such place.
    """
    by_account, by_address = LoginAttempt.account == account, LoginAttempt.address == address
    at_home = exists().where(
        LoginSession.user_id == User.id, User.username == account, LoginSession.address == address,
        LoginSession.created_at > clock.now() - AT_HOME_FOR,
    )
    limits = ((PER_PAIR, by_account & by_address), (PER_ACCOUNT, by_account & ~at_home), (PER_ADDRESS, by_address))
    for limit, condition in limits:
        ensure_few(condition, (limit,))


def make_room(user_id: int, most: int, *, among: ColumnElement[bool]) -> None:
    """For one more session of the account: of those ``among`` which it counts, the ones longest unused are over."""
    rows = select(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), among)
    running = list(db.session.scalars(rows.order_by(LoginSession.seen_at.desc())))
    for old in running[most - 1 :]:
        old.ended_at = clock.now()


def _is_in_two_steps(user: User) -> bool:
    in_use = exists().where(Authenticator.user_id == user.id, Authenticator.confirmed_at.is_not(None))
    return bool(db.session.scalar(select(in_use)))
