"""Which shell a page wears that everybody has."""

from models.access import Role
from operations.access.actor import Actor
from operations.access.scope import OFFICIALS


def shell_of(actor: Actor) -> str:
    """The enterprise's shell for who is nothing but a member, the officials' for everybody else."""
    return "portal.html" if actor.holds(Role.ENTERPRISE_MEMBER) and not actor.holds(*OFFICIALS) else "layout.html"
