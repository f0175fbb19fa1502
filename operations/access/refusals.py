"""Refused attempts: written to the log in a transaction of their own (security.md (e) rule 1)."""

from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.protection import even_when_protected


@operation
@even_when_protected
def note(actor: Actor, endpoint: str, path: str) -> None:
    """Somebody tried what their posts do not allow."""
    log.record("refused", object_type="page", object_id=None, actor=actor,
               standing=actor.posts[0] if actor.posts else None, result="refused",
               details={"endpoint": endpoint, "path": path[:120]})
