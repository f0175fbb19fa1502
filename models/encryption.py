"""字段加密 by keys that stand in the settings (DATA_KEYS) and never in the database.

The first key encrypts, every key decrypts; after a change of keys ``operations.resealing`` brings all under the first.
Secrets (``encrypt``): AES-256-GCM, bound to their ``place`` ("two-step/17"): copied into another row they open nothing.
Telephone numbers (``seal``): AES-256-SIV (RFC 5297), which is the same text for the same number under one key, and so
is its own keyed index: found by equality, unique by a constraint, copied and compared by SQL, without being read.
"""

import hashlib
import hmac
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql import operators

PURPOSE, NUMBERS, TAILS = b"zhitongche/fields/", b"zhitongche/numbers/", b"zhitongche/tails/"
NONCE_BYTES = 12
# A telephone number and nothing else, as people and other systems write it; the hotline puts its own mark before it.
MOBILE = r"(\+?86)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
TELEPHONE = rf"(12345:)?({MOBILE}|(0[0-9]{{2,3}}-?)?[2-9][0-9]{{6,7}}(-[0-9]{{1,6}})?)"
TEXTABLE = re.compile("1[3-9][0-9]{9}")
# ``~m``: of a mobile, to which texts can go, which is asked of many rows at once; ``~t``: of anything else.
SEALED = re.compile(r"~[mt]([0-9a-f]{8})\.([A-Za-z0-9_-]{22,}={0,2})")


class Undecipherable(Exception):
    """The key that encrypted it is not among the settings, or the row was tampered with."""

    message = "加密保存的内容打不开，请系统管理员核对设置 DATA_KEYS。"


class Key(NamedTuple):
    """A key for one purpose, and its name, which tells nothing of it."""

    name: str
    secret: bytes


class _Ring:
    """The keys of this process, the first before the others."""

    keys: tuple[str, ...] = ()


def keep_keys(keys: Sequence[str]) -> None:
    """Encrypt and decrypt by these from now on."""
    _Ring.keys = tuple(keys)


def encrypt(plain: str, *, place: str) -> str:
    """``plain`` under the first key: the key's name, a full stop, nonce and text."""
    name, key = _derived(_Ring.keys[0], PURPOSE)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return f"{name}.{urlsafe_b64encode(nonce + _gcm(key).encrypt(nonce, plain.encode(), place.encode())).decode()}"


def decrypt(stored: str, *, place: str) -> str:
    """What ``encrypt`` was given. Raises Undecipherable."""
    wanted, _, text = stored.partition(".")
    sealed = urlsafe_b64decode(text)
    key = _named(wanted, PURPOSE).secret
    try:
        plain: bytes = _gcm(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except import_module("cryptography.exceptions").InvalidTag:
        raise Undecipherable from None
    return plain.decode()


def is_current(stored: str) -> bool:
    """Whether it is the first key that encrypted this secret."""
    return stored.partition(".")[0] == _derived(_Ring.keys[0], PURPOSE).name


def seal(plain: str) -> str:
    """``plain`` under the first key; nothing stays nothing."""
    return _sealed_by(_Ring.keys[0], plain)


def ways(plain: str) -> list[str]:
    """How ``plain`` may stand in a row: under each of the keys."""
    return list(dict.fromkeys(_sealed_by(one, plain) for one in _Ring.keys))


def unseal(stored: str) -> str:
    """What ``seal`` was given; what was never sealed as it stands. Raises Undecipherable."""
    found = SEALED.fullmatch(stored)
    if found is None:
        return stored
    key = _named(found[1], NUMBERS).secret
    try:
        plain: bytes = _siv(key).decrypt(urlsafe_b64decode(found[2]), None)
    except import_module("cryptography.exceptions").InvalidTag:
        raise Undecipherable from None
    return plain.decode()


def current_marks() -> list[str]:
    """How a text begins that the first key has sealed."""
    name = _derived(_Ring.keys[0], NUMBERS).name
    return [f"~{kind}{name}." for kind in "mt"]


def tails(number: str, lengths: Iterable[int]) -> list[str]:
    """A word for each tail of ``number``, under the first key: by it a row is found, and nothing is read from it."""
    return _tails_by(_Ring.keys[0], number, lengths)


def tail_ways(tail: str) -> list[str]:
    """The words of one tail, under each of the keys."""
    return [word for one in _Ring.keys for word in _tails_by(one, tail, [len(tail)])]


class Sealed(sa.TypeDecorator[str]):
    """A text that the database holds sealed; given and taken as it is. ``when``: only such a text, as a pattern.

    ``==`` and ``in_`` with a text ask for it under each of the keys. Other columns of the type are compared as they
    stand, which is right for what one key has sealed. What stands there unsealed is read as it stands.
    """

    impl = sa.String
    cache_ok = True

    class Comparator(sa.TypeDecorator.Comparator[str], sa.String.Comparator[str]):
        """Equality under any of the keys."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            said = other[0] if other else None
            if op is operators.eq and isinstance(said, str):
                said, op = [said], operators.in_op
            if op is operators.in_op and isinstance(said, list | tuple | set | frozenset):
                kind: Any = self.type
                meant = [way for one in said for way in kind.ways(one)]
                raw = sa.type_coerce(self.expr, sa.String())
                return raw == meant[0] if len(meant) == 1 else raw.in_(meant)
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator

    def __init__(self, length: int, when: str = "") -> None:
        super().__init__(length)
        self.length, self.when = length, when

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """A pattern, or what is added to it, is no sealed text."""
        return self if op in (operators.eq, operators.ne) else sa.String()

    def stored(self, value: str | None) -> str | None:
        """For statements that reach the driver past the types."""
        if value is None or not self._is_meant(value):
            # Nobody may write by hand what would be read as sealed.
            return value.replace("~", "～", 1) if value and SEALED.fullmatch(value) else value
        return seal(value)

    def ways(self, value: str | None) -> list[str | None]:
        """How ``value`` may stand in a row."""
        return [*ways(value)] if value and self._is_meant(value) else [value]

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return self.stored(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return unseal(value) if value else value

    def _is_meant(self, value: str) -> bool:
        return bool(value) and (not self.when or re.fullmatch(self.when, value) is not None)


class SealedWords(sa.TypeDecorator[dict[str, Any]]):
    """What somebody has typed into a form, field by field: the database holds one sealed text."""

    impl = sa.JSON
    cache_ok = True

    def stored(self, value: dict[str, Any] | None) -> str | None:
        """For statements that reach the driver past the types: the sealed text as JSON."""
        return None if value is None else json.dumps(self.process_bind_param(value, None))

    def process_bind_param(self, value: dict[str, Any] | None, dialect: sa.Dialect | None) -> Any:
        return None if value is None else seal(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dict[str, Any] | None:
        return json.loads(unseal(value)) if isinstance(value, str) else value


def number() -> Sealed:
    """A column of a telephone number, whatever was typed as one."""
    return Sealed(192)


def maybe_number(length: int) -> Sealed:
    """A column in which telephone numbers stand among other things: these alone are sealed."""
    return Sealed(length, TELEPHONE)


def account_name() -> Sealed:
    """A column of what people sign in with: members do with their mobiles."""
    return Sealed(64, MOBILE)


def is_textable(column: Any) -> sa.ColumnElement[bool]:
    """The condition that a sealed column holds a mobile, to which a text can go."""
    condition: sa.ColumnElement[bool] = sa.type_coerce(column, sa.String()).like("~m%")
    return condition


def _sealed_by(key: str, plain: str) -> str:
    if not plain:
        return plain
    name, secret = _derived(key, NUMBERS)
    kind = "m" if TEXTABLE.fullmatch(plain) else "t"
    return f"~{kind}{name}.{urlsafe_b64encode(_siv(secret).encrypt(plain.encode(), None)).decode()}"


def _tails_by(key: str, plain: str, lengths: Iterable[int]) -> list[str]:
    secret = _derived(key, TAILS).secret
    return [hmac.digest(secret, plain[-length:].encode(), "sha256").hex()[:10]
            for length in lengths if len(plain) >= length]


def _named(name: str, purpose: bytes) -> Key:
    found = next((key for one in _Ring.keys if (key := _derived(one, purpose)).name == name), None)
    if found is None:
        raise Undecipherable(Undecipherable.message)
    return found


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: bytes) -> Key:
    key = hmac.digest(secret.encode(), purpose, "sha256" if purpose == PURPOSE else "sha512")
    return Key(hashlib.sha256(key).hexdigest()[:8], key)


@lru_cache(maxsize=64)
def _gcm(key: bytes) -> Any:
    """Loaded when something is encrypted: 9 MB that many a command never needs."""
    return import_module("cryptography.hazmat.primitives.ciphers.aead").AESGCM(key)


@lru_cache(maxsize=64)
def _siv(key: bytes) -> Any:
    return import_module("cryptography.hazmat.primitives.ciphers.aead").AESSIV(key)
