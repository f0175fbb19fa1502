"""两步验证 (RFC 6238, security.md (d)): after the password a code from the person's own phone, each taken once."""

import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlalchemy import ColumnElement, delete, func, select, update

from models import clock, encryption
from models.access import Authenticator, LoginAttempt, LoginSession, RecoveryCode, Role, User
from models.base import db
from operations import log, notices
from operations.access import accounts, sessions
from operations.access.accounts import Lockout
from operations.access.actor import Actor
from operations.access.sessions import SignedIn, digest_of
from operations.base import operation
from operations.errors import NotAllowed, NotFound, Refused
from operations.protection import even_when_protected

STEP_SECONDS, STEPS_ASIDE = 30, 1
LIMITS = (Lockout(5, timedelta(minutes=5)), Lockout(20, timedelta(hours=1)), Lockout(50, timedelta(days=1)))
LOCKED = "动态码试错次数过多，请 5 分钟后再试；仍不行的，请联系安全管理员。"
WRONG = "动态码不对，或者已经用过。请等验证器换下一个码再输入；一直不对的，请核对手机的时间。"
RECOVERY_CODES, RECOVERY_BYTES = 10, 15
RESETTING = (Role.SECURITY_ADMINISTRATOR, Role.SYSTEM)
_IN_USE, _BEGUN = Authenticator.confirmed_at.is_not(None), Authenticator.confirmed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Entered:
    """The second step is taken: the session's new token, and how many 备用码 are left where one was used."""

    token: str
    codes_left: int | None = None


@dataclass(frozen=True, slots=True)
class SetUp:
    """In use from now on: the session's new token, and the 备用码, which are shown this once."""

    token: str
    codes: Sequence[str]


@operation
@even_when_protected
def enter(signed: SignedIn, code: str) -> Entered | None:
    """第二步：a code of the app, or one 备用码; None when it is neither. Every failure counts, also of many at once.

    Raises TooManyAttempts by LIMITS, NotFound where nothing is set up.
    """
    user_id = _owner(signed)
    if _is_taken(_locked(user_id, _IN_USE), code):
        log.record("take_second_step", object_type="user", object_id=user_id, actor=signed.actor)
        return Entered(_whole(signed))
    if _is_spent(user_id, code):
        left = codes_left(user_id)
        log.record("take_second_step", object_type="user", object_id=user_id, actor=signed.actor,
                   details={"by": "recovery_code", "left": left})
        return Entered(_whole(signed), left)
    _note_failure(signed.actor)
    return None


@operation
def prove(signed: SignedIn, password: str, code: str) -> Entered | None:
    """再次核对：the password, and a code where one is in use; None when the code is wrong.

    Raises BadInput for a wrong password, TooManyAttempts as signing in does.
    """
    accounts.ensure_password(signed.actor, password)
    if signed.has_authenticator:
        entered = enter(signed, code)
    else:
        entered = Entered(sessions.renew(signed.actor.session_id, **sessions.proof_of(signed.actor)))
    if entered is not None:
        log.record("prove_identity", object_type="user", object_id=_owner(signed), actor=signed.actor)
    return entered


@operation
@even_when_protected
def begin(signed: SignedIn) -> None:
    """开始设置：a new secret beside the one in use. With the password alone nobody replaces what is in use."""
    user_id = _owner(signed)
    if signed.has_authenticator and not signed.is_whole:
        raise NotAllowed
    _drop(user_id, _BEGUN)
    sealed = encryption.encrypt(pyotp.random_base32(), place=_place(user_id))
    db.session.add(Authenticator(user_id=user_id, sealed_secret=sealed, created_at=clock.now()))


def begun_secret(signed: SignedIn) -> str | None:
    """What the app must be given: the secret being set up, in Base32. None when nothing is."""
    stored = db.session.scalar(select(Authenticator.sealed_secret).where(
        Authenticator.user_id == signed.actor.user_id, _BEGUN))
    return encryption.decrypt(stored, place=_place(_owner(signed))) if stored else None


def address_of(secret: str, *, username: str, site: str) -> str:
    """The otpauth:// address that an app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=site)


@operation
@even_when_protected
def confirm(signed: SignedIn, code: str) -> SetUp | None:
    """启用：the first code of the new app puts it in the place of the one before; None when the code is wrong.

    Every other session of the account ends, for it has taken no such step.
    """
    user_id = _owner(signed)
    if signed.has_authenticator and not signed.is_whole:
        raise NotAllowed
    begun = _locked(user_id, _BEGUN)
    if not _is_taken(begun, code):
        _note_failure(signed.actor)
        return None
    _drop(user_id, _IN_USE)
    begun.confirmed_at = clock.now()
    sessions.end_sessions(user_id, but=signed.actor.session_id)
    log.record("set_up_two_steps", object_type="user", object_id=user_id, actor=signed.actor)
    return SetUp(sessions.renew(signed.actor.session_id, two_step_at=clock.now()), _new_codes(user_id))


@operation
def renew_codes(signed: SignedIn, code: str) -> Sequence[str] | None:
    """换一批备用码：those before are void. None when the code is wrong."""
    user_id = _owner(signed)
    if not _is_taken(_locked(user_id, _IN_USE), code):
        _note_failure(signed.actor)
        return None
    log.record("renew_recovery_codes", object_type="user", object_id=user_id, actor=signed.actor)
    return _new_codes(user_id)


@operation
def end(signed: SignedIn, code: str) -> bool:
    """停用, by whoever need not have it. False when the code is wrong."""
    if signed.must_take_two:
        raise Refused("您的岗位必须使用两步验证，不能停用；换手机请重新设置。")
    user_id = _owner(signed)
    if not _is_taken(_locked(user_id, _IN_USE), code):
        _note_failure(signed.actor)
        return False
    _forget(user_id)
    log.record("end_two_steps", object_type="user", object_id=user_id, actor=signed.actor)
    return True


@operation
def reset(user_id: int, *, actor: Actor, reason: str) -> None:
    """重置：of somebody who has lost phone and 备用码, by the security administrator, never their own.

    All their sessions end; at the next sign-in they set it up anew. Raises NotFound where nothing is set up.
    """
    standing = next(iter(actor.posts_as(*RESETTING)), None)
    if standing is None:
        raise NotAllowed
    if actor.user_id == user_id:
        raise Refused("不能重置自己的两步验证，请另一位安全管理员办理。")
    if not _forget(user_id):
        raise NotFound("这个账号没有设置两步验证。")
    sessions.end_sessions(user_id)
    log.record("reset_two_steps", object_type="user", object_id=user_id, actor=actor, standing=standing, words=reason)
    notices.tell_people([user_id], "您的两步验证已被重置，如非本人要求，请立即联系安全管理员", about=f"two-step.{user_id}")


@operation
def reseal() -> int:
    """换密钥之后：encrypt with the first key what an older one has encrypted. Returns how many secrets there were."""
    older = [one for one in db.session.scalars(select(Authenticator).with_for_update())
             if not encryption.is_current(one.sealed_secret)]
    for one in older:
        place = _place(one.user_id)
        one.sealed_secret = encryption.encrypt(encryption.decrypt(one.sealed_secret, place=place), place=place)
    return len(older)


def codes_left(user_id: int | None) -> int:
    """How many 备用码 of this account are unused."""
    unused = select(func.count()).select_from(RecoveryCode)
    return db.session.scalar(unused.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def username_of(actor: Actor) -> str:
    """What the person types to sign in; an app lists the account under it."""
    return db.session.scalars(select(User.username).where(User.id == actor.user_id)).one()


def _whole(signed: SignedIn) -> str:
    """The session has taken its second step, and counts among those of the account that have."""
    others = LoginSession.two_step_at.is_not(None) & (LoginSession.id != signed.actor.session_id)
    sessions.make_room(_owner(signed), signed.most_sessions, among=others)
    return sessions.renew(signed.actor.session_id, two_step_at=clock.now(), **sessions.proof_of(signed.actor))


def _owner(signed: SignedIn) -> int:
    assert signed.actor.user_id is not None
    return signed.actor.user_id


def _place(user_id: int) -> str:
    return f"two-step/{user_id}"


def _locked(user_id: int, which: ColumnElement[bool]) -> Authenticator:
    """Held until the operation ends, so that of many tries at once each sees the failures before it."""
    held = db.session.scalar(select(Authenticator).where(Authenticator.user_id == user_id, which).with_for_update())
    if held is None:
        raise NotFound
    accounts.ensure_few(LoginAttempt.account == counted_as(user_id), LIMITS, LOCKED)
    return held


def _is_taken(one: Authenticator, code: str) -> bool:
    """Whether it is the code of this half minute or of a neighbour and nobody has used it: the row decides."""
    said = _plain(code)
    if not re.fullmatch("[0-9]{6}", said):
        return False
    secret = encryption.decrypt(one.sealed_secret, place=_place(one.user_id))
    app, here = pyotp.TOTP(secret), int(clock.now().timestamp()) // STEP_SECONDS
    steps = range(here - STEPS_ASIDE, here + STEPS_ASIDE + 1)
    meant = next((step for step in steps if hmac.compare_digest(app.generate_otp(step), said)), None)
    if meant is None:
        return False
    claiming = update(Authenticator).where(Authenticator.id == one.id, Authenticator.last_counter < meant)
    return bool(db.session.connection().execute(claiming.values(last_counter=meant)).rowcount == 1)


def _is_spent(user_id: int, code: str) -> bool:
    spending = update(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None),
                                          RecoveryCode.code_hash == _hashed(user_id, code))
    return bool(db.session.connection().execute(spending.values(used_at=clock.now())).rowcount == 1)


def _new_codes(user_id: int) -> Sequence[str]:
    db.session.connection().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user_id, code_hash=_hashed(user_id, code), created_at=clock.now())
                       for code in codes)
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def _hashed(user_id: int, code: str) -> str:
    """120 random bits need no slow hash."""
    return digest_of(f"{user_id}/{_plain(code)}")


def _plain(code: str) -> str:
    """As it is meant, however it was typed."""
    return re.sub(r"[\s-]", "", code).lower()


def _note_failure(actor: Actor) -> None:
    assert actor.user_id is not None
    db.session.add(LoginAttempt(account=counted_as(actor.user_id), address=actor.address, failed_at=clock.now()))
    log.record("take_second_step", object_type="user", object_id=actor.user_id, actor=actor, result="refused")


def counted_as(user_id: int) -> str:
    """Under which name wrong codes are counted: one that nobody can type at the sign-in."""
    return f"CODE/{user_id}"


def _drop(user_id: int, which: ColumnElement[bool]) -> int:
    dropping = delete(Authenticator).where(Authenticator.user_id == user_id, which)
    return int(db.session.connection().execute(dropping).rowcount)


def _forget(user_id: int) -> bool:
    db.session.connection().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    return _drop(user_id, _BEGUN) + _drop(user_id, _IN_USE) > 0
