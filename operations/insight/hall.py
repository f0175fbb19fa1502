"""大厅办件 as its pages show it: the systems, what came from them day by day, and the codes that wait."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from models.access import User
from models.base import LabelledEnum, db
from models.directory import Organisation
from models.hall_intake import ArrivedCase, HallCode, HallCodeKind, HallSystem, IntakeDay
from operations.access.actor import Actor
from operations.hall import codes, systems

DAYS, CODES = 31, 50


class Which(LabelledEnum):
    """Which codes are listed."""

    OPEN = "open", "待对应"
    SET = "set", "已对应"


def overview(actor: Actor) -> Sequence[Row[Any]]:
    """Each system with its unit, how many cases wait and how many codes are open."""
    waiting = select(func.count()).where(ArrivedCase.system_id == HallSystem.id).scalar_subquery()
    unmatched = select(func.count()).where(
        HallCode.system_id == HallSystem.id, HallCode.set_at.is_(None), HallCode.ended_at.is_(None)
    ).scalar_subquery()
    rows = systems.visible_systems(actor).join(Organisation, Organisation.id == HallSystem.unit_id)
    return db.session.execute(rows.with_only_columns(
        HallSystem, Organisation.short_name.label("unit"), waiting.label("waiting"), unmatched.label("unmatched")
    )).all()


def runs(actor: Actor, *, before: date | None, system_id: int | None = None) -> tuple[Sequence[Row[Any]], date | None]:
    """What came on the latest days that have anything, before a day; and the day before which there is more."""
    mine = systems.visible_systems(actor).with_only_columns(HallSystem.id).order_by(None)
    asked: list[Any] = [IntakeDay.system_id.in_(mine)]
    if system_id is not None:
        asked.append(IntakeDay.system_id == system_id)
    if before is not None:
        asked.append(IntakeDay.day < before)
    days = select(IntakeDay.day).where(*asked).distinct().order_by(IntakeDay.day.desc()).limit(DAYS + 1)
    found = db.session.scalars(days).all()
    if not found:
        return [], None
    shown = found[:DAYS]
    rows: Any = (
        select(IntakeDay, HallSystem.name, HallSystem.code)
        .join(HallSystem, HallSystem.id == IntakeDay.system_id)
        .where(*asked, IntakeDay.day >= shown[-1])
        .order_by(IntakeDay.day.desc(), HallSystem.code, IntakeDay.way)
    )
    return db.session.execute(rows).all(), shown[-1] if len(found) > DAYS else None


def matched(system: HallSystem, which: Which, *, after: int = 0) -> tuple[Sequence[Row[Any]], int | None]:
    """A page of codes: whom they mean, who said so when; and behind which there are more."""
    setter = aliased(User)
    rows: Any = (
        select(HallCode, Organisation.name.label("house"), User.name.label("person"), setter.name.label("setter"))
        .outerjoin(Organisation, Organisation.id == HallCode.organisation_id)
        .outerjoin(User, User.id == HallCode.user_id)
        .outerjoin(setter, setter.id == HallCode.set_by_id)
        .where(HallCode.system_id == system.id, HallCode.ended_at.is_(None), HallCode.id > after,
               HallCode.set_at.is_(None) if which is Which.OPEN else HallCode.set_at.is_not(None))
        .order_by(HallCode.id).limit(CODES + 1)
    )
    found = db.session.execute(rows).all()
    return found[:CODES], found[CODES - 1].HallCode.id if len(found) > CODES else None


def offered(system: HallSystem, kind: HallCodeKind) -> list[str]:
    """Whom a code may mean, to choose from while typing: a person with the username, for names repeat."""
    rows = db.session.execute(codes.named(system, kind).limit(500)).all()
    return [f"{row.name}（{row.mark}）" if kind is HallCodeKind.OFFICER else row.name for row in rows]


def waiting_for(code: HallCode) -> int:
    """How many cases name this code and wait."""
    column = {HallCodeKind.UNIT: ArrivedCase.unit_code, HallCodeKind.WINDOW: ArrivedCase.window_code,
              HallCodeKind.OFFICER: ArrivedCase.officer_code}[code.kind]
    return db.session.scalar(select(func.count()).where(
        ArrivedCase.system_id == code.system_id, column == code.code)) or 0
