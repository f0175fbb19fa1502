"""A change of the rules that one has proposed and that waits for the other; and a plan of a county's follow-ups."""

from datetime import timedelta

from operations.clocks import shanghai
from operations.demo.scene import OFFICE, Stage
from operations.ratings.sampling import plans
from operations.ratings.sampling.plans import Shares
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


def plan_follow_ups(stage: Stage) -> None:
    """定抽样方案：高新区 calls every demand and a tenth of what its windows count."""
    plans.set_plan(stage.city.regions["990103"].id, actor=stage.actor(OFFICE), shares=Shares(100, 10),
                   begins_on=shanghai.today() + timedelta(days=1),
                   reason="高新区企服中心 2 人，窗口办件改为抽样；诉求件仍件件回访。")
