"""The key that signs anchors: a file that the database's account cannot read; what anybody checks with lies beside."""

import os
import secrets
import stat
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from operations.errors import Refused

PUBLIC = ".pub"


class Signer:
    """Ed25519 with the key of this file, which is made the first time, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        _make(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Refused(f"锚点密钥 {path} 别人也能读，请运行：chmod 600 {path}")
        try:
            self._key = _ed25519().Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
        except ValueError as problem:
            raise Refused(f"锚点密钥 {path} 应为 64 位十六进制数。") from problem
        self.public = self._key.public_key().public_bytes_raw().hex()
        _publish(path, self.public)

    def sign(self, text: str) -> str:
        """The signature in hexadecimal."""
        return self._key.sign(text.encode()).hex()


def public_keys(path: Path) -> list[str]:
    """What signatures are checked with: one key a line, the present one last; empty where none was ever made."""
    try:
        return path.with_suffix(PUBLIC).read_text().split()
    except FileNotFoundError:
        return []


def is_signed(text: str, signature: str, keys: list[str]) -> bool:
    """Whether one of the keys has signed this text."""
    forged = import_module("cryptography.exceptions").InvalidSignature
    for key in keys:
        with suppress(ValueError, forged):
            holder = _ed25519().Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
            holder.verify(bytes.fromhex(signature), text.encode())
            return True
    return False


def _ed25519() -> Any:
    """Loaded when something is signed or checked: 9 MB that most workers never need."""
    return import_module("cryptography.hazmat.primitives.asymmetric.ed25519")


def _make(path: Path) -> None:
    """Made once; of two processes that start at once the second takes the first one's."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _publish(path: Path, public: str) -> None:
    """A new key is added; the old ones stay, for what they have signed."""
    if public not in public_keys(path):
        with path.with_suffix(PUBLIC).open("a") as file:
            file.write(f"{public}\n")
