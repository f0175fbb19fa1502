"""万企评机关 of the demonstration: one campaign that is published, and one that is being answered.

The city is small, so its own rules rank from eight answers on and call one office the last.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import update

from models import clock
from models.base import db
from models.bulk import insert_rows
from models.campaigns import ObjectKind
from models.clocks import Policy
from models.deliveries import Delivery, Outcome
from models.engagement import Effect, Interaction, InteractionKind
from models.ratings import Grade
from operations.base import operation
from operations.clocks import rulebook, shanghai
from operations.demo.scene import LEADER, OFFICE, Stage
from operations.ratings.campaigns import answering, drawing, freezing, inviting, planning
from operations.ratings.campaigns.answering import Opinion
from operations.ratings.campaigns.planning import Plan

RULES = {"minimum": 8, "tail": 1, "tail_needs": 4, "days_between": 1}
BUREAUS = ("市供电公司", "市住建局", "市自然资源局", "市财政局", "市消防支队", "市人社局")
TOWNS, DIVISION = ("城东街道", "软件园街道", "河口镇"), "市住建局/市政科"
# Who of each bureau met the firms, and how the firms speak of it: the higher, the better.
MET_BY = {"zhoujian": 4, "zhaoguoqiang": 2, "gaofeng": 3, "maliang": 5, "duwei": 4, "songli": 5}
LIKED = {name: liking for name, liking in zip(BUREAUS, MET_BY.values(), strict=True)}
GRADES = tuple(Grade)
WORDS = {1: "电话总打不通。", 4: "一次就说清楚了要什么材料。", 9: "比去年快多了。"}
Moment = Callable[[str], datetime]


def acts(stage: Stage, moment: Moment) -> list[tuple[str, Callable[[], object]]]:
    """What happens, each with its moment as ``life.moment`` reads it."""
    past = Told(stage, "上一轮万企评机关", (moment("89 09:00"), moment("61 09:00")), moment("42 09:00"))
    present = Told(stage, "本轮万企评机关", (moment("60 09:00"), moment("20 09:00")), clock.now() + timedelta(days=10))
    return [
        ("88 15:00", lambda: _meet(stage)), ("50 10:00", past.begin), ("49 10:00", past.invite),
        ("47 10:30", lambda: past.answer(16)), ("41 09:30", past.end), ("38 16:00", past.publish),
        ("33 15:00", lambda: _meet(stage)), ("9 10:00", present.begin), ("8 10:00", present.invite),
        ("6 10:30", lambda: present.answer(7)), ("3 10:00", present.remind),
    ]


class Told:
    """One campaign, known from act to act by its row."""

    def __init__(self, stage: Stage, title: str, period: tuple[datetime, datetime], until: datetime) -> None:
        self.stage, self.title, self.until = stage, title, shanghai.day_of(until)
        self.begins_on, self.ends_on = (shanghai.day_of(one) for one in period)
        self.campaign_id, self.tokens = 0, list[str]()

    def begin(self) -> None:
        """Planned and drawn."""
        office, weights = self.stage.actor(OFFICE), rulebook.current().policy("campaign")["weights"]
        plan = Plan(self.title, self.begins_on, self.ends_on, self.until, 30, {one: weights[one] for one in Grade},
                    f"{self.title} {date.isoformat(self.ends_on)}")
        self.campaign_id = planning.create(plan, actor=office).id
        for kind, group, lines in (
            (ObjectKind.UNIT, "市直部门", BUREAUS), (ObjectKind.STATION, "乡镇街道", TOWNS),
            (ObjectKind.DIVISION, "重点处室", (DIVISION,)),
        ):
            planning.add_objects(self.campaign_id, actor=office, kind=kind, peer_group=group, lines=lines)
        drawing.draw(self.campaign_id, actor=office)

    def invite(self) -> None:
        """The texts go and arrive."""
        inviting.invite(self.campaign_id, actor=self.stage.actor(OFFICE), address_of=self._address_of)
        _arrive()

    def remind(self) -> None:
        """Once more to who has not answered."""
        inviting.remind(self.campaign_id, actor=self.stage.actor(OFFICE), address_of=self._address_of)
        _arrive()

    def answer(self, most: int) -> None:
        """Some of the firms say what they think."""
        for place, token in enumerate(self.tokens[:most]):
            _, objects = answering.asked(token)
            answering.answer(token, opinions={one.id: _opinion(place, one) for one in objects})

    def end(self) -> None:
        """Closed and frozen."""
        freezing.close(self.campaign_id, actor=self.stage.actor(OFFICE))
        freezing.freeze(self.campaign_id, actor=self.stage.actor(OFFICE))

    def publish(self) -> None:
        """By the city's leader."""
        freezing.publish(self.campaign_id, actor=self.stage.actor(LEADER))

    def _address_of(self, token: str) -> str:
        self.tokens.append(token)
        return f"https://zhitongche.example/c/{token}"


def _opinion(place: int, asked: object) -> Opinion:
    """Firm by firm a little different, each office as it is liked."""
    name = getattr(asked, "name", "")
    liking = next((liking for short, liking in LIKED.items() if short.removeprefix("市") in name), 4)
    grade = GRADES[max(0, min(4, 5 - liking + (place * 7 + liking) % 3 - 1))]
    return Opinion(None if (place + liking) % 11 == 0 else grade, WORDS.get(place, "") if liking == 4 else "")


@operation
def _arrive() -> None:
    waiting = update(Delivery).where(Delivery.key.startswith("campaign-"), Delivery.ended_at.is_(None))
    db.session.execute(waiting.values(ended_at=clock.now(), outcome=Outcome.SENT, words="", tries=1))


@operation
def _meet(stage: Stage) -> None:
    """企业服务月: the heads of six bureaus met most of the firms; and the city's own rules, when it is first done."""
    if rulebook.current().policy("campaign")["minimum"] != RULES["minimum"]:
        db.session.add(Policy(name="campaign", value=RULES, effective_at=clock.now()))
    now, rows = clock.now(), []
    for turn, username in enumerate(MET_BY):
        for place, firm in enumerate(sorted(one.id for one in stage.city.enterprises.values())):
            if (place + turn) % 7:
                rows.append({
                    "steward_id": stage.actor(username).user_id, "enterprise_id": firm, "kind": InteractionKind.MEETING,
                    "content": "企业服务月座谈，听取对本部门的意见。", "occurred_at": now, "recorded_at": now,
                    "effect": Effect.EFFECTIVE, "flaw": None,
                })
    insert_rows(db.session.connection(), Interaction.__table__, rows)
