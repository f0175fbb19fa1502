"""What the site's cookies are called."""

from flask import current_app


def named(name: str, *, path: str = "/") -> str:
    """Over https a name that a browser takes from this host alone, and only for https: as the session's own.

    ``__Host-`` holds for the whole site; a cookie that goes to a part of it can only be ``__Secure-``.
    """
    if not current_app.config["SESSION_COOKIE_SECURE"]:
        return name
    return f"{'__Host-' if path == '/' else '__Secure-'}{name}"
