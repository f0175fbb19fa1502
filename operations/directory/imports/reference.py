"""What a row is held against: regions, industries, stewards and owning units, each read once for a whole file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Industry, Organisation, Region
from operations.clocks import shanghai
from operations.directory.names import plain_phone
from operations.tables.cells import Reader, plain_text
from operations.tables.opening import Cell
from operations.tables.words import Unfit

SEVERAL = object()
INDUSTRY_DIGITS = range(2, 5)


def remembering(read: Reader) -> Reader:
    """The same cell comes again and again: what ``read`` made of it is kept, refusals as well."""
    known: dict[Cell, Any] = {}

    def quick(cell: Cell) -> Any:
        try:
            found = known[cell]
        except KeyError:
            try:
                found = read(cell)
            except Unfit as reason:
                found = reason
            known[cell] = found
        if type(found) is Unfit:
            raise Unfit(*found.args)
        return found

    return quick


@dataclass(frozen=True, slots=True)
class Ground:
    """A region as rows ask for it."""

    id: int
    path: str
    valid_to: date | None


def regions() -> Reader:
    """A reader of 区划: a code of 6, 9 or 12 digits or a local one, a name, or a name with those above it."""
    today = shanghai.today()
    rows = {row.id: row for row in db.session.scalars(select(Region))}
    known: dict[str, Any] = {}
    for row in rows.values():
        ground = known[row.code] = Ground(row.id, row.path, row.valid_to)
        for name in _names_of(row, rows):
            known[name] = SEVERAL if name in known else ground

    def read(cell: Cell) -> Ground | None:
        said = plain_text(cell)
        found = known.get(said) or known.get(_short_code(said)) if said else None
        if said and found is None:
            raise Unfit("没有这个区划，请填 6 位或 9 位区划代码，或系统中的区划名称")
        if found is SEVERAL:
            raise Unfit("有几个同名的区划，请填区划代码")
        if found is not None and found.valid_to is not None and found.valid_to < today:
            raise Unfit("区划已撤销，请填现行的区划")
        return found

    return remembering(read)


def _names_of(region: Region, rows: dict[int, Region]) -> Iterable[str]:
    name, above = region.name, rows.get(region.parent_id or 0)
    yield name
    while above is not None:
        name = above.name + name
        yield name
        above = rows.get(above.parent_id or 0)


def _short_code(code: str) -> str:
    """990102001000 is 990102001, and 990102000000 is 990102."""
    if len(code) == 12 and code.isdecimal():
        return code.removesuffix("000").removesuffix("000")
    return code


def industries(warn: Callable[[str], None]) -> Reader:
    """A reader of 行业: a code of GB/T 4754, or the name of a section or division. What is unknown is warned of."""
    known = {name: code for code, name in db.session.execute(select(Industry.code, Industry.name))}
    codes = set(known.values())

    def read(cell: Cell) -> str | None:
        said = plain_text(cell).upper()
        digits = said[1:] if said[:1].isascii() and said[:1].isalpha() else said
        if digits.isdecimal() and len(digits) == 1:
            digits = f"0{digits}"  # a spreadsheet makes 1 of 01
        if digits.isascii() and digits.isdecimal() and len(digits) in INDUSTRY_DIGITS:
            if not codes or digits[:2] in codes:
                return digits
        found = known.get(said)
        if said and found is None:
            raise Unfit("不是 GB/T 4754 的行业代码或名称")
        return found

    quick = remembering(read)

    def lenient(cell: Cell) -> str | None:
        try:
            return quick(cell)
        except Unfit as reason:
            warn(f"{reason}，未导入此项")
            return None

    return lenient


def stewards() -> Reader:
    """A reader of 企业管家: the username or the phone of somebody who is a steward now."""
    now = clock.now()
    rows = (
        select(User.id, User.username, User.phone)
        .join(Post, and_(Post.user_id == User.id, Post.role == Role.STEWARD))
        .where(or_(Post.ended_at.is_(None), Post.ended_at > now), User.is_active.is_(True))
        .distinct()
    )
    known: dict[str, Any] = {}
    for user_id, username, phone in db.session.execute(rows):
        known[username] = user_id
        if phone:
            plain = plain_phone(phone)
            known[plain] = SEVERAL if known.get(plain, user_id) != user_id else user_id

    def read(cell: Cell) -> int | None:
        said = plain_text(cell)
        found = known.get(said) or known.get(plain_phone(said))
        if said and found is None:
            raise Unfit("不是已登记的管家，请先登记管家或填对用户名、手机号")
        if found is SEVERAL:
            raise Unfit("有几位管家用同一手机号，请填用户名")
        return found

    return remembering(read)


def organisations(under: str) -> Reader:
    """A reader of 工作单位: an organisation by its whole or short name, in the territory whose path is ``under``."""
    rows = select(Organisation.id, Organisation.name, Organisation.short_name, Organisation.region_id, Region.path)
    known: dict[str, Any] = {}
    for row in db.session.execute(rows.join(Region, Region.id == Organisation.region_id)):
        known[row.name] = row
        known[row.short_name] = SEVERAL if known.get(row.short_name, row) is not row else row

    def read(cell: Cell) -> Any:
        said = plain_text(cell)
        found = known.get(said)
        if said and found is None:
            raise Unfit("系统中没有这个单位，请填单位全称")
        if found is SEVERAL:
            raise Unfit("有几个单位用这个简称，请填单位全称")
        if found is not None and not found.path.startswith(under):
            raise Unfit("不在本单位的区域内")
        return found

    return remembering(read)
