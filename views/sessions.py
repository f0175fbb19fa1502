"""The session of this browser: who it belongs to before and after the second step, and beginning it anew."""

from flask import request, session
from flask_login import current_user, login_user

from operations.access import sessions
from operations.access.sessions import SignedIn
from views.guards import session_rules


def signed_in() -> SignedIn | None:
    """Whose password this browser has given, also while the second step is owed."""
    token = current_user.session_token if current_user.is_authenticated else session.get("last_token", "")
    return sessions.signed_in(token, address=request.remote_addr or "", rules=session_rules())


def begin(token: str) -> bool:
    """This browser holds ``token`` from now on. False while it opens nothing: the second step is owed.

    A new session id each time: nothing of the one before is carried on but the form that waits.
    """
    kept = {key: session[key] for key in ("kept_form", "to_send", "came_from") if key in session}
    session.clear()
    session.update(kept, last_token=token)
    actor = sessions.actor_of(token, address=request.remote_addr or "", rules=session_rules())
    return actor is not None and login_user(actor)
