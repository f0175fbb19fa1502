"""同一个人: what takes two people takes no second account of one; and nobody is an administrator and something else."""

from sqlalchemy import ColumnElement, func, or_, select, true

from models.access import Post, Role, User
from models.access.posts import ADMINISTRATORS
from models.base import db
from operations.delivery.texts import is_mobile
from operations.errors import Refused

ONE_OF_THREE = "三员分立：一个人只能担任系统、安全、审计管理员中的一种。"
NOTHING_BESIDE = "三员分立：系统、安全、审计管理员不兼其他岗位，换一个账号也不行。"


def is_of(user: User) -> ColumnElement[bool]:
    """The condition that an account is of whoever has this one.

    Of the same mobile or mailbox: whoever reads what is sent there sets the passwords of both. Of the same name where
    no two mobiles tell them apart.
    """
    mobiles = {number for number in (user.phone, user.username) if number and is_mobile(number)}
    reached = [User.id == user.id]
    reached += [way for number in mobiles for way in (User.phone == number, User.username == number)]
    if user.email:
        reached.append(func.lower(User.email) == user.email.lower())
    unlike = User.phone.is_(None) if user.phone else true()
    return or_(*reached, (User.name == user.name) & unlike)


def are_one(user_id: int | None, *others: int | None) -> bool:
    """Whether the account is of whoever has one of the others."""
    user = db.session.get(User, user_id)
    ids = [one for one in others if one is not None]
    return user is not None and bool(db.session.scalar(select(User.id).where(User.id.in_(ids), is_of(user)).limit(1)))


def ensure_apart(user: User, role: Role) -> None:
    """Raise Refused where the person would be two of the three administrators, or one of them and something else.

    三员分立 (GB/T 22239): who runs, guards and watches the site does none of its business. Of one account the database
    says so itself.
    """
    roles = set(db.session.scalars(select(Post.role).join(User, User.id == Post.user_id).where(
        is_of(user), Post.ended_at.is_(None), Post.role != Role.SYSTEM).distinct()))
    administers = not roles.isdisjoint(ADMINISTRATORS)
    if role in ADMINISTRATORS and administers:
        raise Refused(ONE_OF_THREE)
    if administers if role not in ADMINISTRATORS else roles:
        raise Refused(NOTHING_BESIDE)
