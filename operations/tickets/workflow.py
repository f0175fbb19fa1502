"""The workflow as data. Guards, buttons, clocks, docs/workflow.md and the tests all read this table (domain.md §4)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from models.access import Role
from models.clocks import ClockKind
from models.tickets import Act, OrderRole, Status
from models.tickets.workflow import OPEN_STATUSES
from operations.errors import IllegalTransition
from operations.tickets import checks

if TYPE_CHECKING:
    from operations.tickets.situation import Situation

A, R, S, K = Act, Role, Status, ClockKind
Check: TypeAlias = "Callable[[Situation], str | None]"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: who may do ``act`` from where to where, and what it does to the clocks.

    ``targets`` empty: the status stays. ``order``: officers and leaders act for a unit that holds this order, None
    being any. ``checks`` answer None, or the sentence why not; they guard the act and grey its button. A stage clock
    among ``starts`` starts only where the ticket then stands. ``is_offered``: whether the action panel shows it.
    """

    act: Act
    sources: frozenset[Status]
    targets: tuple[Status, ...]
    roles: frozenset[Role]
    order: OrderRole | None = None
    starts: tuple[ClockKind, ...] = ()
    stops: tuple[ClockKind, ...] = ()
    drops: tuple[ClockKind, ...] = ()
    pauses: bool = False
    resumes: bool = False
    opens_round: bool = False
    is_public: bool = False
    checks: tuple[Check, ...] = ()
    needs: str = ""
    rule: str = ""
    is_offered: bool = True


def _step(
    act: Act, sources: Status | Iterable[Status], targets: Status | Iterable[Status], roles: Iterable[Role], **rest: Any
) -> Step:
    as_set = frozenset({sources}) if isinstance(sources, Status) else frozenset(sources)
    aims = (targets,) if isinstance(targets, Status) else tuple(targets)
    return Step(act, as_set, aims, frozenset(roles), **rest)


OPEN = OPEN_STATUSES
# A 差评 is put right after the ticket has ended, and an order about that is signed for and answered like any other.
SUPERVISED = OPEN | {S.CLOSED, S.MERGED}
BEFORE_HANDLED = {S.SUBMITTED, S.AWAITING_SUPPLEMENT, S.COORDINATING, S.HANDLING}
UNIT = {R.CASE_OFFICER, R.UNIT_LEADER}
LEAD = OrderRole.LEAD
CHAIN = {R.UNIT_LEADER, R.LEADER}

STEPS: tuple[Step, ...] = (
    _step(A.SUBMIT, (), S.SUBMITTED, {R.ENTERPRISE_MEMBER, R.STEWARD, R.CLERK, R.SYSTEM}, starts=(K.ACCEPTANCE,),
          is_public=True, is_offered=False, needs="主题、内容、类型、企业", rule="回执带编号、摘要和可查验的二维码"),
    _step(A.REQUEST_SUPPLEMENT, S.SUBMITTED, S.AWAITING_SUPPLEMENT, {R.STEWARD, R.CLERK}, starts=(K.SUPPLEMENT,),
          pauses=True, is_public=True, checks=(checks.supplement_not_yet_requested,),
          needs="缺少材料的完整清单", rule="每件只能一次；受理时限暂停"),
    _step(A.SUPPLEMENT, S.AWAITING_SUPPLEMENT, S.SUBMITTED, {R.ENTERPRISE_MEMBER, R.STEWARD}, stops=(K.SUPPLEMENT,),
          resumes=True, is_public=True, needs="文字或材料", rule="时限恢复计算"),
    _step(A.LAPSE_SUPPLEMENT, S.AWAITING_SUPPLEMENT, S.WITHDRAWN, {R.SYSTEM}, is_public=True, is_offered=False,
          rule="补正期满未补正，视为撤回并通知企业"),
    _step(A.ACCEPT, S.SUBMITTED, S.COORDINATING, {R.STEWARD, R.CLERK}, stops=(K.ACCEPTANCE,), starts=(K.COORDINATION,),
          is_public=True, needs="事项类别、难易程度、是否保密", rule="首问负责，到派单为止"),
    _step(A.ANSWER, S.COORDINATING, S.HANDLED, {R.STEWARD, R.CLERK}, stops=(K.COORDINATION, K.HANDLING),
          starts=(K.REPLY,), is_public=True, checks=(checks.is_consultation,), needs="答复内容", rule="仅限咨询"),
    _step(A.DISPATCH, S.COORDINATING, S.HANDLING, {R.STEWARD, R.CLERK}, stops=(K.COORDINATION,),
          starts=(K.HANDLING, K.SIGNING, K.CONTACT, K.ASSISTING), is_public=True, checks=(checks.ruled_by_the_centre,),
          needs="一个主办单位、协办单位、派单依据",
          rule="时限从派单起算，不待签收；办结时限在一轮内只起算一次；两次退回后由服务中心裁定"),
    _step(A.SIGN, S.HANDLING, (), UNIT, stops=(K.SIGNING,), checks=(checks.own_order_unsigned,), rule="只停签收时限"),
    _step(A.CONTACT, S.HANDLING, (), UNIT, order=LEAD, stops=(K.CONTACT,), is_public=True,
          checks=(checks.enterprise_not_yet_contacted,), needs="联系方式、联系人", rule="只停首次联系时限"),
    _step(A.PROPOSE_SEND_BACK, S.HANDLING, (), {R.CASE_OFFICER}, order=LEAD,
          checks=(checks.not_ruled, checks.within_send_back_window, checks.no_open_send_back, checks.not_refusing),
          needs="理由、法律依据、建议单位", rule="派单后 1 个工作日内，须单位负责人签批"),
    _step(A.SEND_BACK, S.HANDLING, S.COORDINATING, {R.UNIT_LEADER}, order=LEAD, starts=(K.COORDINATION,),
          drops=(K.SIGNING, K.CONTACT), is_offered=False,
          checks=(checks.not_ruled, checks.send_back_proposed, checks.not_refusing),
          needs="单位负责人签批", rule="办结时限不停、不重新计算；计入该单位退回次数；裁定后不得再退"),
    _step(A.TRANSFER, S.HANDLING, (), {R.CLERK}, starts=(K.SIGNING, K.CONTACT), drops=(K.SIGNING, K.CONTACT),
          is_public=True, checks=(checks.not_refusing,), needs="新主办单位、理由", rule="办结时限不停、不重新计算"),
    _step(A.CONSULT, {S.COORDINATING, S.HANDLING}, (), {R.CLERK, R.SUPERVISOR}, starts=(K.SIGNING, K.ASSISTING),
          needs="参加单位、日期、结论", rule="办理中会商定下的单位成为协办单位"),
    _step(A.REQUEST_EXTENSION, S.HANDLING, (), {R.CASE_OFFICER}, order=LEAD,
          checks=(checks.case_clock_not_lapsed, checks.not_on_ledger, checks.extension_left, checks.no_open_extension),
          needs="理由、依据、延至日期", rule="只能在到期前提出；一次，不超过原时限；第二次只能由督办员批准"),
    _step(A.ENDORSE_EXTENSION, S.HANDLING, (), {R.UNIT_LEADER}, order=LEAD, is_offered=False,
          checks=(checks.extension_with_leader,), rule="单位负责人同意后转服务中心"),
    _step(A.GRANT_EXTENSION, S.HANDLING, (), {R.CLERK, R.SUPERVISOR}, is_offered=False, is_public=True,
          checks=(checks.extension_with_approver,), rule="原到期日保留并公开；按时办结率两种口径都报"),
    _step(A.PROPOSE_LEDGER, S.HANDLING, (), {R.UNIT_LEADER}, order=LEAD,
          checks=(checks.not_on_ledger, checks.no_open_ledger_proposal, checks.not_refusing), needs="类别、证据、复核日期（90 天内）",
          rule="须督办员批准"),
    _step(A.ENTER_ON_LEDGER, S.HANDLING, (), {R.SUPERVISOR}, pauses=True, is_public=True, is_offered=False,
          checks=(checks.ledger_proposed, checks.not_refusing), rule="各时限以暂停区间停住，复核日自动恢复"),
    _step(A.RESUME_FROM_LEDGER, S.HANDLING, (), {R.SYSTEM}, resumes=True, is_public=True, is_offered=False,
          checks=(checks.on_ledger,), rule="到复核日自动恢复"),
    _step(A.PROPOSE_STRIKE_OFF, S.HANDLING, (), {R.UNIT_LEADER}, order=LEAD,
          checks=(checks.on_ledger, checks.no_open_strike_off), needs="销号证据、企业意见", rule="负责人签字，督办员复核"),
    _step(A.STRIKE_OFF, S.HANDLING, (), {R.SUPERVISOR}, resumes=True, is_public=True, is_offered=False,
          checks=(checks.on_ledger, checks.strike_off_proposed), rule="销号后时限恢复"),
    _step(A.DECLINE_PROPOSAL, S.HANDLING, (), {R.UNIT_LEADER, R.CLERK, R.SUPERVISOR}, is_offered=False,
          needs="理由", rule="不同意的提请保留在案"),
    _step(A.REPORT_ASSISTANCE, S.HANDLING, (), UNIT, order=OrderRole.ASSIST, stops=(K.ASSISTING, K.SIGNING),
          needs="协办情况", rule="停本单位协办时限"),
    _step(A.WAIVE_ASSISTANCE, S.HANDLING, (), {R.CLERK}, drops=(K.ASSISTING, K.SIGNING),
          checks=(checks.has_open_assistance,),
          needs="单位、理由", rule="免除协办须说明理由并留下批准人"),
    _step(A.PROPOSE_RESULT, S.HANDLING, (), {R.CASE_OFFICER}, order=LEAD,
          checks=(checks.no_open_assistance, checks.not_on_ledger, checks.no_open_result, checks.not_refusing),
          needs="结果、说明、证据", rule="须单位负责人签批"),
    _step(A.REPORT_RESULT, S.HANDLING, S.HANDLED, {R.UNIT_LEADER}, order=LEAD, stops=(K.HANDLING, K.SIGNING, K.CONTACT),
          starts=(K.REPLY,), is_public=True, is_offered=False,
          checks=(checks.no_open_assistance, checks.not_on_ledger, checks.result_proposed, checks.not_refusing),
          needs="单位负责人签批", rule="协办未完不能报送"),
    _step(A.REPLY, S.HANDLED, S.REPLIED, {R.STEWARD, R.CLERK}, stops=(K.REPLY,), starts=(K.FOLLOW_UP,), is_public=True,
          needs="方式、时间、企业第一反应", rule="管家向企业反馈；没有管家的由服务中心反馈"),
    _step(A.ATTEMPT_FOLLOW_UP, S.REPLIED, (), {R.CLERK}, is_offered=False,
          checks=(checks.outside_the_chain, checks.no_open_finding),
          rule="不同日期三次未接通，转入评价"),
    _step(A.FOLLOW_UP, S.REPLIED, S.FOLLOWED_UP, {R.CLERK}, stops=(K.FOLLOW_UP,), starts=(K.RATING,), is_public=True,
          checks=(checks.outside_the_chain, checks.no_open_finding),
          needs="是否接通、是否解决、是否满意、原话", rule="与本件有关的人回避"),
    _step(A.REWORK, S.REPLIED, (S.HANDLING, S.COORDINATING), {R.CLERK}, stops=(K.FOLLOW_UP,), opens_round=True,
          starts=(K.HANDLING, K.COORDINATION, K.SIGNING, K.CONTACT), is_public=True, is_offered=False,
          checks=(checks.outside_the_chain, checks.no_open_finding),
          rule="未解决或不满意：开新一轮，上一轮连同时限冻结；直接答复的回到协调"),
    _step(A.FIND_UNREASONABLE, S.REPLIED, (), {R.CLERK}, stops=(K.FOLLOW_UP,), starts=(K.COUNTERSIGN,),
          is_offered=False, checks=(checks.outside_the_chain, checks.no_open_finding),
          needs="未解决或不满意的回访、理由和依据", rule="回访员认为诉求不合理的，须督办员复核，复核前不开新一轮"),
    _step(A.AGREE_UNREASONABLE, S.REPLIED, S.FOLLOWED_UP, {R.SUPERVISOR}, stops=(K.COUNTERSIGN,), starts=(K.RATING,),
          is_public=True, is_offered=False, checks=(checks.found_by_another,), needs="理由（企业看得到）",
          rule="复核人不是提请人，不在主办、协办单位，不是该企业的管家；同意的转入评价"),
    _step(A.DECLINE_UNREASONABLE, S.REPLIED, (S.HANDLING, S.COORDINATING), {R.SUPERVISOR}, stops=(K.COUNTERSIGN,),
          opens_round=True, starts=(K.HANDLING, K.COORDINATION, K.SIGNING, K.CONTACT), is_public=True,
          is_offered=False, checks=(checks.found_by_another,), needs="理由", rule="不同意的按回访的原因开新一轮"),
    _step(A.SPARE_FOLLOW_UP, S.REPLIED, S.FOLLOWED_UP, {R.SYSTEM}, drops=(K.FOLLOW_UP,), starts=(K.RATING,),
          is_public=True, is_offered=False, checks=(checks.need_not_be_called,),
          rule="按抽样方案没有抽中的，直接请企业评价；方案、种子和抽样数留存，谁都可以复算"),
    _step(A.CALL_AFTER_ALL, S.FOLLOWED_UP, S.REPLIED, {R.SYSTEM}, drops=(K.RATING,), starts=(K.FOLLOW_UP,),
          is_offered=False, checks=(checks.became_a_must,), rule="免访之后又被督办、批示的，回到待回访"),
    _step(A.RATE, S.FOLLOWED_UP, S.CLOSED, {R.ENTERPRISE_MEMBER}, stops=(K.RATING,), is_public=True,
          checks=(checks.not_yet_rated,), needs="五个等级之一", rule="每件每轮一次，不能改；匿名的什么也不改变，评价期满才结案"),
    _step(A.RATE, S.MERGED, (), {R.ENTERPRISE_MEMBER}, is_public=True,
          checks=(checks.main_ticket_followed_up, checks.not_yet_rated), rule="并单的各企业各自评价"),
    _step(A.LAPSE_RATING, S.FOLLOWED_UP, S.CLOSED, {R.SYSTEM}, stops=(K.RATING,), is_public=True, is_offered=False,
          rule="逾期记为未评价，不是等级，不进入满意率"),
    _step(A.WITHDRAW, BEFORE_HANDLED, S.WITHDRAWN, {R.ENTERPRISE_MEMBER}, is_public=True, needs="理由", rule="保留并计数"),
    _step(A.REOPEN, S.CLOSED, (S.HANDLING, S.COORDINATING), {R.ENTERPRISE_MEMBER, R.CLERK, R.SUPERVISOR},
          starts=(K.HANDLING, K.COORDINATION, K.SIGNING, K.CONTACT), opens_round=True, is_public=True,
          checks=(checks.within_reopen_window,),
          needs="理由", rule="开新一轮；企业在办结后 10 个工作日内"),
    _step(A.MERGE, OPEN, S.MERGED, {R.CLERK}, is_public=True, checks=(checks.not_paused, checks.not_refusing),
          needs="主件编号、理由", rule="随主件办理，可撤销"),
    _step(A.UNMERGE, S.MERGED, tuple(OPEN), {R.CLERK}, is_public=True, needs="理由", rule="回到并单前的状态，时限接着算"),
    _step(A.INSTRUCT, OPEN, (), {R.LEADER}, starts=(K.INSTRUCTION,), needs="批示内容、时限", rule="有自己的时限和回报责任"),
    _step(A.ANSWER_INSTRUCTION, OPEN, (), {R.UNIT_LEADER, R.CLERK}, stops=(K.INSTRUCTION,),
          checks=(checks.has_open_instruction,), needs="落实情况", rule="停批示时限"),
    _step(A.ACCEPT_INSTRUCTION, frozenset(S), (), {R.LEADER}, checks=(checks.has_answered_instruction,),
          rule="批示人认可回报，批示才算落实"),
    _step(A.RETURN_INSTRUCTION, OPEN, (), {R.LEADER}, starts=(K.INSTRUCTION,),
          checks=(checks.has_answered_instruction,), needs="理由、时限", rule="批示人退回重报，另起批示时限；原时限的超时不销"),
    _step(A.NOTE, frozenset(S), (), {R.STEWARD, *UNIT, R.CLERK, R.SUPERVISOR}, is_offered=False, rule="企业看不到"),
    _step(A.MESSAGE, OPEN, (), {R.ENTERPRISE_MEMBER, R.STEWARD, *UNIT, R.CLERK, R.SYSTEM}, is_public=True,
          is_offered=False, rule="企业看得到；导入时系统记下原渠道的答复"),
    _step(A.REMIND, OPEN, (), {R.STEWARD, R.CLERK, R.SUPERVISOR}, needs="催办内容", rule="通知当前责任人"),
    _step(A.REMIND_BY_PHONE, OPEN, (), {R.CLERK, R.SUPERVISOR}, is_offered=False, needs="打给谁、何时、结果、对方怎么说",
          rule="记在督办上，号码只留掩码"),
    _step(A.SUPERVISE, OPEN, (), {R.CLERK, R.SUPERVISOR}, checks=(checks.can_be_supervised,), needs="事由",
          rule="服务中心只能一次督办；二次督办由上一级的营商办发出"),
    _step(A.SIGN_SUPERVISION, SUPERVISED, (), UNIT, is_offered=False, rule="停督办签收时限"),
    _step(A.ANSWER_SUPERVISION, SUPERVISED, (), UNIT, is_offered=False, needs="答复", rule="停督办答复时限"),
    _step(A.ACCEPT_ANSWER, SUPERVISED, (), {R.CLERK, R.SUPERVISOR}, is_offered=False, rule="办件推进后解除"),
    _step(A.REJECT_ANSWER, SUPERVISED, (), {R.CLERK, R.SUPERVISOR}, is_offered=False, needs="理由", rule="两次退回升级"),
    _step(A.REPORT_REFUSAL, S.HANDLING, (), {R.CASE_OFFICER}, order=LEAD,
          starts=(K.REFUSAL_LEVEL, K.GOVERNMENT_LEVEL, K.JOINT_REVIEW),
          checks=(checks.not_refusing, checks.not_refused_to_refuse, checks.not_on_ledger, checks.nothing_proposed),
          needs="理由、法律条款、替代办法、是否一次性告知", rule="没有拒办按钮：逐级签批并联审；办结时限照常计算"),
    _step(A.ENDORSE_REFUSAL, S.HANDLING, (), CHAIN, order=LEAD, stops=(K.REFUSAL_LEVEL, K.GOVERNMENT_LEVEL),
          starts=(K.REFUSAL_LEVEL, K.GOVERNMENT_LEVEL), is_offered=False, checks=(checks.on_my_level,),
          rule="每级 1 个工作日；报到规定的一级为止"),
    _step(A.PASS_VACANCY, S.HANDLING, (), {R.SYSTEM}, is_offered=False, checks=(checks.is_refusing,),
          rule="岗位空缺的一级跳过并留记录"),
    _step(A.ORDER_HANDLING, S.HANDLING, (), CHAIN, order=LEAD, stops=(K.REFUSAL_LEVEL, K.GOVERNMENT_LEVEL),
          drops=(K.JOINT_REVIEW,), is_offered=False, checks=(checks.on_my_level,), needs="理由",
          rule="任何一级要求办理即终止否定，本轮不得再报"),
    _step(A.NAME_REVIEWERS, S.HANDLING, (), {R.SUPERVISOR}, is_offered=False, checks=(checks.review_awaited,),
          needs="有关单位的在岗人员", rule="报备单位的人和签批人回避；成员本人登录发表意见，发表后不能改"),
    _step(A.RELEASE_REVIEWER, S.HANDLING, (), {R.SUPERVISOR}, is_offered=False, checks=(checks.review_awaited,),
          rule="还没有发表意见的成员可以换"),
    _step(A.UPHOLD_REFUSAL, S.HANDLING, (), {R.SUPERVISOR}, stops=(K.JOINT_REVIEW,), is_offered=False,
          checks=(checks.review_awaited,), needs="至少三名成员的意见、结论", rule="2 个工作日内联审；过半数成员同意维持"),
    _step(A.VETO_REFUSAL, S.HANDLING, (), {R.SUPERVISOR}, stops=(K.JOINT_REVIEW,),
          drops=(K.REFUSAL_LEVEL, K.GOVERNMENT_LEVEL), is_offered=False, checks=(checks.review_awaited,),
          needs="至少三名成员的意见、结论", rule="撤销、责令重办、完善告知：继续办理，结论附在办件上"),
    _step(A.CONCLUDE_REFUSAL, S.HANDLING, S.REFUSED, {R.SYSTEM}, stops=(K.HANDLING,), is_public=True, is_offered=False,
          checks=(checks.climbed_and_upheld,), rule="签到规定的一级并且联审维持，由系统办结；企业收到理由、依据和替代办法"),
)


def find(act: Act, status: Status | None) -> Step:
    """The row for ``act`` from ``status`` (None: nothing yet). Raises IllegalTransition."""
    for step in STEPS:
        if step.act is act and (status in step.sources if status else not step.sources):
            return step
    raise IllegalTransition(act.label, status.label if status else "未登记")


def open_to(status: Status, roles: frozenset[Role]) -> Iterator[Step]:
    """The rows that lead on from ``status`` for somebody with one of ``roles``."""
    return (step for step in STEPS if status in step.sources and not roles.isdisjoint(step.roles))


def named(act: Act) -> Step:
    """The first row of ``act``, whatever the status: what it needs and the rule that is shown beside its form."""
    return next(step for step in STEPS if step.act is act)
