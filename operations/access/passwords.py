"""密码: Argon2id, and what a password must be. The site's profile is kept once, when the program starts.

``dengbao3`` follows GB/T 22239 (kinds of characters, a change every 90 days), ``asvs`` OWASP ASVS 5.0 (neither, for
V6.2.5 and V6.2.10 forbid both); the two contradict each other, so a site chooses (security.md, 0.9).
"""

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, select

from models import clock
from models.access import PastPassword, Post, User
from models.base import db
from models.directory import Enterprise, Organisation
from operations.access import leaked
from operations.directory.names import initials_of
from operations.errors import BadInput

LONGEST, COMMONEST, FEWEST_SIGNS = 128, 10_000, 5
# A word this short is in too many passwords by chance; a Chinese one says as much in two signs.
SHORTEST_WORD, SHORTEST_CHINESE = 4, 2


@dataclass(frozen=True, slots=True)
class Profile:
    """What a site asks of passwords; ``lasts`` None is for ever, ``remembered`` counts the present one."""

    shortest: int
    kinds: int
    lasts: timedelta | None
    remembered: int

    @property
    def words(self) -> str:
        """As the forms tell it."""
        kinds = "，含数字、小写、大写、符号中的至少三种" if self.kinds else ""
        past = f"，不与最近 {self.remembered} 次的相同" if self.remembered else ""
        return f"{self.shortest} 至 {LONGEST} 位{kinds}；不能是常用密码，不能含用户名、单位、城市或本系统的名称{past}。"


PROFILES = {
    "dengbao3": Profile(shortest=12, kinds=3, lasts=timedelta(days=90), remembered=5),
    "asvs": Profile(shortest=15, kinds=0, lasts=None, remembered=0),
}


@dataclass(slots=True)
class _Site:
    profile: Profile
    words: frozenset[str]
    expire: bool
    leaked: Path | None


_site = _Site(PROFILES["dengbao3"], frozenset(), True, None)
_hasher = PasswordHasher()  # Argon2id, 64 MiB, t=3, p=4: the library's defaults
_at_once = BoundedSemaphore(2)  # each verification takes 64 MiB
# Of a password nobody knows, by the same parameters: made at each start it would cost 64 MiB that are never given back.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$NrBnNCsDUwym0q6Qd4HCBg$gNYNbqIbcqVR8blgjJnTuqGEV24V+gvGqzkuk9qGC3M"


def keep_profile(name: str, *, site_words: Iterable[str], expire: bool, leaked_in: Path | None = None) -> None:
    """Called once when the program starts: the profile, and how city and site are called. ``expire`` not in a demo.

    ``leaked_in``: the file of passwords that have leaked, where the site has one.
    """
    _site.profile, _site.words, _site.expire = PROFILES[name], frozenset(site_words), expire
    _site.leaked = leaked_in


def rule() -> str:
    """What a new password must be, in a sentence."""
    return _site.profile.words


def is_over(set_at: datetime) -> bool:
    """Whether a password of that moment has to be changed now."""
    lasts = _site.profile.lasts
    return _site.expire and lasts is not None and clock.now() - set_at > lasts


def matches(user: User | None, password: str) -> bool:
    """Whether it is theirs. Takes the same time for nobody, a closed account and one without a password."""
    stored = user.password_hash if user and user.is_active and user.password_hash else _NOBODY
    return _is_of(stored, password) and stored is not _NOBODY


def hashed(password: str) -> str:
    """The Argon2id hash, whatever the password."""
    with _at_once:
        return _hasher.hash(password)


def give(user: User, password: str) -> None:
    """A new password, in the running operation. Raises BadInput with the rule that fails."""
    ensure_good(password, user)
    now = clock.now()
    if user.password_hash:
        _remember(user, now)
    user.password_hash, user.password_changed_at = hashed(password), now


def ensure_good(password: str, user: User) -> None:
    """Raise BadInput with the first rule of the site's profile that the password breaks."""
    profile = _site.profile
    kinds = sum(any(test(char) for char in password) for test in (str.isdigit, str.islower, str.isupper, _is_sign))
    if not profile.shortest <= len(password) <= LONGEST or kinds < profile.kinds:
        raise BadInput(f"密码应为 {profile.words}")
    if len(set(password)) < FEWEST_SIGNS or _is_often_used(password):
        raise BadInput("这个密码太常用，容易被猜到，请换一个。")
    if _site.leaked and leaked.is_in(_site.leaked, password):
        raise BadInput("这个密码在别处泄露过，谁都试得到，请换一个。")
    if any(word in _plain(password) for word in _words_about(user)):
        raise BadInput("密码里不能有用户名、单位、城市或本系统的名称，拼音也不行。")
    if profile.remembered and any(_is_of(stored, password) for stored in _past(user)):
        raise BadInput(f"密码不能与最近 {profile.remembered} 次用过的相同。")


def _is_of(stored: str, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(stored, password[:256])
        except (VerifyMismatchError, InvalidHashError):
            return False


def _past(user: User) -> list[str]:
    rows = select(PastPassword.password_hash).where(PastPassword.user_id == user.id).order_by(PastPassword.id.desc())
    earlier = db.session.scalars(rows.limit(_site.profile.remembered - 1)).all() if user.id else ()
    return [stored for stored in (user.password_hash, *earlier) if stored]


def _remember(user: User, now: datetime) -> None:
    """What is left behind; of those before only as many as can still be asked about."""
    db.session.add(PastPassword(user_id=user.id, password_hash=user.password_hash, left_at=now))
    kept = select(PastPassword.id).where(PastPassword.user_id == user.id).order_by(PastPassword.id.desc())
    most = max(profile.remembered for profile in PROFILES.values()) - 2  # beside the one just left and the present
    older = delete(PastPassword).where(PastPassword.user_id == user.id, PastPassword.id.not_in(kept.limit(most)))
    db.session.connection().execute(older)


def _is_often_used(password: str) -> bool:
    """One of the commonest, also with digits and signs around it: ``Password-2026!`` is ``password``."""
    said = password.lower()
    return not _commonest().isdisjoint((said, re.sub(r"^[^a-z]+|[^a-z]+$", "", said)))


@functools.cache
def _commonest() -> frozenset[str]:
    """Read when somebody chooses a password: 14 MB that no other process needs."""
    return frozenset(import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS["passwords"][:COMMONEST])


def _words_about(user: User) -> set[str]:
    units = (
        select(Organisation.short_name, Organisation.name, Enterprise.short_name)
        .select_from(Post)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(Enterprise, Enterprise.id == Post.enterprise_id)
        .where(Post.user_id == user.id, Post.ended_at.is_(None))
    )
    held = db.session.execute(units).all() if user.id else ()
    names = {re.sub("^[市县区省]", "", name) for row in held for name in row if name}
    known = {user.username, user.phone or ""} | names | _site.words
    return {word for name in known for word in _spellings(name) if _tells(word)}


def _spellings(name: str) -> tuple[str, ...]:
    """As it is written, in pinyin, and its initials where it is Chinese."""
    if name.isascii():
        return (_plain(name),)
    return _plain(name), "".join(import_module("pypinyin").lazy_pinyin(name, errors="ignore")), initials_of(name)


def _tells(word: str) -> bool:
    return len(word) >= (SHORTEST_WORD if word.isascii() else SHORTEST_CHINESE)


def _plain(text: str) -> str:
    """Letters and digits alone: Yun-Zhou is yunzhou."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))


def _is_sign(char: str) -> bool:
    return not char.isalnum()
