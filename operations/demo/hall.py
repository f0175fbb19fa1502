"""The hall's own system in the demonstration: four days of counted cases, codes that nobody knows, and some ratings."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Enterprise
from models.hall_intake import HallCode, HallCodeKind, HallSystem
from models.ratings import Grade
from operations.clocks.calendar import SHANGHAI
from operations.demo.scene import Stage
from operations.hall import arriving, codes, systems
from operations.ratings import case_links
from operations.ratings.opinions import Opinion

KEEPER, KEY = "dengli", "zqyunzhouhall"
# unit, window and officer as the hall has them, and what is done there. Nobody here is the registry, nor its window.
BUREAU = ("ZJJ", "云州市住房和城乡建设局"), ("B12", "云州市住建局市政科"), ("0231", "林芳")
POWER = ("GDGS", "云州市供电公司"), ("A03", "水电气联办窗口"), ("0107", "陈静")
REGISTRY = ("BDC", "云州市不动产登记中心"), ("C05", "不动产登记窗口"), ("0415", "许岚")
NO_WINDOW = "A03"
# hours before the hall closes its day, whose desk, what was done, and how it was rated
DONE = (
    (8, BUREAU, "排水许可", Grade.VERY_SATISFIED), (7, POWER, "低压居民新装", Grade.SATISFIED),
    (6, BUREAU, "挖掘道路审批", None), (5, REGISTRY, "不动产抵押登记", None),
    (4, POWER, "高压增容", Grade.FAIRLY_SATISFIED), (3, BUREAU, "施工许可变更", Grade.VERY_SATISFIED),
    (2, BUREAU, "城镇污水排入排水管网许可", Grade.DISSATISFIED), (1, POWER, "用电更名过户", None),
)
DAYS = (4, 3, 2, 1)
SLOW = ("等候太久",)
# Of whose case the hall knows the firm: of yesterday's 差评 alone, so that it is the only one that can be put right.
FIRM, FIRMS_CASE, FIRMS_WORDS = "云启软件", (1, 7), "排了两个小时，材料退了两次才一次性说清。"


def acts(stage: Stage) -> list[tuple[str, Callable[[], object]]]:
    """What happens, each with its moment as ``life.moment`` reads it."""
    closing = [(f"{day} 17:30", partial(_close, day)) for day in DAYS]
    return [("5 10:00", lambda: _register(stage)), *closing, ("3 09:00", lambda: _match(stage))]


def _register(stage: Stage) -> None:
    system = systems.register(code="yz-hall", name="云州市政务服务大厅综窗系统", actor=stage.actor(KEEPER))
    systems.allow_links(system.id, actor=stage.actor(KEEPER), may_link=True)


def _match(stage: Stage) -> None:
    """The registrar matches what bears a name of ours; the shared window is nobody's; the registry stays open."""
    system = _system()
    codes.match_by_name(system.id, actor=stage.actor(KEEPER))
    nobody = select(HallCode.id).where(HallCode.kind == HallCodeKind.WINDOW, HallCode.code == NO_WINDOW)
    codes.match(db.session.scalars(nobody).one(), actor=stage.actor(KEEPER), target="")


def _close(day: int) -> None:
    """The hall sends its day, one case of it unreadable; some of those who came rate by the link on their receipt."""
    broken = {"number": f"YZ{day:02}99", "item": "施工许可变更", "unit": "ZJJ", "finished_at": "当天下午"}
    told = arriving.arrive(_system(), [*_sent(day), *([broken] if day % 2 else [])], site_key="", key_name=KEY,
                           links=True)
    for (*_, grade), answer in zip(DONE, told, strict=False):
        if answer.token and grade:
            said = (SLOW, FIRMS_WORDS if day == FIRMS_CASE[0] else "") if grade.is_bad else ()
            case_links.rate(answer.token, opinion=Opinion(grade, *said))


def _sent(day: int) -> Iterable[dict[str, Any]]:
    code = db.session.scalars(select(Enterprise.credit_code).where(Enterprise.short_name == FIRM)).one()
    for place, (hours, desk, item, _) in enumerate(DONE, start=1):
        unit, window, officer = desk
        at = (clock.now() - timedelta(hours=hours)).astimezone(SHANGHAI)
        yield {
            "number": f"YZ{day:02}{place:02}", "item": item, "finished_at": at.strftime("%Y-%m-%d %H:%M"),
            "unit": unit[0], "unit_name": unit[1], "window": window[0], "window_name": window[1],
            "officer": officer[0], "officer_name": officer[1],
            "credit_code": code if (day, place) == FIRMS_CASE else "",
        }


def _system() -> HallSystem:
    return db.session.scalars(select(HallSystem)).one()
