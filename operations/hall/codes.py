"""对应: whom the codes of a hall's system mean here. What is unknown is noted once, and its cases wait for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from models import clock
from models.access import Post, User
from models.base import db
from models.bulk import insert_rows
from models.directory import Organisation, OrganisationKind, Region
from models.hall_intake import HallCode, HallCodeKind, HallSystem
from operations import log
from operations.access.actor import Actor
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, Refused
from operations.hall import letting_in, systems
from operations.ratings.windows import WORKERS

K = HallCodeKind
Seen = tuple[HallCodeKind, str, str]


@dataclass(slots=True)
class Book:
    """The codes of one system that mean somebody, or nobody (None), by kind."""

    units: dict[str, int] = field(default_factory=dict)
    windows: dict[str, int | None] = field(default_factory=dict)
    officers: dict[str, int | None] = field(default_factory=dict)


def book(system_id: int) -> Book:
    """What is set now."""
    rows = select(HallCode.kind, HallCode.code, HallCode.organisation_id, HallCode.user_id).where(
        HallCode.system_id == system_id, HallCode.ended_at.is_(None), HallCode.set_at.is_not(None)
    )
    found = Book()
    by_kind: dict[HallCodeKind, dict[str, Any]] = {
        K.UNIT: found.units, K.WINDOW: found.windows, K.OFFICER: found.officers
    }
    for kind, said, organisation_id, user_id in db.session.execute(rows):
        by_kind[kind][said] = user_id if kind is K.OFFICER else organisation_id
    return found


def meet(system_id: int, seen: Iterable[Seen]) -> None:
    """Note codes that nobody has matched yet, within the running operation; the database knows which are new."""
    rows = [{"system_id": system_id, "kind": kind, "code": said, "name": name, "has_none": False,
             "seen_at": clock.now()} for kind, said, name in sorted(seen)]
    insert_rows(db.session.connection(), HallCode.__table__, rows, ignoring=True)


@operation
def match(code_id: int, *, actor: Actor, target: str) -> HallCode:
    """对应：this code means the unit, window or person called ``target`` from now on; an empty one means nobody.

    What was set before ends and stays on record. Raises NotFound, NotAllowed, BadInput, Refused for a race.
    """
    found, system, standing = systems.kept_code(actor, code_id)
    meant = _meant(system, found.kind, target.strip())
    now = clock.now()
    values = {**meant, "set_at": now, "set_by_id": actor.user_id}
    if found.set_at is None:
        setting = update(HallCode).where(HallCode.id == found.id, HallCode.set_at.is_(None))
        if db.session.connection().execute(setting.values(values)).rowcount != 1:
            raise Refused("刚刚有人对应了这个代码，请刷新页面核对。")
        made = found.id
    else:
        made = _renew(found, values)
    log.record("match_hall_code", object_type="hall_code", object_id=made, actor=actor, standing=standing,
               details={"kind": str(found.kind), "system": system.id, **meant})
    letting_in.let_in(system.id, most=letting_in.AT_ONCE)
    db.session.expire_all()
    return db.session.get_one(HallCode, made)


@operation
def match_by_name(system_id: int, *, actor: Actor) -> int:
    """按名称对应：every open code whose name is that of exactly one unit, window or person there. Returns how many."""
    system, standing = systems.kept_system(actor, system_id)
    by_name: dict[HallCodeKind, dict[str, list[Any]]] = {
        kind: _by_name(db.session.execute(named(system, kind)).all()) for kind in K
    }
    open_ones = select(HallCode).where(HallCode.system_id == system.id, HallCode.set_at.is_(None),
                                       HallCode.ended_at.is_(None), HallCode.name != "")
    found = [(one, by_name[one.kind].get(one.name, [])) for one in db.session.scalars(open_ones)]
    alone = [(one, ids[0]) for one, ids in found if len(ids) == 1]
    for one, target_id in alone:
        one.user_id, one.organisation_id = (target_id, None) if one.kind is K.OFFICER else (None, target_id)
        one.set_at, one.set_by_id = clock.now(), actor.user_id
    log.record("match_hall_codes_by_name", object_type="hall_system", object_id=system.id, actor=actor,
               standing=standing, details={"count": len(alone)})
    db.session.flush()
    letting_in.let_in(system.id, most=letting_in.AT_ONCE)
    return len(alone)


def named(system: HallSystem, kind: HallCodeKind) -> Select[Any]:
    """Whom a code of this kind may mean: id, name, and how to tell two of one name apart; in the system's region."""
    below = Region.path.startswith(
        select(Region.path).join(Organisation, Organisation.region_id == Region.id)
        .where(Organisation.id == system.unit_id).scalar_subquery()
    )
    if kind is K.OFFICER:
        house = select(Organisation.id).join(Region, Region.id == Organisation.region_id).where(below)
        now = clock.now()
        people: Any = select(User.id, User.name, User.username.label("mark"))
        held = select(Post.user_id).where(
            Post.role.in_(WORKERS), Post.organisation_id.in_(house), or_(Post.ended_at.is_(None), Post.ended_at > now)
        )
        return people.where(User.is_active, User.id.in_(held)).order_by(User.name, User.id)
    is_window = Organisation.kind == OrganisationKind.WINDOW
    rows: Any = select(Organisation.id, Organisation.name, Organisation.short_name.label("mark"))
    rows = rows.join(Region, Region.id == Organisation.region_id)
    return rows.where(below, is_window if kind is K.WINDOW else ~is_window).order_by(Organisation.name)


def _meant(system: HallSystem, kind: HallCodeKind, target: str) -> dict[str, Any]:
    if not target:
        if kind is K.UNIT:
            raise BadInput("单位必须对应到本系统的一个单位。")
        return {"organisation_id": None, "user_id": None, "has_none": True}
    rows = named(system, kind).subquery()
    is_named = or_(rows.c.name == target, rows.c.mark == target, rows.c.name + "（" + rows.c.mark + "）" == target)
    ids: Sequence[int] = db.session.scalars(select(rows.c.id).where(is_named).limit(2)).all()
    if len(ids) != 1:
        raise BadInput("没有这个名称，请从列表中选择。" if not ids else "有几个同名的，请写用户名或全称。")
    is_person = kind is K.OFFICER
    return {"organisation_id": None if is_person else ids[0], "user_id": ids[0] if is_person else None,
            "has_none": False}


def _renew(found: HallCode, values: dict[str, Any]) -> int:
    """The row that holds ends, and another takes its place; cases that are counted stay as they were counted."""
    ending = update(HallCode).where(HallCode.id == found.id, HallCode.ended_at.is_(None))
    if db.session.connection().execute(ending.values(ended_at=values["set_at"])).rowcount != 1:
        raise Refused("刚刚有人改了这个对应，请刷新页面核对。")
    row = {"system_id": found.system_id, "kind": found.kind, "code": found.code, "name": found.name,
           "seen_at": found.seen_at, **values}
    made = db.session.scalar(insert_ignoring(HallCode).values(row).returning(HallCode.id))
    if made is None:
        raise Refused("刚刚有人改了这个对应，请刷新页面核对。")
    return int(made)


def _by_name(rows: Sequence[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        for name in {row.name, row.mark}:
            found.setdefault(name, []).append(row.id)
    return found


def open_count(system_id: int) -> int:
    """How many codes wait to be matched."""
    rows = select(func.count()).where(HallCode.system_id == system_id, HallCode.set_at.is_(None),
                                      HallCode.ended_at.is_(None))
    return db.session.scalar(rows) or 0
