"""回访 of a counted case: by the service centre, by nobody who had a part in it; three failed days end it as 未接通."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, literal, or_, select, union_all

from models import clock
from models.access import Post, Role
from models.base import db
from models.counted_follow_ups import CountedCall, CountedFollowUp, CountedOutcome
from models.directory import Stewardship
from models.hall import CountedCase
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.errors import NotFound, Refused
from operations.tickets.aftercare import Call, ensure_told
from operations.tickets.avoidance import MEMBER, STEWARD, done_by, words_of

C = CountedCase


def get_open(actor: Actor, case_id: int) -> CountedFollowUp:
    """What waits for its call in the actor's region, or NotFound."""
    found = the_one(select(CountedFollowUp).where(CountedFollowUp.counted_case_id == case_id))
    _post(actor, found)
    return found


@operation
def call(case_id: int, *, actor: Actor, call: Call) -> None:
    """回访窗口办件. Unsolved or dissatisfied ends it as such: no round begins, a demand may. Raises NotFound, Refused,
    BadInput."""
    rows = select(CountedFollowUp).where(CountedFollowUp.counted_case_id == case_id)
    found = the_one(rows.with_for_update().execution_options(populate_existing=True))
    post = _post(actor, found)
    if found.ended_at is not None:
        raise Refused("这件已经回访过。")
    if objection := words_of(reasons([case_id], actor.user_id)[case_id]):
        raise Refused(objection)
    ensure_told(call)
    made = select(func.count()).where(CountedCall.counted_case_id == case_id)
    db.session.add(CountedCall(
        counted_case_id=case_id, attempt=(db.session.scalar(made) or 0) + 1, was_reached=call.was_reached,
        is_solved=call.is_solved, is_satisfied=call.is_satisfied, rework_reason=call.rework_reason, words=call.words,
        called_by_id=actor.user_id, called_at=clock.now(),
    ))
    db.session.flush()
    outcome = _outcome(case_id, call)
    if outcome is not None:
        found.ended_at, found.outcome = clock.now(), outcome
    log.record("call_counted_case", object_type="counted_case", object_id=case_id, actor=actor, standing=post,
               words=call.words, details={"reached": call.was_reached, "outcome": str(outcome) if outcome else None})


def reasons(case_ids: Iterable[int], user_id: int | None) -> Mapping[int, list[str]]:
    """Of each counted case, why this person must not call about it. One statement; triggers hold the same."""
    found: dict[int, list[str]] = defaultdict(list)
    ids = list(case_ids)
    if not ids or user_id is None:
        return found
    parts: tuple[Any, ...] = (
        *done_by(C.id, user_id),
        select(C.id, literal(STEWARD)).join(Stewardship, Stewardship.enterprise_id == C.enterprise_id)
        .where(Stewardship.steward_id == user_id,
               or_(Stewardship.ended_at.is_(None), Stewardship.ended_at >= C.finished_at)),
        select(C.id, literal(MEMBER)).join(Post, Post.enterprise_id == C.enterprise_id)
        .where(Post.user_id == user_id, or_(Post.ended_at.is_(None), Post.ended_at >= C.finished_at)),
    )
    for case_id, why in db.session.execute(union_all(*(part.where(C.id.in_(ids)) for part in parts))):
        if why not in found[case_id]:
            found[case_id].append(why)
    return found


def _outcome(case_id: int, call: Call) -> CountedOutcome | None:
    """How it ends now; None while it may still be reached."""
    if call.was_reached:
        return CountedOutcome.AT_FAULT if call.finds_fault else CountedOutcome.SOLVED
    failed = select(CountedCall.called_at).where(CountedCall.counted_case_id == case_id)
    days = {shanghai.day_of(moment) for moment in db.session.scalars(failed)}
    return CountedOutcome.UNREACHED if len(days) >= rulebook.current().policy("follow_up")["attempts"] else None


def _post(actor: Actor, found: CountedFollowUp) -> Standing:
    post = actor.post_above(found.region_path, roles=(Role.CLERK,))
    if post is None:
        raise NotFound
    return post
