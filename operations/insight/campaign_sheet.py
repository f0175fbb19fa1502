"""评议结果 to be taken away: a workbook, and a paper that becomes .docx or PDF; both from the frozen figures."""

from collections.abc import Sequence
from typing import IO, Any

from sqlalchemy import Row

from models.campaigns import Campaign
from models.ratings import Grade
from operations.insight import campaigns
from operations.supervision.letters.sheet import Sheet, Table, day_in_full
from operations.tables import writing

HEADS = (("同类组", 18), ("对象", 34), ("类别", 8), ("名次", 8), ("得分", 10), ("有效答卷", 10), ("抽样家数", 10), ("满意率", 10),
         ("95% 区间", 20), ("说明", 18))
GRADE_HEADS = tuple((grade.label, 10) for grade in Grade)
PAPER_HEADS, WIDTHS = ("对象", "名次", "得分", "有效答卷", "满意率", "95% 区间"), (8, 3, 3, 4, 4, 6)
NOTHING = ("",) * 5
FEW, UNRANKED = "不足 5 份", "样本不足，不排名"


def workbook(campaign: Campaign, *, is_public: bool) -> IO[bytes]:
    """The results as .xlsx; how many gave which grade stands only in the office's own, and of the ranked alone."""
    heads = HEADS if is_public else (*HEADS, *GRADE_HEADS)
    rows = (row for group in campaigns.results(campaign) for row in group.rows)
    told = ((*cells(row), *(() if is_public else _grades(row))) for row in rows)
    return writing.file_of("评议结果", heads, told, above=f"{campaign.title}　{method(campaign)}")


def paper(campaign: Campaign) -> Sheet:
    """The results as a paper: one table, its groups in turn, how it was counted, how anybody can check the draw."""
    lines: list[tuple[str, ...]] = []
    for group in campaigns.results(campaign):
        lines += [(f"【{group.name}】", *NOTHING), *(_line(row) for row in group.rows)]
    return Sheet(
        org=campaign.office.name, title=f"{campaign.title}结果", is_formal=False,
        body=(method(campaign), drawn(campaign)),
        tables=(Table(WIDTHS, tuple(lines), PAPER_HEADS),), sign=campaign.office.name,
        date=day_in_full(campaign.published_at or campaign.frozen_at or campaign.created_at),
    )


def method(campaign: Campaign) -> str:
    """How it was counted, in one sentence."""
    points = "、".join(f"{grade.label}{campaign.weights[grade]}" for grade in Grade)
    return (
        f"评议期 {campaign.begins_on} 至 {campaign.ends_on}。计分：{points}，不了解不计；"
        f"有效答卷不足 {campaign.minimum} 份的列名不排名；同分同名次，只在同类组内排。"
    )


def drawn(campaign: Campaign) -> str:
    """By what the draw can be checked."""
    return (
        f"样本从评议期内与对象打过交道的企业中按规模、行业、区县分层随机抽取，每个对象最多 {campaign.sample_size} 家；"
        f"随机种子 {campaign.seed}，样本指纹（SHA-256）{spaced(campaign.digest)}。"
    )


def spaced(digest: str) -> str:
    """In groups of eight, so that a line can break."""
    return " ".join(digest[place:place + 8] for place in range(0, len(digest), 8))


def cells(row: Row[Any]) -> Sequence[str | int | float]:
    """The cells of an object under HEADS."""
    if row.answer_count is None:
        return (row.peer_group, row.name, row.kind.label, "", "", FEW, row.drawn_count, "", "", UNRANKED)
    note = "" if row.rank else UNRANKED
    return (
        row.peer_group, row.name, row.kind.label, row.rank or "", row.score / 100, row.answer_count, row.drawn_count,
        f"{row.satisfied / 100:.1f}%", f"{row.lowest / 100:.1f}%–{row.highest / 100:.1f}%", note,
    )


def _grades(row: Row[Any]) -> Sequence[str | int]:
    return [row.grades[grade] if row.rank else "" for grade in Grade]


def _line(row: Row[Any]) -> tuple[str, ...]:
    _, name, _, rank, score, count, _, share, interval, note = cells(row)
    points = f"{score:.2f}" if isinstance(score, float) else ""
    return (f"{name}（{note}）" if note else str(name), str(rank or "—"), points, str(count), str(share), str(interval))
