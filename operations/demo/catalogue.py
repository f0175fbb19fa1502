"""The dispatch catalogue of the demonstration city; what it does not answer is left to be found."""

from operations.demo.scene import CENTRE, UNITS, Stage
from operations.tickets import catalogue
from operations.tickets.catalogue import Terms

# category, region code, lead, assisting, basis: units by the names of the stories.
ENTRIES = (
    ("水电气暖", "9901", "住建", (), "《云州市市政公用事业管理职责清单》"),
    ("水电气暖/报装", "9901", "供电", ("自然资源", "住建"), "《电力供应与使用条例》第二十三条"),
    ("用地规划", "9901", "自然资源", (), "《中华人民共和国城乡规划法》第十一条"),
    ("工程建设", "9901", "住建", ("消防",), "《中华人民共和国建筑法》第六条"),
    ("消防安全", "9901", "消防", (), "《中华人民共和国消防法》第四条"),
    ("税费减免", "9901", "财政", (), "《云州市政府非税收入管理办法》第五条"),
    ("用工社保", "9901", "人社", (), "《中华人民共和国就业促进法》第六条"),
    ("证照办理", "9901", "市场监管", (), "《市场主体登记管理条例》第五条"),
    ("执法检查", "9901", "市场监管", ("城管",), "《云州市涉企行政检查管理办法》第四条"),
)


def enter(stage: Stage) -> None:
    """列入目录: what the centre has entered when the platform began."""
    units, regions = stage.city.organisations, stage.city.regions
    for category, region, lead, assisting, basis in ENTRIES:
        terms = Terms(units[UNITS[lead][0]], basis, [units[UNITS[one][0]] for one in assisting], "平台启用时汇总")
        catalogue.enter(actor=stage.actor(CENTRE), category=category, region=regions[region], terms=terms)
