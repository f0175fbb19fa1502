"""组织机构: the city's units as the system administrator keeps them. None is ever deleted: what it did remains its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from models.access import Post, Role
from models.base import db
from models.directory import Line, Organisation, OrganisationKind, Region
from operations import log, notices
from operations.access.actor import Actor
from operations.base import hold, insert_ignoring, operation
from operations.errors import BadInput, NotAllowed, NotFound
from operations.insight import units

KEEPING = (Role.SYSTEM_ADMINISTRATOR, Role.SYSTEM)
WATCHING = (Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)
LOOKING = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
PAGE, SUGGESTED = 100, 8
LONGEST_NAME, LONGEST_SHORT_NAME = 100, 32
TAKEN = "已有同名的单位。"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is said of a unit. ``region`` is a code, ``above`` the full name of the unit above or empty."""

    name: str
    short_name: str
    kind: OrganisationKind
    region: str
    line: Line | None = None
    above: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A unit as the list shows it, with how many people hold a post there."""

    unit: Organisation
    region: str
    above: str
    people: int

    @property
    def said(self) -> Particulars:
        """What is said of it now."""
        unit = self.unit
        return Particulars(unit.name, unit.short_name, unit.kind, unit.region.code, unit.line, self.above)


def found(actor: Actor, words: str = "", *, after: int = 0) -> Sequence[Listed]:
    """The units whose name holds ``words``, by number from behind ``after`` on; one more than a page if there is."""
    _ensure(actor, LOOKING)
    rows = _listed().where(Organisation.id > after, _holds(words)).order_by(Organisation.id).limit(PAGE + 1)
    return [Listed(*row) for row in db.session.execute(rows)]


def names(actor: Actor, words: str) -> Sequence[str]:
    """Full names of units that hold ``words``: suggestions while somebody types."""
    _ensure(actor, LOOKING)
    rows = select(Organisation.name).where(_holds(words)).order_by(func.length(Organisation.name), Organisation.name)
    return db.session.scalars(rows.limit(SUGGESTED)).all() if words else []


def get(actor: Actor, organisation_id: int) -> Listed:
    """One unit. Raises NotFound."""
    _ensure(actor, LOOKING)
    return _the_one(organisation_id)


@operation
def add(said: Particulars, *, actor: Actor) -> Organisation:
    """增设单位. Raises BadInput for a name that is taken, and for a region or a unit above that is not there."""
    _ensure(actor, KEEPING)
    region, above = _region(said.region), _above(said.above)
    made = db.session.scalar(insert_ignoring(Organisation).values(_row(said, region, above)).returning(Organisation.id))
    if made is None:
        raise BadInput(TAKEN)
    unit = db.session.get_one(Organisation, made)
    unit.path = f"{above.path if above else '/'}{made}/"
    _note("add_organisation", unit, actor, None, said)
    return unit


@operation
def change(organisation_id: int, said: Particulars, *, actor: Actor) -> Organisation:
    """更改单位：whatever lies below moves with it, and its posts to its region. Raises as `add`, and NotFound."""
    _ensure(actor, KEEPING)
    now = _the_one(organisation_id)
    unit, before = now.unit, now.said
    hold(unit)
    region, above = _region(said.region), _above(said.above)
    if above is not None and above.path.startswith(unit.path):
        raise BadInput("上级不能是自己或自己的下级。")
    if db.session.scalar(select(Organisation.id).where(Organisation.name == said.name, Organisation.id != unit.id)):
        raise BadInput(TAKEN)
    former, moved = unit.path, f"{above.path if above else '/'}{unit.id}/"
    if region.id != unit.region_id:
        held = update(Post).where(Post.organisation_id == unit.id, Post.region_id == unit.region_id)
        db.session.execute(held.values(region_id=region.id))
    for name, value in _row(said, region, above).items():
        setattr(unit, name, value)
    db.session.flush()
    if moved != former:
        below = update(Organisation).where(Organisation.path.startswith(former, autoescape=True))
        db.session.execute(below.values(path=moved + func.substr(Organisation.path, len(former) + 1)))
    if moved != former or before.region != said.region:
        _tell_of_move(unit, before, said)
    _note("change_organisation", unit, actor, before, said)
    return unit


def _holds(words: str) -> ColumnElement[bool]:
    return or_(Organisation.name.contains(words, autoescape=True),
               Organisation.short_name.contains(words, autoescape=True))


def _listed() -> Select[Any]:
    above = db.aliased(Organisation)
    people = (
        select(func.count(Post.user_id.distinct()))
        .where(Post.organisation_id == Organisation.id, Post.ended_at.is_(None)).scalar_subquery()
    )
    return (
        select(Organisation, Region.name, func.coalesce(above.name, ""), people)
        .join(Region, Region.id == Organisation.region_id)
        .outerjoin(above, above.id == Organisation.parent_id)
    )


def _the_one(organisation_id: int) -> Listed:
    row = db.session.execute(_listed().where(Organisation.id == organisation_id)).one_or_none()
    if row is None:
        raise NotFound
    return Listed(*row)


def _row(said: Particulars, region: Region, above: Organisation | None) -> dict[str, Any]:
    return {"name": said.name, "short_name": said.short_name, "kind": said.kind, "line": said.line,
            "region_id": region.id, "parent_id": above.id if above else None}


def _region(code: str) -> Region:
    found = db.session.scalar(select(Region).where(Region.code == code))
    if found is None:
        raise BadInput(f"没有代码为 {code} 的区划，请在“区划”里查。")
    return found


def _above(name: str) -> Organisation | None:
    if not name:
        return None
    found = units.any_called(name)
    if found is None:
        raise BadInput(f"没有“{name}”这个上级单位，请写全称。")
    return found


def _tell_of_move(unit: Organisation, before: Particulars, said: Particulars) -> None:
    """One administrator changes what the people of this unit and of those above may see: others are told."""
    watching = select(Post.user_id).where(Post.role.in_(WATCHING), Post.ended_at.is_(None))
    words = (f"上级：{before.above or '无'} → {said.above or '无'}；区划：{before.region} → {said.region}。"
             "在岗人员能看到的范围随之改变，请核对。")
    notices.tell_people(db.session.scalars(watching).all(), f"单位已移动：{said.name}", about=f"organisation.{unit.id}",
                        words=words)


def _note(action: str, unit: Organisation, actor: Actor, before: Particulars | None, after: Particulars) -> None:
    """Codes into the sealed text, names beside it as words."""
    said = [one for one in (before, after) if one is not None]
    log.record(
        action, object_type="organisation", object_id=unit.id, actor=actor,
        details={"path": unit.path,
                 "said": [{"kind": one.kind, "line": one.line, "region": one.region} for one in said]},
        words="\n".join("，".join(filter(None, (one.name, one.short_name, one.above))) for one in said),
        standing=next(iter(actor.posts_as(*KEEPING)), None),
    )


def _ensure(actor: Actor, roles: tuple[Role, ...]) -> None:
    if not actor.holds(*roles):
        raise NotAllowed
