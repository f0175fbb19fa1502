"""How a gateway and this site know each other: HMAC-SHA256 over the second and the body, both ways alike."""

import hashlib
import hmac
import re

WINDOW_SECONDS = 300


def signature(secret: str, second: str, body: bytes) -> str:
    """Hexadecimal, over ``second ‖ LF ‖ body``."""
    return hmac.new(secret.encode(), second.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def is_genuine(secret: str, *, second: str, body: bytes, signed: str, now: float) -> bool:
    """Whether ``signed`` was made with the secret within five minutes of ``now``; a right one takes no longer."""
    second = second if re.fullmatch("[0-9]{1,12}", second) else "0"
    is_right = hmac.compare_digest(signature(secret, second, body).encode(), signed.encode("utf-8", "replace"))
    is_new = abs(now - int(second)) <= WINDOW_SECONDS
    return is_right and is_new
