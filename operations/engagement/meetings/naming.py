"""Who is meant by the lines of a form: enterprises, units and officials of a region, by their names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, Organisation, Region
from operations.access.actor import Actor

OFFICIAL = tuple(role for role in Role if role not in (Role.ENTERPRISE_MEMBER, Role.SYSTEM))
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Named:
    """The ids that were found, in the order of the lines, and the lines that mean nobody or several."""

    ids: list[int] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)

    @property
    def complaint(self) -> str:
        """What to put right, in one sentence; empty when all is well."""
        said = []
        if self.unknown:
            said.append(f"没有找到：{'、'.join(self.unknown[:5])}")
        if self.several:
            said.append(f"不止一个：{'、'.join(self.several[:5])}，请写全称")
        return "；".join(said)


def lines_of(text: str) -> list[str]:
    """The lines of a text that say something, each once; enumerations on one line are taken apart."""
    parts = text.replace("、", "\n").replace("，", "\n").replace(";", "\n").replace("；", "\n").splitlines()
    return list(dict.fromkeys(line.strip() for line in parts if line.strip()))


def enterprises(actor: Actor, text: str) -> Named:
    """Live enterprises of the actor's region: full name, short name or credit code. One statement."""
    lines = lines_of(text)
    places = (Enterprise.name, Enterprise.short_name, Enterprise.credit_code)
    rows = select(Enterprise.id, *places).where(
        _below(actor, Enterprise.region_id), Enterprise.merged_into_id.is_(None),
        or_(*(place.in_(lines) for place in places)),
    )
    return _matched(lines, db.session.execute(rows).all())


def units(text: str) -> Named:
    """Organisations by name or short name. One statement."""
    lines = lines_of(text)
    places = (Organisation.name, Organisation.short_name)
    rows = select(Organisation.id, *places).where(or_(*(place.in_(lines) for place in places)))
    return _matched(lines, db.session.execute(rows).all())


def people(actor: Actor, text: str) -> Named:
    """Officials of the actor's region by name; of two with one name, ``姓名 单位简称`` means one. One statement."""
    lines = lines_of(text)
    names = {line.split()[0] for line in lines}
    rows = (
        select(User.id, User.name, (User.name + " " + Organisation.short_name).label("at_unit"))
        .join(Post, Post.user_id == User.id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .where(User.name.in_(names), Post.ended_at.is_(None), Post.role.in_(OFFICIAL),
               _below(actor, func.coalesce(Post.region_id, Organisation.region_id)))
        .distinct()
    )
    return _matched([" ".join(line.split()) for line in lines], db.session.execute(rows).all())


def _below(actor: Actor, region: Any) -> ColumnElement[bool]:
    paths = [post.region_path for post in actor.posts if post.region_path]
    held = [Region.path.startswith(path, autoescape=True) for path in paths] or [Region.id.is_(None)]
    return region.in_(select(Region.id).where(or_(*held)))


def _matched(lines: Sequence[str], rows: Sequence[Any]) -> Named:
    """Each line with the ids whose row says it in any column."""
    known: dict[str, set[int]] = {}
    for row in rows:
        for said in row[1:]:
            if said:
                known.setdefault(said, set()).add(row[0])
    named = Named()
    for line in lines[:MOST_LINES]:
        found = known.get(line, set()) or known.get(line.upper(), set())
        if len(found) == 1:
            named.ids.append(next(iter(found)))
        else:
            (named.several if found else named.unknown).append(line)
    return named
