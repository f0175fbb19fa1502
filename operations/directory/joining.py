"""接受邀请: whoever opens the link of an invitation becomes a member, with an account made now or one that is there."""

from sqlalchemy import select, update

from models import clock
from models.access import Invitation, Post, User
from models.base import db
from models.directory import Enterprise
from operations import log
from operations.access.accounts import account_of, open_account
from operations.access.actor import Actor
from operations.access.sessions import digest_of
from operations.base import operation
from operations.directory import members
from operations.errors import DomainError, Refused

LONGEST_TOKEN = 64


class InvitationOver(DomainError):
    """Empty, unknown, used, withdrawn or expired: one answer for all, so that nothing can be found out by trying."""

    status_code = 404
    message = "这个邀请链接不能用：可能已经用过、已经撤回、已过期，也可能网址不完整。请让企业管理员重新邀请。"


def invitation_of(token: str) -> tuple[Invitation, Enterprise]:
    """What the link opens; looking changes nothing. Raises InvitationOver."""
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise InvitationOver
    rows = (
        select(Invitation, Enterprise)
        .join(Enterprise, Enterprise.id == Invitation.enterprise_id)
        .where(Invitation.token_hash == digest_of(token), Invitation.ended_at.is_(None),
               Invitation.expires_at > clock.now(), Enterprise.merged_into_id.is_(None))
    )
    found = db.session.execute(rows).one_or_none()
    if found is None:
        raise InvitationOver
    return found[0], found[1]


@operation
def accept(token: str, *, actor: Actor | None, person: str = "", password: str = "", address: str = "") -> Post:
    """接受邀请：of any number at once, one succeeds. ``actor`` is whoever is signed in, None being nobody.

    Raises InvitationOver, BadInput for a weak password, Refused when somebody else is signed in or nobody yet.
    """
    invitation, _ = invitation_of(token)
    user = account_of(invitation.mobile) or _bearer(invitation.mobile, actor)
    if (actor.user_id if actor else None) != (user.id if user else None):
        raise Refused("请用收到邀请的手机号的账号登录后接受。" if user else "请先退出现在的账号，再打开邀请链接。")
    using = update(Invitation).where(Invitation.id == invitation.id, Invitation.ended_at.is_(None),
                                     Invitation.expires_at > clock.now())
    if db.session.connection().execute(using.values(ended_at=clock.now())).rowcount != 1:
        raise InvitationOver
    user = user or open_account(invitation.mobile, person=person, password=password)
    db.session.refresh(invitation)
    invitation.used_by_id = user.id
    post = members.bind(invitation, user)
    log.record("accept_invitation", object_type="invitation", object_id=invitation.id,
               actor=Actor(user.id, user.name, (), address=address),
               details={"enterprise": invitation.enterprise_id, "role": invitation.member_role})
    return post


def _bearer(mobile: str, actor: Actor | None) -> User | None:
    """Whoever is signed in by another name and has this number as their own: the link came to them."""
    if actor is None:
        return None
    return db.session.scalar(select(User).where(User.id == actor.user_id, User.phone == mobile))
