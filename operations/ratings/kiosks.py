"""窗口评价器: a tablet at a window, bound by a code, that asks for one touch after each case and knows nobody."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select, update

from models import clock
from models.base import db
from models.directory import Organisation
from models.hall import CountedCase, Kiosk
from models.ratings import Grade, Rating, RatingChannel
from operations import log
from operations.access.actor import SYSTEM, Actor
from operations.access.found import the_one
from operations.access.sessions import digest_of
from operations.base import operation
from operations.errors import BadInput, DomainError, NotAllowed, Refused, TooManyAttempts
from operations.ratings import counted, windows
from operations.ratings.opinions import Given, Opinion

LETTERS, CODE_LENGTH, LONGEST_PLACE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 10, 32
BINDING = timedelta(minutes=30)
# Touches at one window in a minute: more than people can make who each had something done.
PER_MINUTE = 6


class NotBound(DomainError):
    """This browser is no kiosk, or no longer one."""

    status_code = 404
    message = "这台设备没有绑定窗口，或已停用。"


class NothingToRate(DomainError):
    """Nobody has just been served here, or what was done has its rating."""

    message = "现在没有等待评价的办件。"


@operation
def make(window_id: int, *, actor: Actor, place: str = "") -> str:
    """添加评价器：returns the code that is typed into the tablet, once, within half an hour. Raises NotFound."""
    window = windows.get_kept(actor, window_id)
    standing = windows.keeping_post(actor, window)
    if standing is None:
        raise NotAllowed
    if len(place) > LONGEST_PLACE:
        raise BadInput(f"位置最多 {LONGEST_PLACE} 字。")
    now, code = clock.now(), "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    made = Kiosk(window_id=window.id, place=place.strip(), binding_hash=digest_of(code),
                 binding_expires_at=now + BINDING, made_by_id=actor.user_id, made_at=now)
    db.session.add(made)
    db.session.flush()
    log.record("make_kiosk", object_type="kiosk", object_id=made.id, actor=actor, standing=standing,
               details={"window": window.id})
    return f"{code[:5]}-{code[5:]}"


@operation
def bind(code: str) -> str:
    """绑定：the tablet gives the code and gets the secret that it keeps; the code is used up. Raises BadInput."""
    typed = "".join(char for char in code.upper() if char in LETTERS)
    now, secret = clock.now(), secrets.token_urlsafe(32)
    held = (Kiosk.binding_hash == digest_of(typed), Kiosk.device_hash.is_(None), Kiosk.retired_at.is_(None),
            Kiosk.binding_expires_at > now)
    bound = update(Kiosk).where(*held).values(device_hash=digest_of(secret), bound_at=now).returning(Kiosk.id)
    kiosk_id = db.session.scalar(bound)
    if kiosk_id is None:
        raise BadInput("绑定码不对、已用过或已过期，请在“点评台”重新添加。")
    log.record("bind_kiosk", object_type="kiosk", object_id=kiosk_id, actor=SYSTEM)
    return secret


@operation
def retire(kiosk_id: int, *, actor: Actor) -> None:
    """停用评价器. Raises NotFound."""
    kiosk = the_one(_kept(actor).where(Kiosk.id == kiosk_id))
    retiring = update(Kiosk).where(Kiosk.id == kiosk.id, Kiosk.retired_at.is_(None))
    values = {"retired_at": clock.now(), "retired_by_id": actor.user_id}
    if db.session.connection().execute(retiring.values(values)).rowcount != 1:
        raise Refused("这台评价器已经停用。")
    log.record("retire_kiosk", object_type="kiosk", object_id=kiosk.id, actor=actor,
               standing=windows.keeping_post(actor, kiosk.window))


def kept(actor: Actor) -> Sequence[tuple[Kiosk, str]]:
    """The live tablets of the windows that the actor keeps, with the window's name."""
    rows = _kept(actor).join(Organisation, Organisation.id == Kiosk.window_id).where(Kiosk.retired_at.is_(None))
    named = rows.with_only_columns(Kiosk, Organisation.name).order_by(Organisation.name, Kiosk.id)
    return [(kiosk, name) for kiosk, name in db.session.execute(named)]


def of_device(secret: str) -> Kiosk:
    """The kiosk that this browser is. Raises NotBound."""
    held = (Kiosk.device_hash == digest_of(secret[:64]), Kiosk.retired_at.is_(None))
    found = db.session.scalar(select(Kiosk).where(*held)) if secret else None
    if found is None:
        raise NotBound
    return found


def waiting(kiosk: Kiosk) -> CountedCase | None:
    """The case that whoever stands before the tablet may rate."""
    return counted.latest(kiosk.window_id)


@operation
def rate(secret: str, *, case_id: int, grade: Grade) -> Given:
    """按键评价：the case that the page was printed for, not a later one; the grade alone is a whole answer, anonymous.

    Raises NotBound, NothingToRate, TooManyAttempts, Refused for a second touch.
    """
    kiosk = of_device(secret)
    case = waiting(kiosk)
    if case is None or case.id != case_id:
        raise NothingToRate
    _ensure_not_too_many(kiosk)
    return counted.rate(case, opinion=Opinion(grade, is_anonymous=True, channel=RatingChannel.KIOSK))


def _ensure_not_too_many(kiosk: Kiosk) -> None:
    lately = (
        select(func.count())
        .select_from(Rating)
        .join(CountedCase, CountedCase.id == Rating.counted_case_id)
        .where(CountedCase.window_id == kiosk.window_id, Rating.channel == RatingChannel.KIOSK,
               CountedCase.finished_at > clock.now() - timedelta(hours=1),
               Rating.rated_at > clock.now() - timedelta(minutes=1))
    )
    if (db.session.scalar(lately) or 0) >= PER_MINUTE:
        raise TooManyAttempts("按得太快了，请稍等一分钟。")


def _kept(actor: Actor) -> Select[Any]:
    mine = windows.kept_windows(actor).with_only_columns(Organisation.id).order_by(None)
    return select(Kiosk).where(Kiosk.window_id.in_(mine))
