"""Who may open a page at all, and for how long a session lives. What they find is decided by the scope functions."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import current_app
from flask_login import current_user

from models import clock
from models.access import Role
from models.tickets import Ticket, TicketKind
from operations.access.sessions import SessionRules
from operations.errors import NotFound

P = ParamSpec("P")
R = TypeVar("R")


def session_rules() -> SessionRules:
    """How long a session lives: the site's settings."""
    config = current_app.config
    return SessionRules(
        idle=config["SESSION_IDLE"],
        idle_privileged=config["SESSION_IDLE_PRIVILEGED"],
        absolute=config["PERMANENT_SESSION_LIFETIME"],
        per_account=config["SESSIONS_PER_ACCOUNT"],
        two_steps=config["TWO_STEPS"],
    )


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """A page that needs no sign-in. Everything else is closed by default (``app/login.py``)."""
    view.is_open_to_all = True  # type: ignore[attr-defined]
    return view


class NotProven(Exception):
    """The act wants a password given just now: ``app.login`` asks for it, and what was being sent waits."""


def ensure_proven() -> None:
    """Raise NotProven when the password was last given too long ago for a dangerous act (security.md (d)).

    Or from another address: a session that was carried away does nothing dangerous, and whoever has merely moved to
    another network is asked once, not signed out.
    """
    given = current_user.proven_at
    if given is None or clock.now() - given > current_app.config["PROVEN_FOR"]:
        raise NotProven


def ensure_proven_to_read(ticket: Ticket) -> None:
    """A 投诉 is read with a fresh password, on whichever of its pages and in its files (security.md (d))."""
    if ticket.kind is TicketKind.COMPLAINT:
        ensure_proven()


def proven(view: Callable[P, R]) -> Callable[P, R]:
    """A page whose act is dangerous: it asks for the password again, unless that was given just now."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        ensure_proven()
        return view(*args, **kwargs)

    guarded.is_proven = True  # type: ignore[attr-defined]
    return guarded


def for_roles(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A page of these roles; to others it is not there (habit 10)."""

    def close(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.holds(*roles):
                raise NotFound
            return view(*args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return close
