"""A change of the rules that one has proposed and that waits for the other; and a plan of a county's follow-ups."""

from datetime import timedelta

from models import clock
from models.base import db
from models.follow_ups import Stratum
from models.hall import CountedCase
from operations.base import operation
from operations.clocks import shanghai
from operations.demo.scene import OFFICE, Stage
from operations.ratings.sampling import counted, plans
from operations.ratings.sampling.plans import Share, Shares
from operations.supervision import policy_drafts

CHANGES = {
    "handling_limits": {"ordinary": "4d"},
    "ladder": {"answer": "2d"},
    "refusal": {"height": "vice_mayor"},
}
REASON = "营商环境专班第 6 次会议：一般诉求 4 个工作日办结，督办两日内答复，否定报备签到分管副市长，试行一季度。"
AHEAD = timedelta(days=30)
BUREAU, ITEMS = "云州市住房和城乡建设局", ("排水许可", "挖掘道路审批", "施工许可变更")


def propose(stage: Stage) -> None:
    """提出规则草案, by the supervisor's office; the security administrator has not looked yet."""
    policy_drafts.propose(CHANGES, effective_on=shanghai.today() + AHEAD, reason=REASON, actor=stage.actor(OFFICE))


def plan_follow_ups(stage: Stage) -> None:
    """定抽样方案：高新区 calls every demand, a tenth of what its windows count, and all of the housing bureau's."""
    bureau = Share(Stratum.UNIT, str(stage.city.organisations[BUREAU].id), 100)
    plans.set_plan(stage.city.regions["990103"].id, actor=stage.actor(OFFICE), shares=Shares(100, 10, (bureau,)),
                   begins_on=shanghai.today() + timedelta(days=1),
                   reason="高新区企服中心 2 人，窗口办件改为抽样；诉求件仍件件回访。")


def queue_counted_cases(stage: Stage) -> None:
    """窗口办件：three of 云启软件's that the hall has counted today are drawn and wait for their call."""
    _count(stage)
    counted.queue_due()


@operation
def _count(stage: Stage) -> None:
    firm, bureau = stage.city.enterprises["云启软件"], stage.city.organisations[BUREAU]
    db.session.add_all(CountedCase(
        system="hall", number=f"GX{place:05}", item=item, unit_id=bureau.id, enterprise_id=firm.id,
        region_path=stage.city.regions["990103"].path, finished_at=clock.now() - timedelta(hours=place),
        recorded_at=clock.now(),
    ) for place, item in enumerate(ITEMS, start=1))
