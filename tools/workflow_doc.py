"""Write docs/workflow.md from the workflow table: python -m tools.workflow_doc."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from config import HERE
from models.access import Role
from models.base import LabelledEnum
from models.clocks import ClockKind
from models.tickets import Difficulty, Status
from models.tickets.workflow import OPEN_STATUSES
from operations.clocks.calendar import Limit
from operations.clocks.policies import DEFAULTS
from operations.tickets.workflow import STEPS, Step

TARGET = HERE / "docs" / "workflow.md"
INTRODUCTION = """\
# 办件流程

本文由 `make docs` 根据 `operations/tickets/workflow.py` 的 `STEPS` 生成，请勿手工修改。按钮、权限、时限和测试都取自
同一张表：能看到按钮，就一定能办；表里没有的，谁也办不了。
"""
OPEN = "open"
WHEREVER = {OPEN_STATUSES: "任何在办状态", frozenset(Status): "任何状态"}
Label = TypeVar("Label", bound=LabelledEnum)


def document() -> str:
    chapters = {"状态": statuses(), "流转图": diagram(), "动作": acts(), "默认时限": limits()}
    return "\n".join([INTRODUCTION, *(f"## {title}\n\n{text}" for title, text in chapters.items())])


def statuses() -> str:
    rows = [(f"{status.label} `{status}`", status.stage.label if status.stage else "–") for status in Status]
    return table(("状态", "环节"), rows)


def diagram() -> str:
    """Mermaid: what may be done from every open status is drawn once, from the frame around them."""
    names = [f'    state "{status.label}" as {status}' for status in Status]
    inside = [f"        {status}" for status in Status if status in OPEN_STATUSES]
    edges: dict[tuple[str, str], list[str]] = {}
    for step in STEPS:
        for source, target in moves(step):
            edges.setdefault((source, target), []).append(step.act.label)
    arrows = [f"    {source} --> {target} : {'、'.join(labels)}" for (source, target), labels in edges.items()]
    frame = [f'    state "在办" as {OPEN} {{', *inside, "    }"]
    return "\n".join(["```mermaid", "stateDiagram-v2", *names, *frame, *arrows, "```", ""])


def moves(step: Step) -> Iterable[tuple[str, str]]:
    sources = [OPEN] if step.sources == OPEN_STATUSES else codes(in_order(step.sources, Status)) or ["[*]"]
    targets = [OPEN] if set(step.targets) == OPEN_STATUSES else codes(step.targets)
    return [(source, target) for source in sources for target in targets]


def in_order(chosen: Collection[Label], all_of: type[Label]) -> list[Label]:
    return [member for member in all_of if member in chosen]


def acts() -> str:
    head = ("动作", "从", "到", "谁", "时限", "需要", "规则")
    return table(head, [row(step) for step in STEPS])


def row(step: Step) -> tuple[str, ...]:
    return (
        f"{step.act.label} `{step.act}`",
        WHEREVER.get(step.sources) or labels(in_order(step.sources, Status)),
        "原状态" if set(step.targets) == OPEN_STATUSES else labels(step.targets) or "不变",
        labels(in_order(step.roles, Role)),
        clocks(step),
        step.needs,
        step.rule,
    )


def clocks(step: Step) -> str:
    told = {"起": step.starts, "停": step.stops, "终止": step.drops}
    words = [f"{word} {labels(kinds)}" for word, kinds in told.items() if kinds]
    if step.pauses or step.resumes:
        words.append("暂停" if step.pauses else "恢复")
    if step.opens_round:
        words.append("开新一轮")
    return "；".join(words)


def codes(members: Iterable[LabelledEnum]) -> list[str]:
    return [str(member) for member in members]


def labels(members: Iterable[LabelledEnum]) -> str:
    return "、".join(member.label for member in members)


def limits() -> str:
    stages = {f"{ClockKind(kind).label} `{kind}`": limit for kind, limit in DEFAULTS["stage_limits"].items()}
    handling = {f"办结：{Difficulty(name).label} `{name}`": limit for name, limit in DEFAULTS["handling_limits"].items()}
    return table(("时限", "默认"), [(name, Limit.stored(limit).label) for name, limit in (stages | handling).items()])


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(cell or '–' for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
