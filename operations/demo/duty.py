"""The stewards' own rows as their units reported them, a hand-over that waits, and a plan to be looked at."""

from collections.abc import Callable

from models import clock
from models.base import db
from models.directory import Steward, StewardClass
from operations.base import operation
from operations.demo.scene import Stage
from operations.directory import filling, handovers, steward_plans
from operations.insight import filling as progress

# account, position, capacity
STEWARDS = (("liumin", "城东街道经济发展办", 60), ("wangqiang", "软件园街道企业服务办", 40), ("zhaolei", "河口镇经济发展办", 30))
REPORTED_BY = "城东区人民政府"
# unit → how many enterprises and stewards it should report this year
TARGETS = {"云州市人民政府": (6, 0), "云州市发展和改革委员会": (2, 0), "云州市工业和信息化局": (8, 0), "云州市商务局": (2, 0),
           REPORTED_BY: (3, 2)}


@operation
def report(stage: Stage) -> None:
    """管家信息上报."""
    unit = stage.city.organisations[REPORTED_BY]
    for username, position, capacity in STEWARDS:
        person = stage.city.users[username]
        db.session.add(Steward(
            user_id=person.id, owner_unit_id=unit.id if username == "liumin" else None, capacity=capacity,
            steward_class=StewardClass.TOWN, position=position, registered_at=clock.now(),
        ))


def acts(stage: Stage) -> list[Callable[[], object]]:
    """What happens once the stewards are at work."""
    return [lambda: set_targets(stage), lambda: offer(stage)]


def offer(stage: Stage) -> None:
    """赵磊 is lent to the county and asks 王强 to take over one enterprise; the centre has a plan for who has nobody."""
    users, firm = stage.city.users, stage.city.enterprises["河口粮油"]
    handovers.propose(users["zhaolei"], actor=stage.actor("zhaolei"), receiver=users["wangqiang"],
                      reason="借调县里驻企帮扶，请代为接手", enterprise_ids=[firm.id])
    steward_plans.make_plan(stage.actor("wujie"))


def set_targets(stage: Stage) -> None:
    """定应报数, by the office that supervises the filling."""
    hening = stage.actor("hening")
    for unit in progress.units(hening):
        enterprises, stewards = TARGETS[unit.name]
        filling.set_target(unit, actor=hening, enterprises=enterprises, stewards=stewards)
