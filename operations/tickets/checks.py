"""What may stand against an act beyond role and status. Each answers None, or the sentence that says why not.

The workflow table names them: the same check refuses the act and greys its button (habit 11).
"""

from typing import TYPE_CHECKING

from models.access import Role
from models.supervision import Level
from models.tickets import OrderOutcome, ProposalKind, SigningStage, Status, TicketKind
from operations.clocks.calendar import Limit
from operations.tickets import avoidance

if TYPE_CHECKING:
    from operations.tickets.situation import Situation


def supplement_not_yet_requested(s: "Situation") -> str | None:
    """一次性告知 is once per ticket."""
    return "每件诉求只能一次性告知一次，之前已经告知过。" if s.ticket.supplement_requested_at else None


def is_consultation(s: "Situation") -> str | None:
    """Only 咨询 is answered without a unit."""
    return None if s.ticket.kind is TicketKind.CONSULTATION else "只有咨询可以直接答复，其他诉求请派单。"


def ruled_by_the_centre(s: "Situation") -> str | None:
    """After the second return the next dispatch is a ruling, and rulings are the service centre's."""
    returns = sum(order.outcome is OrderOutcome.SENT_BACK for order, _ in s.orders)
    is_the_centre = s.standing is not None and s.standing.role is Role.CLERK
    return "已两次退回，由企业服务中心裁定主办单位。" if returns >= 2 and not is_the_centre else None


def own_order_unsigned(s: "Situation") -> str | None:
    """One signature per order."""
    order = s.own_order(s.standing) if s.standing else None
    return "本单位已经签收。" if order is None or order.signed_at else None


def enterprise_not_yet_contacted(s: "Situation") -> str | None:
    """The first contact is the first."""
    return None if s.lead_order and s.lead_order.contacted_at is None else "已经登记过首次联系。"


def not_ruled(s: "Situation") -> str | None:
    """After a ruling or a second return nobody returns it again."""
    return "归属已经裁定，不能再退回；确有困难请申请会商。" if s.ticket.ruled_at else None


def within_send_back_window(s: "Situation") -> str | None:
    """≤ 1 working day after dispatch."""
    if s.lead_order is None:
        return "没有在办的主办单位。"
    window = Limit.stored(s.rules.policy("send_back")["window"])
    until = s.rules.calendar.due(s.lead_order.ordered_at, window).due_at
    return None if s.now <= until else f"退回须在派单后 {window.label}内提出，现已超过。"


def no_open_send_back(s: "Situation") -> str | None:
    """One open proposal of a kind."""
    return _no_open(s, ProposalKind.SEND_BACK)


def send_back_proposed(s: "Situation") -> str | None:
    """The leader countersigns what an officer proposed."""
    return _with(s, ProposalKind.SEND_BACK, SigningStage.UNIT_LEADER)


def case_clock_not_lapsed(s: "Situation") -> str | None:
    """An extension is asked for before expiry only."""
    lapsed = s.case_clock is not None and s.now > s.case_clock.due_at
    return "延期只能在到期前申请，本件已经逾期。" if lapsed else None


def extension_left(s: "Situation") -> str | None:
    """One by the clerk, a second by the supervisor, no third."""
    return "本轮已经延期两次，不能再延。" if s.extensions_granted >= 2 else None


def no_open_extension(s: "Situation") -> str | None:
    """One open proposal of a kind."""
    return _no_open(s, ProposalKind.EXTENSION)


def extension_with_leader(s: "Situation") -> str | None:
    """It lies on the unit leader's desk."""
    return _with(s, ProposalKind.EXTENSION, SigningStage.UNIT_LEADER)


def extension_with_approver(s: "Situation") -> str | None:
    """It lies on the clerk's desk, or a second one on the supervisor's."""
    proposal = s.proposals.get(ProposalKind.EXTENSION)
    if proposal is None or s.standing is None:
        return "没有待审批的延期申请。"
    desk = {SigningStage.CLERK: Role.CLERK, SigningStage.SUPERVISOR: Role.SUPERVISOR}.get(proposal.stage)
    return None if desk is s.standing.role else f"该延期申请{proposal.stage.label}。"


def not_on_ledger(s: "Situation") -> str | None:
    """What is on the ledger stands still."""
    return "本件正在挂账，请先销号或等复核日恢复。" if s.ledger_entry else None


def on_ledger(s: "Situation") -> str | None:
    """Only what is on the ledger is struck off."""
    return None if s.ledger_entry else "本件没有挂账。"


def no_open_ledger_proposal(s: "Situation") -> str | None:
    """One open proposal of a kind."""
    return _no_open(s, ProposalKind.LEDGER)


def ledger_proposed(s: "Situation") -> str | None:
    """The supervisor decides what the unit's leader proposed."""
    return _with(s, ProposalKind.LEDGER, SigningStage.SUPERVISOR)


def no_open_strike_off(s: "Situation") -> str | None:
    """One open proposal of a kind."""
    return _no_open(s, ProposalKind.STRIKE_OFF)


def strike_off_proposed(s: "Situation") -> str | None:
    """The reviewer strikes off what the leader proposed."""
    return _with(s, ProposalKind.STRIKE_OFF, SigningStage.SUPERVISOR)


def has_open_assistance(s: "Situation") -> str | None:
    """There is somebody to waive."""
    return None if s.open_assistance else "没有在办的协办单位。"


def no_open_assistance(s: "Situation") -> str | None:
    """办结报送 is refused while an assisting order is open."""
    count = len(s.open_assistance)
    return f"还有 {count} 个协办单位没有报送，不能办结；确需办结请服务中心免除协办。" if count else None


def no_open_result(s: "Situation") -> str | None:
    """One open proposal of a kind."""
    return _no_open(s, ProposalKind.RESULT)


def result_proposed(s: "Situation") -> str | None:
    """The leader signs what an officer wrote."""
    return _with(s, ProposalKind.RESULT, SigningStage.UNIT_LEADER)


def outside_the_chain(s: "Situation") -> str | None:
    """回避: nobody follows up what they handled (domain.md §4 invariant 7)."""
    return avoidance.words_of(s.why_to_keep_out) or None


def no_open_finding(s: "Situation") -> str | None:
    """A finding of 不合理 that waits is decided first."""
    return "已提请认定诉求不合理，等督办员复核。" if s.open_finding else None


def found_by_another(s: "Situation") -> str | None:
    """It is countersigned by somebody else, who had no part in the case."""
    if s.open_finding is None:
        return "没有待复核的不合理认定。"
    if s.open_finding.found_by_id == s.actor.user_id:
        return "您自己提请的，须由另一人复核。"
    return avoidance.words_of(s.why_to_keep_out, to_do="复核") or None


def need_not_be_called(s: "Situation") -> str | None:
    """What must be called is spared by no draw."""
    return f"本件必须回访：{'、'.join(s.musts)}。" if s.musts else None


def became_a_must(s: "Situation") -> str | None:
    """A spared one is called after all when a reason has come since."""
    return None if s.musts else "本件没有必须回访的理由。"


def not_yet_rated(s: "Situation") -> str | None:
    """One rating per ticket and round."""
    return "本轮已经评价过。" if s.is_rated else None


def main_ticket_followed_up(s: "Situation") -> str | None:
    """Each merged enterprise rates once the main ticket has its outcome."""
    main = s.ticket.merged_into
    done = main is not None and main.status in (Status.FOLLOWED_UP, Status.CLOSED)
    return None if done else "主件还没有办完，办完后即可评价。"


def within_reopen_window(s: "Situation") -> str | None:
    """The enterprise may reopen for 10 working days; clerk and supervisor at any time."""
    if s.standing is None or s.standing.role is not Role.ENTERPRISE_MEMBER or s.ticket.closed_at is None:
        return None
    window = Limit.stored(s.rules.policy("reopen")["window"])
    until = s.rules.calendar.due(s.ticket.closed_at, window).due_at
    return None if s.now <= until else f"办结已超过 {window.label}，请作为新诉求提交。"


def has_open_instruction(s: "Situation") -> str | None:
    """There is an instruction to answer."""
    return None if s.open_instructions else "没有待落实的批示。"


def has_answered_instruction(s: "Situation") -> str | None:
    """There is an answer to an instruction of the actor's own, or of a leader who has left."""
    return None if s.instructions_to_judge else "没有待认可的批示回报。"


def can_be_supervised(s: "Situation") -> str | None:
    """The centre issues the first order; the next one comes from a higher office."""
    if not s.clocks:
        return "本件没有在走的时限，不能督办。"
    rung = s.open_supervision.level.rung if s.open_supervision else 0
    return above_its_rung(s.standing.role, rung) if s.standing else None


def above_its_rung(role: Role, rung: int) -> str | None:
    """Why this office may not issue the order above ``rung``, the highest that stands (0: none)."""
    if role is Role.CLERK and rung >= Level.FIRST.rung:
        return "已发出一次督办，再往上由营商办督办。"
    if role is Role.SUPERVISOR and rung >= Level.TALK.rung:
        return "已经提请约谈；再往上是移交问责，须另行提请、由领导批准。"
    return None


def not_paused(s: "Situation") -> str | None:
    """What stands still is not merged: the pause would be lost when the merge is undone."""
    return "本件时限正在暂停，恢复计时后才能并单。" if any(clock.paused_at for clock in s.clocks) else None


def not_refusing(s: "Situation") -> str | None:
    """While a refusal is on its way up the ticket goes nowhere else: neither away nor to an end."""
    return "正在否定报备，有结论后才能操作。" if s.ticket.refusing_since else None


def is_refusing(s: "Situation") -> str | None:
    """There is a refusal on its way."""
    return None if s.ticket.refusing_since else "没有在报的否定。"


def not_refused_to_refuse(s: "Situation") -> str | None:
    """What a level or the review has ordered to be handled is handled."""
    return "本轮的否定已被否决，应当继续办理。" if s.must_be_handled else None


def nothing_proposed(s: "Situation") -> str | None:
    """A result, a return or an entry on the ledger that waits is decided first."""
    waiting = (ProposalKind.RESULT, ProposalKind.SEND_BACK, ProposalKind.LEDGER)
    return next((words for words in (_no_open(s, kind) for kind in waiting) if words), None)


def on_my_level(s: "Situation") -> str | None:
    """The refusal lies on a desk that is the actor's; nobody signs twice, and nobody what they reported."""
    if s.refusal_desk is None:
        return "没有等签批的否定报备。"
    level, people = s.refusal_desk
    return None if s.actor.user_id in people else f"现在由{level.label}签批。"


def review_awaited(s: "Situation") -> str | None:
    """The office has not reviewed it yet."""
    return None if s.refusal is not None and s.refusal.reviewed_at is None else "没有待联审的否定报备。"


def climbed_and_upheld(s: "Situation") -> str | None:
    """The one way to ``refused``: the refusal of this round has ended so."""
    return None if s.was_upheld else "否定报备没有走完，不能不予办理。"


def _no_open(s: "Situation", kind: ProposalKind) -> str | None:
    return f"已有一份{kind.label}在等签批。" if kind in s.proposals else None


def _with(s: "Situation", kind: ProposalKind, stage: SigningStage) -> str | None:
    proposal = s.proposals.get(kind)
    return None if proposal and proposal.stage is stage else f"没有{stage.label}的{kind.label}。"
