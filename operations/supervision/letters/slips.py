"""回执单 and 清单: papers about letters, as evidence for a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.letters import Letter
from operations.clocks.wording import moment_in_full
from operations.supervision.letters.sheet import CODE_SHOWN, Sheet, Table, grouped

SAID_SHOWN = 200


def slip_sheet(letter: Letter, rows: Sequence[tuple[str, str, str, str]], now: datetime) -> Sheet:
    """回执单 of a letter: each step with moment, person and post. ``rows`` are (when, what, who, words)."""
    facts = (
        ("文号", letter.number), ("文种", letter.kind.label), ("标题", letter.facts.get("主题", "")),
        ("发文机关", letter.facts["发文机关"]), ("收文单位", letter.addressee), ("发出时间", moment_in_full(letter.issued_at)),
        ("查验码", grouped(letter.digest[:CODE_SHOWN])),
    )
    return Sheet(
        org="", title="回执单", is_formal=False,
        tables=(Table((1, 4), facts),
                Table((3, 2, 3, 4), tuple(rows) or (("", "还没有人打开", "", ""),), ("时间", "回执", "姓名和岗位", "内容"))),
        contact=f"打开、签收和答复由收文单位本人操作时记录。制表时间：{moment_in_full(now)}",
    )


def list_sheet(rows: Sequence[Any], who: str, now: datetime) -> Sheet:
    """清单 of letters: number, what about, to whom, when."""
    told = tuple(
        (str(place), row.number, row.facts.get("主题", ""), row.addressee, moment_in_full(row.issued_at))
        for place, row in enumerate(rows, start=1)
    )
    return Sheet(
        org="", title="公文清单", is_formal=False, contact=f"{who}　{moment_in_full(now)} 打印，共 {len(told)} 件",
        tables=(Table((1, 4, 6, 4, 4), told, ("序号", "文号", "事由", "收文单位", "发出时间")),),
    )
