"""Signing in and out, passwords, and how many wrong ones lock whom out (security.md (d))."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, select, true, update

from models import clock
from models.access import Authenticator, LoginAttempt, LoginSession, User
from models.base import db
from operations import log
from operations.access import passwords
from operations.access.actor import Actor
from operations.access.sessions import digest_of, end_sessions, make_room, proof_of, renew
from operations.base import operation
from operations.errors import BadInput, TooManyAttempts
from operations.protection import even_when_protected

WRONG = "用户名或密码不对，请检查后重试。"


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


def _is_in_two_steps(user: User) -> bool:
    in_use = exists().where(Authenticator.user_id == user.id, Authenticator.confirmed_at.is_not(None))
    return bool(db.session.scalar(select(in_use)))
