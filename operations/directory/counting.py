"""目录计数: the whole directory counted by unit and region, for pages that could not count it themselves in time."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import aliased

from models import clock
from models.base import db
from models.directory import Enterprise, Stewardship
from models.engagement import Effect, Flaw, Interaction
from models.insight import DirectoryCount
from operations.base import be_patient, operation
from operations.directory import tenures
from operations.directory.unowned import is_live, is_unowned
from operations.insight.correspondence import FIGURES_OVER


@operation
def recount() -> int:
    """重新计数：all figures in the place of those of before. Returns how many there are."""
    be_patient()
    now, table = clock.now(), DirectoryCount.__table__
    db.session.execute(table.delete())
    done = 0
    for figure, condition in _of_enterprises().items():
        done += _count(figure, now, select(Enterprise).where(is_live(), condition))
    for figure, condition in _of_talks().items():
        talks = select(Interaction).join(Enterprise, Enterprise.id == Interaction.enterprise_id)
        done += _count(figure, now, talks.where(Interaction.occurred_at >= now - FIGURES_OVER, condition))
    return done


def _of_enterprises() -> dict[str, ColumnElement[bool]]:
    main, past = aliased(Stewardship), aliased(Stewardship)
    matched = select(main.id).where(main.enterprise_id == Enterprise.id, tenures.is_main(main), main.ended_at.is_(None))
    had_one = select(past.id).where(past.enterprise_id == Enterprise.id, tenures.is_main(past))
    return {
        "enterprises": literal(True), "matched": matched.exists(), "unowned": is_unowned(),
        "left": is_unowned() & had_one.exists(),
    }


def _of_talks() -> dict[str, ColumnElement[bool]]:
    effects = {f"talks_{effect.value}": Interaction.effect == effect for effect in Effect}
    return {**effects, "talks_denied": Interaction.flaw == Flaw.DENIED}


def _count(figure: str, now: datetime, rows: Any) -> int:
    table = DirectoryCount.__table__
    counted = rows.with_only_columns(
        literal(figure), Enterprise.region_id, Enterprise.owner_unit_id, func.count(),
        literal(now, table.c.counted_at.type),
    ).group_by(Enterprise.region_id, Enterprise.owner_unit_id)
    names = ["figure", "region_id", "owner_unit_id", "count", "counted_at"]
    made: Any = db.session.execute(table.insert().from_select(names, counted),
                                   execution_options={"preserve_rowcount": True})
    return int(made.rowcount)
