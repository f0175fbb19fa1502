"""A change of the rules that one has proposed and that waits for the other."""

from datetime import timedelta

from operations.clocks import shanghai
from operations.demo.scene import OFFICE, Stage
from operations.supervision import policy_drafts

CHANGES = {
    "handling_limits": {"ordinary": "4d"},
    "ladder": {"answer": "2d"},
    "refusal": {"height": "vice_mayor"},
}
REASON = "营商环境专班第 6 次会议：一般诉求 4 个工作日办结，督办两日内答复，否定报备签到分管副市长，试行一季度。"
AHEAD = timedelta(days=30)


def propose(stage: Stage) -> None:
    """提出规则草案, by the supervisor's office; the security administrator has not looked yet."""
    policy_drafts.propose(CHANGES, effective_on=shanghai.today() + AHEAD, reason=REASON, actor=stage.actor(OFFICE))
