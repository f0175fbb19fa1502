"""下一步: the acts open to this person on this ticket. The table that guards an act draws its button (habit 11)."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.access import Role
from models.tickets import Act, Proposal, Status
from operations.clocks.lights import Light, light_of
from operations.insight.ticket_page.dossier import Dossier
from operations.tickets import workflow
from operations.tickets.proposals import DESKS
from operations.tickets.workflow import Step

# What a role comes for, the most pressing first; the first that is open is the primary button.
FIRST = (
    Act.SIGN, Act.CONTACT, Act.ACCEPT, Act.ANSWER, Act.DISPATCH, Act.REPORT_ASSISTANCE, Act.PROPOSE_RESULT, Act.REPLY,
    Act.FOLLOW_UP, Act.ACCEPT_INSTRUCTION,
)
# What stands beside it, in this order; everything else is folded.
BESIDE = (
    *FIRST, Act.REQUEST_SUPPLEMENT, Act.REQUEST_EXTENSION, Act.PROPOSE_SEND_BACK, Act.TRANSFER, Act.SUPERVISE,
    Act.RETURN_INSTRUCTION, Act.INSTRUCT, Act.ANSWER_INSTRUCTION, Act.CONSULT, Act.REMIND,
)
BESIDE_COUNT = 2
# What somebody came for and cannot do yet; that it is done already needs no telling in sight.
TOLD_WHEN_BARRED = (Act.DISPATCH, Act.PROPOSE_RESULT, Act.REPORT_ASSISTANCE, Act.FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class Offer:
    """One act; ``objection`` says why it cannot be done now."""

    act: Act
    objection: str | None = None

    @property
    def slug(self) -> str:
        """The last part of its URL."""
        return str(self.act).replace("_", "-")


@dataclass(frozen=True, slots=True)
class Panel:
    """The action panel: one primary act, some beside it, the rest folded.

    What cannot be done now is shown with the reason: ``barred`` in sight, as it is what the person came for, the
    others folded.
    """

    primary: Offer | None
    beside: list[Offer]
    folded: list[Offer]
    barred: list[Offer]
    blocked: list[Offer]
    signatures: list[Proposal]
    may_note: bool
    may_message: bool
    may_make_link: bool


def panel(d: Dossier) -> Panel:
    """What this person may do now."""
    offers = list(_offers(d))
    open_now = sorted((one for one in offers if not one.objection), key=_rank)
    primary = next((one for one in open_now if one.act in FIRST), None)
    rest = [one for one in open_now if one is not primary]
    beside = [one for one in rest if _belongs_beside(one, d)][:BESIDE_COUNT]
    closed = [one for one in offers if one.objection]
    barred = [one for one in closed if one.act in TOLD_WHEN_BARRED and primary is None]
    return Panel(
        primary=primary,
        beside=beside,
        folded=[one for one in rest if one not in beside],
        barred=barred,
        blocked=[one for one in closed if one not in barred],
        signatures=[proposal for proposal in d.proposals.values() if _is_mine(d, proposal)],
        may_note=may(d, Act.NOTE),
        may_message=may(d, Act.MESSAGE),
        may_make_link=_may_make_link(d),
    )


def may(d: Dossier, act: Act) -> bool:
    """Whether the table has the act for this person here."""
    return any(step.act is act and d.standing_for(step) for step in workflow.open_to(d.ticket.status, d.actor.roles))


def _may_make_link(d: Dossier) -> bool:
    """A rating link is made by a clerk who may follow up, while the rating is waited for (``ratings.links``)."""
    if d.ticket.status is not Status.FOLLOWED_UP or d.is_rated:
        return False
    return d.standing_for(workflow.find(Act.FOLLOW_UP, Status.REPLIED)) is not None and not d.why_to_keep_out


def _offers(d: Dossier) -> Iterator[Offer]:
    for step in workflow.open_to(d.ticket.status, d.actor.roles):
        if not step.is_offered:
            continue
        d.standing = d.standing_for(step)
        if d.standing is not None:
            yield Offer(step.act, objection(d, step))


def objection(d: Dossier, step: Step) -> str | None:
    """The sentence of the first check that fails."""
    return next((words for words in (check(d) for check in step.checks) if words), None)


def _belongs_beside(offer: Offer, d: Dossier) -> bool:
    """Supervision is in sight only where something is late."""
    if offer.act is Act.SUPERVISE:
        return light_of(d.ticket, d.now) in (Light.RED, Light.DARK_RED)
    return offer.act in BESIDE


def _rank(offer: Offer) -> int:
    return BESIDE.index(offer.act) if offer.act in BESIDE else len(BESIDE)


def _is_mine(d: Dossier, proposal: Proposal) -> bool:
    """Whether the proposal lies on a desk of this person's, as ``access.scope`` says."""
    role = DESKS[proposal.stage]
    if role is not Role.UNIT_LEADER:
        return d.actor.post_above(d.ticket.region_path, roles=(role,)) is not None
    paths = {unit.id: unit.path for _, unit in d.orders}
    return any(paths.get(proposal.unit_id, "").startswith(post.unit_path) for post in d.actor.posts_as(role))
