"""The engine: guard an act by the table, record it, move the ticket and its clocks. The only writer of status."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from models import clock
from models.clocks import ClockKind, PauseReason
from models.tickets import Act, Attachment, Status, Ticket
from models.tickets.workflow import CLOSED_STATUSES
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import before_commit
from operations.clocks import clocks, rulebook
from operations.clocks.limits import limit_of
from operations.errors import NotAllowed, Refused, Stale
from operations.supervision import settling
from operations.tickets import workflow
from operations.tickets.situation import Situation
from operations.tickets.workflow import Step

# Clocks that belong to one unit's order or to one instruction: whoever makes those starts them.
OF_A_UNIT = frozenset({
    ClockKind.SIGNING, ClockKind.CONTACT, ClockKind.ASSISTING, ClockKind.INSTRUCTION, ClockKind.REFUSAL_LEVEL,
    ClockKind.GOVERNMENT_LEVEL, ClockKind.JOINT_REVIEW,
})
ONLY_IN = {ClockKind.HANDLING: Status.HANDLING, ClockKind.COORDINATION: Status.COORDINATING}


def may(ticket: Ticket, act: Act, actor: Actor) -> Standing:
    """The post by which ``actor`` may do ``act`` now; raises the refusal that stands against it."""
    return guard(workflow.find(act, ticket.status), Situation(ticket, actor))


def allowed(ticket: Ticket, act: Act, *, actor: Actor, version: int | None = None) -> Situation:
    """The situation in which ``actor`` may do ``act`` now, to look into and hand on to `advance`; raises like it."""
    step = workflow.find(act, ticket.status)
    _ensure_current(ticket, version)
    situation = Situation(ticket, actor)
    guard(step, situation)
    return situation


def guard(step: Step, situation: Situation) -> Standing:
    """Raise NotAllowed or the sentence of the first check that fails; answer the post that allows the step."""
    standing = situation.standing = situation.standing_for(step)
    if standing is None:
        raise NotAllowed
    for check in step.checks:
        objection = check(situation)
        if objection:
            raise Refused(objection)
    return standing


def advance(
    ticket: Ticket,
    act: Act,
    *,
    actor: Actor,
    target: Status | None = None,
    words: str = "",
    version: int | None = None,
    attachments: Sequence[Attachment] = (),
    seen: Situation | None = None,
    **details: Any,
) -> Standing:
    """Do ``act``: check it, record its event, move the status, run the clocks. Nothing else assigns a status.

    ``target`` picks among the row's targets; ``version`` is what the actor's page showed; ``seen`` is the situation
    in which the running operation has found the act `allowed`; ``details`` are codes and ids for the event. Raises
    IllegalTransition, NotAllowed, Refused, Stale.
    """
    step = workflow.find(act, ticket.status)
    _ensure_current(ticket, version)
    standing = (seen.standing if seen else None) or guard(step, Situation(ticket, actor))
    aim = _aim(step, ticket, target)
    _record(ticket, step, aim, actor=actor, standing=standing, words=words, attachments=attachments, details=details)
    _move(ticket, aim, opens_round=step.opens_round)
    run_clocks(ticket, step)
    before_commit(("settle", ticket.id), lambda: settle(ticket))
    return standing


def begin(ticket: Ticket, *, actor: Actor, attachments: Sequence[Attachment] = (), **details: Any) -> Standing:
    """Put a new ticket on the line: the row of SUBMIT, whose actor stands to the ticket as to any other."""
    step = workflow.find(Act.SUBMIT, None)
    clocks.none_running(ticket)
    standing = guard(step, Situation(ticket, actor))
    _record(ticket, step, Status.SUBMITTED, actor=actor, standing=standing, attachments=attachments, details=details)
    run_clocks(ticket, step)
    before_commit(("settle", ticket.id), lambda: clocks.refresh(ticket))  # nobody has supervised it yet
    return standing


def run_clocks(ticket: Ticket, step: Step) -> None:
    """Stop, start, pause and resume what the row names; the clocks of units go with their orders."""
    if step.pauses:
        clocks.pause(ticket, PauseReason.LEDGER if ticket.status is Status.HANDLING else PauseReason.SUPPLEMENT)
    clocks.stop(ticket, [kind for kind in step.stops if kind not in OF_A_UNIT])
    clocks.stop(ticket, [kind for kind in step.drops if kind not in OF_A_UNIT], dropped=True)
    if ticket.status in CLOSED_STATUSES and step.targets:
        clocks.stop_all(ticket)
    if step.resumes:
        clocks.resume(ticket)
    for kind in step.starts:
        if kind not in OF_A_UNIT and ONLY_IN.get(kind, ticket.status) is ticket.status:
            clocks.start(ticket, kind)


def settle(ticket: Ticket) -> None:
    """Before the commit: let lists see the clocks, and let supervision go where its clock has stopped."""
    clocks.refresh(ticket)
    settling.settle(ticket)


def _ensure_current(ticket: Ticket, version: int | None) -> None:
    if version is not None and version != ticket.version:
        raise Stale


def _aim(step: Step, ticket: Ticket, target: Status | None) -> Status:
    if not step.targets:
        return ticket.status
    if target is not None and target not in step.targets:
        raise ValueError(f"{step.act} does not lead to {target}")
    return target or step.targets[0]


def _move(ticket: Ticket, aim: Status, *, opens_round: bool) -> None:
    if opens_round:  # the old round stays frozen with its clocks
        clocks.stop_all(ticket)
        ticket.round += 1
    ticket.status = aim
    # What is said of a ticket that has ended (a note, an accepted answer) does not end it anew.
    ticket.closed_at = (ticket.closed_at or clock.now()) if aim in CLOSED_STATUSES else None
    flag_modified(ticket, "status")  # every act takes the row's version, so that two at once cannot both succeed


def _record(ticket: Ticket, step: Step, aim: Status, *, actor: Actor, standing: Standing, words: str = "",
            attachments: Sequence[Attachment] = (), details: dict[str, Any]) -> None:
    rules = rulebook.current()
    limited = (kind for kind in step.starts if kind is not ClockKind.INSTRUCTION)
    runs_in = ticket.round + step.opens_round
    limits = {str(kind): str(limit_of(ticket, kind, round_number=runs_in)) for kind in limited}
    facts = {key: value for key, value in details.items() if value is not None}
    log.record(
        step.act,
        object_type="ticket",
        object_id=ticket.id,
        ticket_id=ticket.id,
        round=ticket.round,
        source=None if step.act is Act.SUBMIT else str(ticket.status),
        target=str(aim),
        actor=actor,
        standing=standing,
        words=words,
        is_public=step.is_public,
        attachments=attachments,
        details=facts | {"rules": rules.version} | ({"limits": limits} if limits else {}),
    )
