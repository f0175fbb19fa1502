"""The words of the loop: stages, statuses and acts, each with its Chinese label (domain.md §4)."""

from models.base import LabelledEnum


class Stage(LabelledEnum):
    """The six stations of the rail."""

    ACCEPTANCE = "acceptance", "受理"
    COORDINATION = "coordination", "协调"
    HANDLING = "handling", "办理"
    REPLY = "reply", "反馈"
    FOLLOW_UP = "follow_up", "回访"
    RATING = "rating", "评价"


class Status(LabelledEnum):
    """Where a ticket stands on the main line."""

    SUBMITTED = "submitted", "待受理"
    AWAITING_SUPPLEMENT = "awaiting_supplement", "待补正"
    COORDINATING = "coordinating", "协调中"
    HANDLING = "handling", "办理中"
    HANDLED = "handled", "待反馈"
    REPLIED = "replied", "待回访"
    FOLLOWED_UP = "followed_up", "待评价"
    CLOSED = "closed", "已办结"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "不予办理"
    MERGED = "merged", "已并单"

    @property
    def stage(self) -> Stage | None:
        """The station of the rail a ticket of this status stands at; None once it has left the line."""
        return _STAGES.get(self)

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes something."""
        return self in _STAGES


_STAGES = {
    Status.SUBMITTED: Stage.ACCEPTANCE,
    Status.AWAITING_SUPPLEMENT: Stage.ACCEPTANCE,
    Status.COORDINATING: Stage.COORDINATION,
    Status.HANDLING: Stage.HANDLING,
    Status.HANDLED: Stage.REPLY,
    Status.REPLIED: Stage.FOLLOW_UP,
    Status.FOLLOWED_UP: Stage.RATING,
}
OPEN_STATUSES = frozenset(_STAGES)
CLOSED_STATUSES = frozenset(Status) - OPEN_STATUSES


class Act(LabelledEnum):
    """Everything that can be done to a ticket. The table of who, when and to what is operations.tickets.workflow."""

    SUBMIT = "submit", "提交"
    REQUEST_SUPPLEMENT = "request_supplement", "一次性告知"
    SUPPLEMENT = "supplement", "补正"
    LAPSE_SUPPLEMENT = "lapse_supplement", "逾期未补正"
    ACCEPT = "accept", "受理"
    ANSWER = "answer", "直接答复"
    DISPATCH = "dispatch", "派单"
    SIGN = "sign", "签收"
    CONTACT = "contact", "首次联系"
    PROPOSE_SEND_BACK = "propose_send_back", "提请退回"
    SEND_BACK = "send_back", "退回"
    TRANSFER = "transfer", "转办"
    CONSULT = "consult", "会商"
    REQUEST_EXTENSION = "request_extension", "申请延期"
    ENDORSE_EXTENSION = "endorse_extension", "同意上报延期"
    GRANT_EXTENSION = "grant_extension", "批准延期"
    PROPOSE_LEDGER = "propose_ledger", "提请挂账"
    ENTER_ON_LEDGER = "enter_on_ledger", "挂账"
    RESUME_FROM_LEDGER = "resume_from_ledger", "挂账到期恢复"
    PROPOSE_STRIKE_OFF = "propose_strike_off", "提请销号"
    STRIKE_OFF = "strike_off", "销号"
    DECLINE_PROPOSAL = "decline_proposal", "不同意"
    REPORT_ASSISTANCE = "report_assistance", "报送协办结果"
    WAIVE_ASSISTANCE = "waive_assistance", "免除协办"
    PROPOSE_RESULT = "propose_result", "提交办理结果"
    REPORT_RESULT = "report_result", "办结报送"
    REPLY = "reply", "反馈"
    ATTEMPT_FOLLOW_UP = "attempt_follow_up", "回访未接通"
    FOLLOW_UP = "follow_up", "回访"
    REWORK = "rework", "重办"
    FIND_UNREASONABLE = "find_unreasonable", "提请认定不合理"
    AGREE_UNREASONABLE = "agree_unreasonable", "认定诉求不合理"
    DECLINE_UNREASONABLE = "decline_unreasonable", "不认定，重办"
    SPARE_FOLLOW_UP = "spare_follow_up", "抽样免访"
    CALL_AFTER_ALL = "call_after_all", "改为必访"
    RATE = "rate", "评价"
    LAPSE_RATING = "lapse_rating", "评价期满"
    WITHDRAW = "withdraw", "撤回"
    REOPEN = "reopen", "重启"
    MERGE = "merge", "并单"
    UNMERGE = "unmerge", "撤销并单"
    INSTRUCT = "instruct", "批示"
    ANSWER_INSTRUCTION = "answer_instruction", "落实批示"
    ACCEPT_INSTRUCTION = "accept_instruction", "认可批示回报"
    RETURN_INSTRUCTION = "return_instruction", "退回批示回报"
    NOTE = "note", "内部备注"
    MESSAGE = "message", "留言"
    REMIND = "remind", "催办"
    REMIND_BY_PHONE = "remind_by_phone", "电话催办"
    SUPERVISE = "supervise", "督办"
    SIGN_SUPERVISION = "sign_supervision", "签收督办"
    ANSWER_SUPERVISION = "answer_supervision", "答复督办"
    ACCEPT_ANSWER = "accept_answer", "认可督办答复"
    REJECT_ANSWER = "reject_answer", "退回督办答复"
    REPORT_REFUSAL = "report_refusal", "否定报备"
    ENDORSE_REFUSAL = "endorse_refusal", "同意否定"
    PASS_VACANCY = "pass_vacancy", "空缺跳过"
    ORDER_HANDLING = "order_handling", "要求办理"
    NAME_REVIEWERS = "name_reviewers", "指定联审成员"
    RELEASE_REVIEWER = "release_reviewer", "联审换人"
    UPHOLD_REFUSAL = "uphold_refusal", "联审维持"
    VETO_REFUSAL = "veto_refusal", "联审不予维持"
    CONCLUDE_REFUSAL = "conclude_refusal", "不予办理"
