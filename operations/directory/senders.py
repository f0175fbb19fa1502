"""热线来电人的并入: earlier calls of an enterprise, kept under unclaimed senders, become its own once it is claimed.

A claim must never open somebody else's tickets. A sender who is the claimant's own proven mobile follows at once when
the claim is confirmed; one who only bears a name waits until a clerk, who can read what was said, takes it in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from models import clock
from models.access import Role
from models.base import db
from models.directory import Claim, ClaimedSender, Decision, Enterprise
from models.tickets import IS_DEMAND, Ticket
from operations import log, notices
from operations.access import desks, scope
from operations.access.actor import SYSTEM, Actor
from operations.access.withholding import open_to
from operations.base import operation
from operations.directory import claim_desk
from operations.directory.merging import goes_on, merge_enterprises
from operations.errors import NotFound, Refused

HOTLINE = "12345:"
MOST, SHOWN, TICKETS_SHOWN = 20, 25, 5


@dataclass(frozen=True, slots=True)
class Told:
    """One sender beside a claim: how many tickets, and the latest of them for whoever may open them."""

    row: ClaimedSender
    name: str
    count: int
    tickets: Sequence[Ticket]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the hotline has beside a claim: ``proven`` follow by themselves, ``hidden`` wait for somebody else."""

    proven: int
    told: list[Told]
    hidden: int


@dataclass(frozen=True, slots=True)
class Line:
    """A confirmed claim with senders that still wait."""

    id: int
    name: str
    count: int


def note(claim: Claim) -> None:
    """Keep beside a new claim who has called from its mobile or under its names, in the region or above it."""
    firm = claim.enterprise
    by_mobile = {f"{HOTLINE}{said}" for said in _spellings(claim.mobile)}
    names = {claim.name, claim.person}
    if firm is not None:
        names |= {firm.name, firm.short_name, firm.contact_name, firm.legal_representative}
    references = by_mobile | {f"{HOTLINE}{name}" for name in names if name}
    path = firm.region.path if firm is not None else claim.region.path if claim.region is not None else ""
    found = select(Enterprise.id, Enterprise.external_ref).where(
        Enterprise.external_ref.in_(references), Enterprise.claimed_at.is_(None), Enterprise.merged_into_id.is_(None),
        Enterprise.region_id.in_([int(part) for part in path.split("/") if part]),
    )
    for sender_id, reference in db.session.execute(found.order_by(Enterprise.id).limit(MOST)):
        db.session.add(ClaimedSender(claim_id=claim.id, sender_id=sender_id, is_proven=reference in by_mobile))
    db.session.flush()


def take_proven(claim: Claim, *, actor: Actor) -> None:
    """并入: the senders of the proven mobile follow the confirmed claim; clerks are told of those that wait."""
    rows = _waiting_of(claim.id)
    told = [row for row in rows if not row.is_proven]
    for row in [row for row in rows if row.is_proven]:
        _take(row, claim, actor=actor, by=SYSTEM, reason="认领人已验证的手机号就是 12345 来电号码")
    firm = claim.enterprise
    if told and firm is not None:
        notices.tell_people(claim_desk.clerks_above(firm.region_id), f"{firm.called}可能打过 12345，请核对来电人",
                            about=f"claim.{claim.id}", words="名称相同的来电人，核对后才并入。")


def refuse_all(claim: Claim, *, actor: Actor) -> None:
    """The claim was not confirmed: nothing follows it."""
    for row in _waiting_of(claim.id):
        _settle(row, Decision.REFUSED, actor)


@operation
def settle(claim_id: int, *, actor: Actor, taken: Collection[int]) -> int:
    """核对来电人：those in ``taken`` are merged into the claimed enterprise, the others are said to be somebody else.

    For who may open the senders: a clerk of their region. Returns how many were merged. Raises NotFound, Refused.
    """
    claim = claim_desk.find(actor, claim_id)
    if claim is None:
        raise NotFound
    if claim.decision is not Decision.CONFIRMED:
        raise Refused("认领确认以后才能并入来电人。")
    rows = [row for row in _waiting_of(claim_id) if row.sender_id in _openable(actor, claim_id)]
    if not rows or set(taken) - {row.sender_id for row in rows}:
        raise Refused("来电人已由他人核对，请刷新页面查看。")
    for row in rows:
        if row.sender_id in taken:
            _take(row, claim, actor=actor, by=actor, reason="核对后确认是同一家企业打的 12345")
        else:
            _settle(row, Decision.REFUSED, actor)
    log.record("settle_senders", object_type="claim", object_id=claim_id, actor=actor,
               details={"taken": sorted(taken), "left": len(rows) - len(taken)})
    return len(taken)


def beside(actor: Actor, claim: Claim) -> Beside:
    """What waits beside a claim, as far as the actor may see it: three statements."""
    rows = list(db.session.scalars(_waiting(claim.id)))
    told, openable = [row for row in rows if not row.is_proven], _openable(actor, claim.id) if rows else set()
    open_ones = [row for row in told if row.sender_id in openable]
    tickets = _tickets_of([row.sender_id for row in open_ones], actor)
    names = _names_of([row.sender_id for row in open_ones])
    return Beside(
        proven=len(rows) - len(told),
        told=[
            Told(row, names[row.sender_id], len(tickets.get(row.sender_id, ())),
                 tickets.get(row.sender_id, [])[:TICKETS_SHOWN]) for row in open_ones
        ],
        hidden=len(told) - len(open_ones),
    )


def waiting(actor: Actor) -> list[Line]:
    """The confirmed claims with senders for the actor to look at, the oldest first; none for who is no clerk."""
    if not actor.holds(Role.CLERK):
        return []
    rows = (
        desks.visible_claims(actor)
        .join(ClaimedSender, ClaimedSender.claim_id == Claim.id)
        .where(Claim.decision == Decision.CONFIRMED, ClaimedSender.decided_at.is_(None),
               ClaimedSender.sender_id.in_(_visible_to(actor)))
        .with_only_columns(Claim.id, Claim.name, func.count())
        .group_by(Claim.id, Claim.name).order_by(Claim.id).limit(SHOWN)
    )
    return [Line(*row) for row in db.session.execute(rows)]


def _spellings(mobile: str) -> set[str]:
    """How a hotline may write a mobile."""
    parts = mobile[:3], mobile[3:7], mobile[7:]
    return {mobile, f"86{mobile}", f"+86{mobile}", " ".join(parts), "-".join(parts)}


def _waiting(claim_id: int) -> Select[ClaimedSender]:
    return select(ClaimedSender).where(
        ClaimedSender.claim_id == claim_id, ClaimedSender.decided_at.is_(None)
    ).order_by(ClaimedSender.id)


def _waiting_of(claim_id: int) -> Sequence[ClaimedSender]:
    """The same for this transaction alone."""
    rows = _waiting(claim_id).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(rows).all()


def _visible_to(actor: Actor) -> Select[int]:
    return scope.visible_enterprises(actor.only(Role.CLERK)).with_only_columns(Enterprise.id)


def _openable(actor: Actor, claim_id: int) -> set[int]:
    rows = select(ClaimedSender.sender_id).where(
        ClaimedSender.claim_id == claim_id, ClaimedSender.sender_id.in_(_visible_to(actor))
    )
    return set(db.session.scalars(rows))


def _tickets_of(sender_ids: Sequence[int], actor: Actor) -> dict[int, list[Ticket]]:
    found: dict[int, list[Ticket]] = {}
    rows = select(Ticket).where(Ticket.enterprise_id.in_(sender_ids), IS_DEMAND, open_to(actor, Ticket.id))
    rows = rows.order_by(Ticket.id.desc())
    for ticket in db.session.scalars(rows):
        found.setdefault(ticket.enterprise_id, []).append(ticket)
    return found


def _names_of(sender_ids: Sequence[int]) -> dict[int, str]:
    rows = select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_(sender_ids))
    return {sender_id: name for sender_id, name in db.session.execute(rows)}


def _take(row: ClaimedSender, claim: Claim, *, actor: Actor, by: Actor, reason: str) -> None:
    sender = db.session.get_one(Enterprise, row.sender_id)
    if sender.merged_into_id is not None or sender.claimed_at is not None:
        _settle(row, Decision.WITHDRAWN, actor)
        return
    _settle(row, Decision.CONFIRMED, actor)
    assert claim.enterprise is not None
    merge_enterprises(sender, actor=by, into=goes_on(claim.enterprise), reason=f"{reason}（认领 {claim.id}）")


def _settle(row: ClaimedSender, decision: Decision, actor: Actor) -> None:
    row.decision, row.decided_at, row.decided_by_id = decision, clock.now(), actor.user_id
