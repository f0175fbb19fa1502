"""草稿: a demand on its way to being submitted, kept on the server so that no reload, no back and no sign-in loses it."""

import re
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from models import clock
from models.base import db
from models.directory import Enterprise, Organisation
from models.tickets import ACCUSING, Draft, Ticket, TicketKind, Urgency
from operations.access.actor import Actor
from operations.access.scope import own_enterprise_ids
from operations.base import operation
from operations.errors import BadInput, NotFound
from operations.insight import units
from operations.tickets import attachments, intake

MOST_SHOWN = 10
LONGEST_ANSWER = 20_000  # what is too long to be submitted is kept all the same, so that it can be shortened
KEPT_FOR = timedelta(days=30)  # their files go then as well, see abandoned.py


@operation
def begin(actor: Actor, *, enterprise: Enterprise, answers: dict[str, Any], step: int | None = None) -> Draft:
    """起草：the first answers of a demand. Returns the draft with its key."""
    draft = Draft(
        key=secrets.token_urlsafe(16),
        user_id=actor.user_id,
        enterprise_id=enterprise.id,
        answers=_with(_EMPTY, answers, step),
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    db.session.add(draft)
    return draft


@operation
def keep(
    draft: Draft, *, answers: dict[str, Any], step: int | None = None, enterprise: Enterprise | None = None
) -> None:
    """存草稿：what was typed, right or wrong; ``step`` is the step that is now complete, if one is."""
    if draft.ticket_id is None:
        draft.answers = _with(draft.answers, answers, step)
        draft.enterprise_id = enterprise.id if enterprise else draft.enterprise_id
        draft.updated_at = clock.now()


@operation
def reopen_step(draft: Draft, *, answers: dict[str, Any], step: int) -> None:
    """A step that was complete no longer is: what was typed is kept, and the step must be gone through again."""
    if draft.ticket_id is None:
        kept = _with(draft.answers, answers, None)
        draft.answers = kept | {"done": [done for done in kept["done"] if done != step]}
        draft.updated_at = clock.now()


@operation
def discard(draft: Draft) -> None:
    """不要了：the draft is no longer offered; its files follow it."""
    draft.discarded_at = clock.now()


@operation
def send(draft: Draft, *, actor: Actor) -> Ticket:
    """提交草稿：make the ticket, once: the second sending, from wherever it comes, answers the same ticket."""
    rows = select(Draft).where(Draft.id == draft.id).with_for_update().execution_options(populate_existing=True)
    locked = db.session.scalars(rows).one()
    if locked.ticket is not None:
        return locked.ticket
    ticket = intake.submit(_demand_of(locked, actor), actor=actor)
    locked.ticket_id = ticket.id
    return ticket


def find(actor: Actor, key: str) -> Draft:
    """The actor's own draft of this key, sent or not. Raises NotFound."""
    found = db.session.scalar(_of(actor).where(Draft.key == key)) if _KEY.fullmatch(key) else None
    if found is None:
        raise NotFound
    return found


def unsent_of(actor: Actor) -> list[Draft]:
    """The drafts of the last 30 days that the actor has not sent, the newest first."""
    rows = _of(actor).where(Draft.ticket_id.is_(None), Draft.updated_at > clock.now() - KEPT_FOR)
    rows = rows.order_by(Draft.id.desc()).limit(MOST_SHOWN)
    return list(db.session.scalars(rows))


def done_steps(draft: Draft) -> frozenset[int]:
    """The steps whose answers held when they were last sent."""
    return frozenset(draft.answers.get("done", ()))


_KEY = re.compile(r"[A-Za-z0-9_-]{16,32}")
_EMPTY: dict[str, Any] = {"done": []}


def _of(actor: Actor) -> Select[Draft]:
    return select(Draft).where(
        Draft.user_id == actor.user_id,
        Draft.enterprise_id.in_(own_enterprise_ids(actor)),
        Draft.discarded_at.is_(None),
    )


def _with(before: dict[str, Any], answers: dict[str, Any], step: int | None) -> dict[str, Any]:
    kept = {name: str(value)[:LONGEST_ANSWER] for name, value in answers.items() if value is not None}
    done = sorted({*before.get("done", ()), *([step] if step else [])})
    return before | kept | {"done": done}


def _demand_of(draft: Draft, actor: Actor) -> intake.Demand:
    said = draft.answers
    try:
        return intake.Demand(
            enterprise=draft.enterprise,
            subject=said["subject"],
            content=said["content"],
            kind=TicketKind(said["kind"]),
            urgency=Urgency(said["urgency"]),
            category=said["category"],
            contact_name=said["contact_name"],
            contact_phone=said["contact_phone"],
            attachments=attachments.of_draft(actor, draft.key),
            accused=_accused_of(said),
        )
    except (KeyError, ValueError) as error:
        raise BadInput("还有没填完的步骤，请返回补全后再提交。") from error


def _accused_of(said: dict[str, Any]) -> Organisation | None:
    """Whom it is about; left behind where the kind was changed afterwards. Raises BadInput for a unit not found."""
    if not said.get("accused") or said["kind"] not in ACCUSING:
        return None
    found = units.any_called(said["accused"])
    if found is None:
        raise BadInput(f"没有找到单位“{said['accused'][:30]}”，请返回修改。")
    return found
