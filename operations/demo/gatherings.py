"""Meetings and walks of the demonstration: one held with its ticket, one ahead, one item walked twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from models import clock
from models.engagement import MeetingKind, WalkMode
from operations.clocks import shanghai
from operations.demo.scene import Stage
from operations.engagement import walks
from operations.engagement.meetings import minutes, planning
from operations.engagement.meetings.minutes import Decided
from operations.engagement.meetings.planning import Brought, Plan
from operations.engagement.walks import Step, Walk
from operations.insight import meetings

FIRMS = ("恒轧机械", "鑫源包装", "天工数控")
LEAD, LAND = "云州市供电公司", "云州市自然资源局"
CHAIR, CLERK, STEWARD = "luoshizhang", "wujie", "liumin"
FIRST = (Step("查清单、填申请", 40, 3, 0), Step("窗口交材料", 35, 7, 2), Step("现场查勘", 180, 1, 1), Step("取答复", 20, 0, 1))
SECOND = (Step("网上提交", 20, 4, 0), Step("现场查勘", 120, 0, 1), Step("网上取答复", 5, 0, 0))


def acts(stage: Stage, moment: Callable[[str], datetime]) -> list[tuple[str, Callable[[], object]]]:
    """What happens, each with its moment as ``moment`` reads it."""
    told = Gatherings(stage, moment)
    return [
        ("20 16:00", told.walk), ("9 10:00", told.convene), ("6 09:30", told.write_minutes),
        ("4 16:00", told.walk_again), ("2 09:00", told.look_ahead),
    ]


class Gatherings:
    """One meeting and one walk, remembered from act to act by their ids."""

    def __init__(self, stage: Stage, moment: Callable[[str], datetime]) -> None:
        self.stage, self.moment = stage, moment
        self.meeting_id = self.walk_id = 0

    def convene(self) -> None:
        """The breakfast is called, and two problems are brought."""
        held_at, clerk = self.moment("6 07:00"), self.stage.actor(CLERK)
        meeting = planning.convene(_plan(self.stage, MeetingKind.BREAKFAST, "装备制造企业早餐会", held_at), actor=clerk)
        self.meeting_id = meeting.id
        firm, unit = self.stage.city.enterprises["恒轧机械"], self.stage.city.organisations[LEAD]
        brought = Brought("二期外线接入反复补材料，送电时间定不下来", firm.id, unit.id, "提前查勘，一次告知，月底前给出方案")
        planning.bring(meeting, brought, actor=clerk)
        planning.bring(meeting, Brought("工业园末班公交太早，夜班员工回家难"), actor=clerk)

    def write_minutes(self) -> None:
        """Everybody came; one decision is a ticket, the other is not."""
        clerk = self.stage.actor(CLERK)
        meeting = meetings.get(clerk, self.meeting_id)
        came = [row.MeetingGuest.id for row in meetings.dossier(meeting).guests]
        minutes.write_minutes(meeting, actor=clerk, came=came,
                              words="逐条研究了企业提出的问题，外线接入由市供电公司牵头，公交问题会后另行协调。")
        until = shanghai.day_of(meeting.held_at + timedelta(days=21))
        firm, unit = self.stage.city.enterprises["恒轧机械"], self.stage.city.organisations[LEAD]
        minutes.decide(meeting, Decided("月底前给出恒轧机械二期外线接入方案", firm, unit, until), actor=clerk)
        minutes.decide(meeting, Decided("会后协调延长工业园末班公交"), actor=clerk)

    def look_ahead(self) -> None:
        """The next forum stands in the list of what is ahead."""
        held_at = clock.now() + timedelta(days=9)
        planning.convene(_plan(self.stage, MeetingKind.FORUM, "季度企业座谈会", held_at), actor=self.stage.actor(CLERK))

    def walk(self) -> None:
        """The deputy mayor applies for a line himself."""
        self.walk_id = walks.record_walk(self._walk(
            "20 09:00", WalkMode.IN_PERSON, "市政务服务大厅 12 号窗口", FIRST, "材料多、要跑四趟，建议并成网上一次提交。",
            problems=("同一份用地证明要交两遍", "窗口说不清查勘时限"),
        ), actor=self.stage.actor(CHAIR)).id

    def walk_again(self) -> None:
        """And once more when it was mended."""
        first = walks.get(self.stage.actor(CHAIR), self.walk_id)
        again = self._walk("4 09:00", WalkMode.ACCOMPANYING, "网上办事大厅", SECOND, "材料减了一半，查勘仍要到场。")
        walks.record_walk(replace(again, first=first), actor=self.stage.actor(CHAIR))

    def _walk(self, when: str, mode: WalkMode, *told: Any, problems: tuple[str, ...] = ()) -> Walk:
        place, steps, conclusion = told
        unit_id = self.stage.city.organisations[LEAD].id
        return Walk(self.stage.city.users[CHAIR].id, shanghai.day_of(self.moment(when)), "企业外线接入", mode,
                    unit_id, place, conclusion, steps, problems)


def _plan(stage: Stage, kind: MeetingKind, theme: str, held_at: datetime) -> Plan:
    people = stage.city.users
    return Plan(
        kind=kind, theme=theme, held_at=held_at, place="市政府二号楼会议室", chair_id=people[CHAIR].id,
        agenda="一、企业逐家提问题\n二、部门现场答复\n三、主持人明确责任和时限", people=[people[STEWARD].id],
        units=[stage.city.organisations[name].id for name in (LEAD, LAND)],
        enterprises=[stage.city.enterprises[name].id for name in FIRMS],
    )
