"""事项类别: what a demand is about, in the words of whoever raises it. The steward may put it right when accepting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One category with what belongs to it; the name is stored on the ticket."""

    name: str
    examples: str


CATEGORIES = (
    Category("水电气暖", "报装、增容、停供、收费"),
    Category("用地规划", "供地、规划许可、不动产登记"),
    Category("工程建设", "施工许可、验收、管线、道路挖掘"),
    Category("消防安全", "消防验收、安全生产检查"),
    Category("环境保护", "环评、排污、扰民纠纷"),
    Category("融资贷款", "贷款、担保、续贷"),
    Category("税费减免", "退税、减免、收费"),
    Category("用工社保", "招工、社保、公积金、子女入学"),
    Category("证照办理", "开办、变更、注销、许可"),
    Category("政策兑现", "补贴、奖励、承诺未兑现"),
    Category("拖欠账款", "政府、国企、大企业欠款"),
    Category("执法检查", "重复检查、罚款、自由裁量"),
    Category("市场竞争", "招投标、歧视、知识产权"),
    Category("其他", "以上都不是"),
)
NAMES = tuple(category.name for category in CATEGORIES)

STROKE, DEEPEST = "/", 3
# Two levels to choose from: the names above, each with what belongs to it. The catalogue may go a third level down.
OFFERED = (*NAMES, *(
    f"{category.name}{STROKE}{part}" for category in CATEGORIES[:-1] for part in category.examples.split("、")
))


def parts(category: str) -> list[str]:
    """The names of a category, the widest first: ``水电气暖/报装`` → 水电气暖, 报装."""
    return [name.strip() for name in category.split(STROKE) if name.strip()]


def above(category: str) -> list[str]:
    """The category and every wider one it lies in, the nearest first; nothing for no category."""
    names = parts(category)
    return [STROKE.join(names[:count]) for count in range(len(names), 0, -1)]


def topic(category: str) -> str:
    """The widest category: what figures are counted by."""
    return next(iter(parts(category)), "")
