"""日历草案: one proposes another day or a year and sees whose deadlines it moves; another sees them anew and publishes."""

from dataclasses import asdict

from models.clocks import CalendarDraft
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import drafts, publishing
from operations.clocks.changes import Change
from operations.clocks.reckoning import Moved


@operation
def propose(change: Change, *, actor: Actor) -> CalendarDraft:
    """提出：the change waits for another's word. Raises NotAllowed, BadInput, Refused."""
    standing = drafts.ensure_welcome(CalendarDraft, actor=actor, reason=change.reason)
    draft = CalendarDraft(**asdict(change), moved=len(publishing.preview(change)))
    return drafts.put_forward(draft, actor=actor, standing=standing)


@operation
def approve(draft_id: int, *, actor: Actor, answer: str = "") -> list[Moved]:
    """批准：published at once, as the calendar and the clocks are now; what was moved.

    Raises Refused for one's own, BadInput when it can no longer be made.
    """
    draft = drafts.approve(CalendarDraft, draft_id, actor=actor, answer=answer)
    return publishing.publish(draft, actor=actor, standing=drafts.standing_of(actor))
