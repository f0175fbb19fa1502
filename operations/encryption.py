"""字段加密: AES-256-GCM by keys that stand in the settings and never in the database.

What is encrypted is bound to its ``place`` ("two-step/17"): copied into another row it opens nothing. The first key
encrypts, every key decrypts; after a change of keys ``two_step.reseal`` brings everything under the first.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from operations.errors import DomainError

PURPOSE = b"zhitongche/fields/"
NONCE_BYTES = 12


class Undecipherable(DomainError):
    """The key that encrypted it is not among the settings, or the row was tampered with."""

    status_code = 503
    message = "加密保存的内容打不开，请系统管理员核对设置 DATA_KEYS。"


def encrypt(plain: str, *, keys: Sequence[str], place: str) -> str:
    """``plain`` under the first key: the key's name, a full stop, nonce and text."""
    name, key = _derived(keys[0])
    nonce = secrets.token_bytes(NONCE_BYTES)
    return f"{name}.{urlsafe_b64encode(nonce + _cipher(key).encrypt(nonce, plain.encode(), place.encode())).decode()}"


def decrypt(stored: str, *, keys: Sequence[str], place: str) -> str:
    """What ``encrypt`` was given. Raises Undecipherable."""
    wanted, _, text = stored.partition(".")
    key = next((key for name, key in map(_derived, keys) if name == wanted), None)
    if key is None:
        raise Undecipherable
    sealed = urlsafe_b64decode(text)
    try:
        plain: bytes = _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except import_module("cryptography.exceptions").InvalidTag:
        raise Undecipherable from None
    return plain.decode()


def _cipher(key: bytes) -> Any:
    """Loaded when something is encrypted: 9 MB that most workers never need."""
    return import_module("cryptography.hazmat.primitives.ciphers.aead").AESGCM(key)


def is_under(stored: str, key: str) -> bool:
    """Whether this is the key that encrypted it."""
    return stored.partition(".")[0] == _derived(key)[0]


def _derived(secret: str) -> tuple[str, bytes]:
    """A key for nothing but this, and its name, which tells nothing of it."""
    key = hmac.digest(secret.encode(), PURPOSE, "sha256")
    return hashlib.sha256(key).hexdigest()[:8], key
