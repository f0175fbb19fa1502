"""A city's units and people from its own tables, and its first three administrators: how a site comes to be staffed.

By whoever runs the server. Posts with power over others are not given by a file: two administrators give them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select

from models.access import Post, Role, User
from models.base import db
from models.directory import Line as Branch
from models.directory import Organisation, OrganisationKind
from operations import log
from operations.access import account_desk, appointments
from operations.access.actor import SYSTEM
from operations.access.appointments import Place
from operations.access.sessions import BY_TWO
from operations.base import operation
from operations.directory import organisations
from operations.directory.organisations import Particulars
from operations.errors import BadInput, DomainError, Refused
from operations.tables import cells
from operations.tables.cells import Reader
from operations.tables.lines import Line, read_lines
from operations.tables.words import Unfit

Columns = Mapping[str, Reader]
NAMED, SHORT = cells.text(organisations.LONGEST_NAME), cells.text(organisations.LONGEST_SHORT_NAME)
UNIT_COLUMNS = {"单位全称": NAMED, "简称": SHORT, "区划代码": cells.text(24),
                "类型": cells.one_of({kind.label: kind for kind in OrganisationKind}, "单位类型")}
UNIT_ALSO = {"条线": cells.one_of({line.label: line for line in Branch}, "条线"), "上级单位": NAMED}
PEOPLE_COLUMNS = {"姓名": cells.text(64), "用户名": cells.text(32), "单位全称": NAMED,
                  "角色": cells.one_of({role.label: role for role in Role}, "角色")}
PEOPLE_ALSO = {"手机号": cells.text(32), "邮箱": cells.text(254), "职务": cells.text(appointments.LONGEST_TITLE),
               "领导排序": cells.whole(1, appointments.LOWEST_RANK)}
FOUNDED = "本站已有能用的{}。有管理员的，由管理员在网页上开户、安排岗位。"


@dataclass(slots=True)
class Taken:
    """What a file brought: rows that were new, rows that were there already, and what is wrong with the others."""

    new: int = 0
    unchanged: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)


@operation
def take_units(path: Path) -> Taken:
    """导入单位: the rows in any order, a unit above before what lies below it. Raises BadInput for the file."""
    return _take(path, UNIT_COLUMNS, UNIT_ALSO, _unit)


@operation
def take_people(path: Path) -> Taken:
    """导入人员: accounts with their posts; without passwords, so that nobody signs in yet. Raises BadInput for the file."""
    return _take(path, PEOPLE_COLUMNS, PEOPLE_ALSO, _person)


@operation
def found(unit: Particulars, people: Mapping[Role, tuple[str, str]]) -> Sequence[User]:
    """首任三员：the unit they belong to and an account for each of these roles, as (user name, name).

    Only for a role that nobody holds who could sign in: at the beginning all three, later what was lost. Raises Refused
    for one that is held, BadInput for what cannot be.
    """
    log.take_turn()  # of two at once the second sees the first one's
    for role in people:
        if db.session.scalar(select(exists().where(
                Post.role == role, Post.ended_at.is_(None), User.id == Post.user_id, User.is_active))):
            raise Refused(FOUNDED.format(role.label))
    home = db.session.scalar(select(Organisation).where(Organisation.name == unit.name))
    home = home or organisations.add(unit, actor=SYSTEM)
    made = []
    for role, (username, name) in people.items():
        user = account_desk.open_account(username, name=name, mobile="", email="", actor=SYSTEM)
        appointments.install(user, home, Place(role, home.name), reason="建站")
        made.append(user)
    return made


def _take(path: Path, required: Columns, optional: Columns, take: Callable[[Mapping[str, Any]], bool]) -> Taken:
    """Row by row; what fails is tried again after the others as long as any of them goes in."""
    taken, waiting = Taken(), read_lines(path, required=list(required), optional=list(optional))
    while waiting:
        refused: list[tuple[Line, str]] = []
        for line in waiting:
            try:
                is_new = take(_read(line, required, optional))
                taken.new, taken.unchanged = taken.new + is_new, taken.unchanged + (not is_new)
            except DomainError as problem:
                refused.append((line, str(problem)))
        if len(refused) == len(waiting):
            taken.bad = [(line.number, reason) for line, reason in refused]
            break
        waiting = [line for line, _ in refused]
    return taken


def _read(line: Line, required: Columns, optional: Columns) -> dict[str, Any]:
    """What the cells say; None for an empty one. Raises BadInput with the column and what is wrong with its cell."""
    said = {}
    for name, read in {**required, **optional}.items():
        cell = line.cells.get(name)
        try:
            said[name] = read(cell)
        except Unfit as wrong:
            raise BadInput(f"{name}“{cells.shown(cell)}”{wrong}。") from None
        if said[name] is None and name in required:
            raise BadInput(f"没有填{name}。")
    return said


def _unit(said: Mapping[str, Any]) -> bool:
    if db.session.scalar(select(Organisation.id).where(Organisation.name == said["单位全称"])):
        return False
    organisations.add(Particulars(said["单位全称"], said["简称"], said["类型"], said["区划代码"], said["条线"],
                                  said["上级单位"] or ""), actor=SYSTEM)
    return True


def _person(said: Mapping[str, Any]) -> bool:
    role, username = said["角色"], said["用户名"]
    if role not in appointments.ROLES:
        raise BadInput("管家由填报单位登记，企业用户自己认领，都不在这里导入。")
    if role in BY_TWO:
        raise BadInput(f"{role.label}要两位管理员在网页上安排，不能按文件导入。")
    unit = appointments.unit_called(said["单位全称"])
    place = Place(role, unit.name, said["职务"] or "", said["领导排序"] or appointments.USUAL_RANK)
    user = db.session.scalar(select(User).where(User.username == username))
    if user is not None and any(post.role is role and post.organisation_id == unit.id
                                for post, _ in appointments.held(user.id)):
        return False
    user = user or account_desk.open_account(username, name=said["姓名"], mobile=said["手机号"] or "",
                                             email=said["邮箱"] or "", actor=SYSTEM)
    appointments.install(user, unit, place, reason="按文件导入")
    return True
