"""有效互动, judged: the facts of a note are read when it is written down, the answer and the lapse come later."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import aliased

from models import clock
from models.access import CADRES, Post
from models.base import db
from models.correspondence import Broadcast
from models.directory import Enterprise, Organisation, Region, Stewardship
from models.engagement import Effect, Flaw, Interaction, InteractionKind
from operations import log
from operations.access.actor import SYSTEM
from operations.base import operation
from operations.clocks import rulebook
from operations.engagement.effectiveness import Facts, Terms, count_characters, fingerprint, judge


def terms() -> Terms:
    """The thresholds in force."""
    return Terms.stored(rulebook.current().policy("effective_interaction"))


def open_judgement(noted: Interaction, said: str, *, answered_at: datetime | None = None) -> None:
    """判定：write effect, flaw and the end of the window on a note not yet stored; ``said`` are the steward's words.

    What was recorded of the pair before is compared, what comes later is not: a verdict never depends on the future.
    """
    now, in_force = clock.now(), terms()
    noted.window_ends_at = rulebook.current().calendar.due(noted.recorded_at, in_force.window).due_at
    facts = _facts(noted, said, answered_at)
    verdict = judge(facts, terms=in_force, as_of=now)
    noted.effect, noted.flaw = verdict.effect, verdict.flaw


@operation
def lapse_unanswered() -> int:
    """届满：notes whose window has ended without a word of the enterprise are not effective. Returns how many."""
    now = clock.now()
    waiting = update(Interaction).where(Interaction.effect == Effect.PENDING, Interaction.window_ends_at < now)
    lapsed = waiting.values(effect=Effect.INEFFECTIVE, flaw=Flaw.UNANSWERED).execution_options(
        synchronize_session=False
    )
    count: int = db.session.connection().execute(lapsed).rowcount
    if count:
        log.record("lapse_interactions", object_type="interaction", object_id=None, actor=SYSTEM,
                   details={"count": count, "until": now.isoformat(), "rules": rulebook.current().version})
    return count


def _facts(noted: Interaction, said: str, answered_at: datetime | None) -> Facts:
    """One statement: assigned at that time, a broadcast's text, and the neighbours in time of the same pair."""
    at = noted.occurred_at
    held: ColumnElement[bool] = _held_by_steward(noted).exists()
    if noted.kind is InteractionKind.VISIT:
        held = or_(held, _held_by_cadre(noted).exists())
    same_text = select(Broadcast.id).where(Broadcast.fingerprint == fingerprint(said))
    before = _of_pair(noted, func.max(Interaction.occurred_at)).where(Interaction.occurred_at <= at)
    after = _of_pair(noted, func.min(Interaction.occurred_at)).where(Interaction.occurred_at >= at)
    was_assigned, is_template, earlier, later = db.session.execute(
        select(held, same_text.exists(), before.scalar_subquery(), after.scalar_subquery())
    ).one()
    return Facts(
        characters=count_characters(said),
        is_template=bool(is_template),
        was_assigned=bool(was_assigned),
        nearest=min((abs(at - other) for other in (earlier, later) if other is not None), default=None),
        window_ends_at=noted.window_ends_at or noted.recorded_at,
        answered_at=answered_at,
    )


def _held_by_steward(noted: Interaction) -> Select[Any]:
    at = noted.occurred_at
    return select(Stewardship.id).where(
        Stewardship.enterprise_id == noted.enterprise_id, Stewardship.steward_id == noted.steward_id,
        Stewardship.started_at <= at, or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > at),
    )


def _held_by_cadre(noted: Interaction) -> Select[Any]:
    """领导走访：a leading cadre answers for the enterprises of the ground of the post they held at that time."""
    at, lies_in = noted.occurred_at, aliased(Region)
    ground = func.coalesce(Post.region_id, Organisation.region_id)
    return (
        select(Post.id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == ground)
        .join(Enterprise, Enterprise.id == noted.enterprise_id)
        .join(lies_in, lies_in.id == Enterprise.region_id)
        .where(Post.user_id == noted.steward_id, Post.role.in_(CADRES), Post.started_at <= at,
               or_(Post.ended_at.is_(None), Post.ended_at > at), lies_in.path.startswith(Region.path))
    )


def _of_pair(noted: Interaction, measure: Any) -> Any:
    return select(measure).where(
        Interaction.enterprise_id == noted.enterprise_id, Interaction.steward_id == noted.steward_id
    )
