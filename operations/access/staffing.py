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
from operations.base import operation
from operations.directory import organisations
from operations.directory.organisations import Particulars
from operations.errors import BadInput, DomainError, Refused
from operations.tables.lines import Line, read_lines

UNIT_COLUMNS, UNIT_ALSO = ("单位全称", "简称", "类型", "区划代码"), ("条线", "上级单位")
PEOPLE_COLUMNS, PEOPLE_ALSO = ("姓名", "用户名", "角色", "单位全称"), ("手机号", "邮箱", "职务", "领导排序")
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
    return _take(read_lines(path, required=UNIT_COLUMNS, optional=UNIT_ALSO), _unit)


@operation
def take_people(path: Path) -> Taken:
    """导入人员: accounts with their posts; without passwords, so that nobody signs in yet. Raises BadInput for the file."""
    return _take(read_lines(path, required=PEOPLE_COLUMNS, optional=PEOPLE_ALSO), _person)


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


def _take(lines: Sequence[Line], take: Callable[[Mapping[str, str]], bool]) -> Taken:
    """Row by row; what fails is tried again after the others as long as any of them goes in."""
    taken, waiting = Taken(), list(lines)
    while waiting:
        refused: list[tuple[Line, str]] = []
        for line in waiting:
            try:
                is_new = take({name: "" if cell is None else str(cell).strip() for name, cell in line.cells.items()})
                taken.new, taken.unchanged = taken.new + is_new, taken.unchanged + (not is_new)
            except DomainError as problem:
                refused.append((line, str(problem)))
        if len(refused) == len(waiting):
            taken.bad = [(line.number, reason) for line, reason in refused]
            break
        waiting = [line for line, _ in refused]
    return taken


def _unit(cells: Mapping[str, str]) -> bool:
    line = cells.get("条线", "")
    said = Particulars(
        _filled(cells, "单位全称", organisations.LONGEST_NAME), _filled(cells, "简称", organisations.LONGEST_SHORT_NAME),
        _member(OrganisationKind, cells["类型"], "类型"), _filled(cells, "区划代码", 24),
        _member(Branch, line, "条线") if line else None, cells.get("上级单位", ""),
    )
    there = db.session.scalar(select(Organisation.id).where(Organisation.name == said.name))
    if there is None:
        organisations.add(said, actor=SYSTEM)
    return there is None


def _person(cells: Mapping[str, str]) -> bool:
    rank = cells.get("领导排序", "") or "9"
    if not rank.removesuffix(".0").isascii() or not rank.removesuffix(".0").isdecimal() or not 0 < float(rank) < 100:
        raise BadInput("领导排序应为 1 到 99 的整数。")
    role = _member(Role, cells["角色"], "角色")
    if role not in appointments.ROLES:
        raise BadInput("管家由填报单位登记，企业用户自己认领，都不在这里导入。")
    place = Place(role, _filled(cells, "单位全称", organisations.LONGEST_NAME),
                  cells.get("职务", "")[: appointments.LONGEST_TITLE], int(float(rank)))
    if role in appointments.BY_TWO:
        raise BadInput(f"{role.label}要两位管理员在网页上安排，不能按文件导入。")
    unit = appointments.unit_called(place.unit)
    username = _filled(cells, "用户名", 32)
    user = db.session.scalar(select(User).where(User.username == username))
    if user is not None and any(post.role is role and post.organisation_id == unit.id for post, _ in
                                appointments.held(user.id)):
        return False
    user = user or account_desk.open_account(
        username, name=_filled(cells, "姓名", 64), mobile=cells.get("手机号", "").removesuffix(".0"),
        email=cells.get("邮箱", ""), actor=SYSTEM)
    appointments.install(user, unit, place, reason="按文件导入")
    return True


def _filled(cells: Mapping[str, str], name: str, most: int) -> str:
    said = cells[name].removesuffix(".0")
    if not said:
        raise BadInput(f"没有填{name}。")
    if len(said) > most:
        raise BadInput(f"{name}最多 {most} 字。")
    return said


def _member(kind: Any, label: str, name: str) -> Any:
    found = next((one for one in kind if one.label == label), None)
    if found is None:
        raise BadInput(f"{name}“{label[:20]}”不在可填的范围里：{'、'.join(one.label for one in kind)}。")
    return found
