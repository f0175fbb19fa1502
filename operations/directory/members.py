"""成员管理: an enterprise's administrators invite members by mobile, change their roles and end memberships."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import joinedload

from models import clock
from models.access import Invitation, MemberRole, Post, Role, User
from models.base import db
from models.deliveries import Purpose
from models.directory import Enterprise
from operations import log, notices
from operations.access import persons, scope
from operations.access.accounts import account_of
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.access.sessions import digest_of
from operations.base import operation
from operations.delivery import texts
from operations.errors import NotFound, Refused

VALID_FOR = timedelta(hours=48)
LAST = "企业至少要有一名管理员。请先把另一位成员设为管理员。"


def of_enterprise(enterprise: Enterprise) -> Sequence[Post]:
    """The members now, administrators first."""
    rows = select(Post).options(joinedload(Post.user)).where(*_running(enterprise.id))
    return db.session.scalars(rows.order_by(Post.member_role, Post.id)).all()


def open_invitations(enterprise: Enterprise) -> Sequence[Invitation]:
    """Invitations that can still be accepted, the newest first."""
    rows = select(Invitation).where(Invitation.enterprise_id == enterprise.id, Invitation.ended_at.is_(None),
                                    Invitation.expires_at > clock.now())
    return db.session.scalars(rows.order_by(Invitation.id.desc())).all()


def get_member(actor: Actor, post_id: int) -> Post:
    """A running membership that the actor looks after, or their own. Raises NotFound."""
    post = db.session.get(Post, post_id)
    if post is None or post.ended_at is not None or post.enterprise_id not in scope.own_enterprise_ids(actor):
        raise NotFound
    if post.user_id != actor.user_id and not actor.administers(post.enterprise_id):
        raise NotFound
    return post


@operation
def invite(enterprise: Enterprise, *, actor: Actor, mobile: str, member_role: MemberRole, page: str,
           address: str = "") -> Invitation:
    """邀请：a link that holds for 48 hours goes to the mobile; an earlier one to it stops working.

    ``page`` is the address that the token is put behind. Raises NotFound, Refused, TooManyAttempts.
    """
    _lock(enterprise.id, actor)
    joined = select(Post.id).join(User, User.id == Post.user_id).where(*_running(enterprise.id))
    if db.session.scalar(joined.where(or_(User.username == mobile, User.phone == mobile)).limit(1)):
        raise Refused("这个手机号已经是企业成员。")
    texts.ensure_may_ask(mobile, address=address)
    _end_invitations(Invitation.enterprise_id == enterprise.id, Invitation.mobile == mobile)
    now, token = clock.now(), secrets.token_urlsafe(32)
    made = Invitation(enterprise_id=enterprise.id, mobile=mobile, member_role=member_role, created_at=now,
                      token_hash=digest_of(token), invited_by_id=actor.user_id, expires_at=now + VALID_FOR)
    db.session.add(made)
    words = (f"{enterprise.called}邀请您成为{member_role.label}，48 小时内打开 {page}{token} 接受，只能用一次。"
             "不认识这家企业请勿理会。")
    texts.queue(mobile, words, purpose=Purpose.INVITATION, expires_at=made.expires_at, address=address)
    db.session.flush()
    log.record("invite_member", object_type="invitation", object_id=made.id, actor=actor,
               details={"enterprise": enterprise.id, "role": member_role})
    return made


@operation
def withdraw(invitation_id: int, *, actor: Actor) -> Invitation:
    """撤回邀请：the link stops working. Raises NotFound, and Refused when it is over already."""
    found = db.session.get(Invitation, invitation_id)
    if found is None or not actor.administers(found.enterprise_id):
        raise NotFound
    _lock(found.enterprise_id, actor)
    if not _end_invitations(Invitation.id == invitation_id):
        raise Refused("这条邀请已经用过或已经失效。")
    log.record("withdraw_invitation", object_type="invitation", object_id=invitation_id, actor=actor)
    return found


@operation
def change_role(post_id: int, *, actor: Actor, member_role: MemberRole) -> Post:
    """改角色：holds from the person's next request. Raises NotFound, and Refused for the last administrator."""
    enterprise_id = get_member(actor, post_id).enterprise_id
    enterprise = _lock(enterprise_id, actor)
    post = _locked_member(post_id)
    if post.member_role is member_role:
        raise Refused(f"{post.user.name}已经是{member_role.label}。")
    if member_role is not MemberRole.ADMINISTRATOR:
        _part_with_administrator(post)
    before, post.member_role = post.member_role, member_role
    log.record("change_member_role", object_type="post", object_id=post.id, actor=actor,
               details={"member": post.user_id, "from": before, "to": member_role})
    notices.tell_people([post.user_id], f"您现在是{enterprise.called}的{member_role.label}", about=f"post.{post.id}")
    return post


@operation
def end_membership(post_id: int, *, actor: Actor) -> Post:
    """移出成员, or leave oneself: over from the next request. Raises NotFound, Refused for the last administrator."""
    found = get_member(actor, post_id)
    enterprise = _lock(found.enterprise_id, None if found.user_id == actor.user_id else actor)
    post = _locked_member(post_id)
    _part_with_administrator(post)
    notices.tell_members(enterprise.id, f"{post.user.name}不再是{enterprise.called}的成员", about=f"post.{post.id}")
    post.ended_at = clock.now()
    log.record("end_membership", object_type="post", object_id=post.id, actor=actor, details={"member": post.user_id})
    return post


def bind(invitation: Invitation, user: User) -> Post:
    """Let the invited person in, within the operation that has used up the invitation. Raises Refused."""
    enterprise = _lock(invitation.enterprise_id, None)
    if db.session.scalar(select(Post.id).where(Post.user_id == user.id, *_running(enterprise.id)).limit(1)):
        raise Refused("您已经是这家企业的成员，请直接登录。")
    persons.ensure_apart(user, Role.ENTERPRISE_MEMBER)
    post = Post(user_id=user.id, role=Role.ENTERPRISE_MEMBER, enterprise_id=enterprise.id,
                member_role=invitation.member_role, started_at=clock.now())
    db.session.add(post)
    db.session.flush()
    label = invitation.member_role.label
    notices.tell_members(enterprise.id, f"{user.name}已成为{enterprise.called}的{label}", about=f"post.{post.id}")
    return post


def has_account(invitation: Invitation) -> bool:
    """Whether the invited mobile signs in already."""
    return account_of(invitation.mobile) is not None


def _running(enterprise_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return Post.enterprise_id == enterprise_id, Post.ended_at.is_(None)


def _lock(enterprise_id: int | None, actor: Actor | None) -> Enterprise:
    """The enterprise for this transaction alone; NotFound when the actor no longer administers it by now."""
    rows = select(Enterprise).where(Enterprise.id == enterprise_id).with_for_update(of=Enterprise)
    enterprise = db.session.scalars(rows.execution_options(populate_existing=True)).one()
    if actor is not None:
        own = select(Post.id).where(Post.user_id == actor.user_id, *_running(enterprise_id))
        if db.session.scalar(own.where(Post.member_role == MemberRole.ADMINISTRATOR)) is None:
            raise NotFound
    return enterprise


def _locked_member(post_id: int) -> Post:
    rows = select(Post).where(Post.id == post_id, Post.ended_at.is_(None)).with_for_update(of=Post)
    return the_one(rows.execution_options(populate_existing=True))


def _part_with_administrator(post: Post) -> None:
    """Refuse when nobody else who can sign in is left; what the administrator has invited stops working."""
    if post.member_role is not MemberRole.ADMINISTRATOR:
        return
    others = select(func.count()).select_from(Post).join(User, User.id == Post.user_id).where(
        *_running(post.enterprise_id), Post.member_role == MemberRole.ADMINISTRATOR, Post.id != post.id,
        User.is_active.is_(True)
    )
    if not db.session.scalar(others):
        raise Refused(LAST)
    _end_invitations(Invitation.enterprise_id == post.enterprise_id, Invitation.invited_by_id == post.user_id)


def _end_invitations(*which: ColumnElement[bool]) -> int:
    ending = update(Invitation).where(*which, Invitation.ended_at.is_(None))
    return db.session.connection().execute(ending.values(ended_at=clock.now())).rowcount
