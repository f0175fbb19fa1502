"""忘记密码, 开通账号: a one-time link to the person's own mobile or mailbox, by which they set a password.

Asking writes one row, whatever name was given; a job looks whether there is such an account and sends. So neither the
answer nor its time tells anything (CVE-2022-35488, CVE-2021-38562 and their kind). A second step stays owed.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import func, select, update

from models import clock
from models.access import LinkKind, PasswordLink, PasswordRequest, Role, User
from models.base import db
from models.deliveries import Carrier, Delivery, Purpose
from operations import log
from operations.access import passwords
from operations.access.actor import SYSTEM, Actor
from operations.access.sessions import digest_of, end_sessions
from operations.base import operation
from operations.delivery import texts
from operations.errors import DomainError, NotAllowed, NotFound, Refused, TooManyAttempts

VALID_FOR = {LinkKind.RESET: timedelta(minutes=30), LinkKind.INVITATION: timedelta(hours=48)}
WORDS = {LinkKind.RESET: "30 分钟", LinkKind.INVITATION: "48 小时"}
A_DAY, PER_ACCOUNT, PER_ADDRESS = timedelta(days=1), 5, 20
PER_INVITED = 2 * PER_ACCOUNT  # whatever strangers have asked for, the security administrator can still send five
LONGEST_TOKEN = 64
AT_ONCE = 50
INVITING = (Role.SECURITY_ADMINISTRATOR, Role.SYSTEM)


class LinkOver(DomainError):
    """Empty, unknown, used, replaced or expired: one answer for all."""

    status_code = 404
    message = "这个链接不能用：可能已经用过、已过期，也可能网址不完整。请重新申请。"


@operation
def ask(account: str, *, address: str) -> None:
    """忘记密码：takes note. Only the place one asks from has a limit that shows; raises TooManyAttempts."""
    now = clock.now()
    asked = select(func.count()).where(PasswordRequest.address == address, PasswordRequest.asked_at > now - A_DAY)
    if (db.session.scalar(asked) or 0) >= PER_ADDRESS:
        raise TooManyAttempts("从您的网络申请的次数太多，请明天再试。")
    db.session.add(PasswordRequest(account=account.strip().lower()[:64], address=address, asked_at=now))


@operation
def answer_requests(*, page: str, carriers: Collection[Carrier]) -> tuple[int, int]:
    """发出链接 to whoever asked and has an account that can be reached. Returns how many were looked at, and sent."""
    waiting = select(PasswordRequest).where(PasswordRequest.taken_at.is_(None)).order_by(PasswordRequest.id)
    taken = db.session.scalars(waiting.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    sent = 0
    for asked in taken:
        asked.taken_at = clock.now()
        user = db.session.scalar(select(User).where(User.username == asked.account, User.is_active))
        if user is not None and not _has_had(user, PER_ACCOUNT):
            sent += _sent(user, LinkKind.RESET, SYSTEM, page=page, carriers=carriers, address=asked.address)
    return len(taken), sent


@operation
def invite(user_id: int, *, actor: Actor, page: str, carriers: Collection[Carrier]) -> LinkKind:
    """发送链接, by the security administrator: to set the first password, or another. Raises Refused, NotFound."""
    if not actor.holds(*INVITING):
        raise NotAllowed
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    if not user.is_active:
        raise Refused("这个账号已停用。")
    if _has_had(user, PER_INVITED):
        raise TooManyAttempts(f"今天已经给这个账号发过 {PER_INVITED} 次链接，请明天再发。")
    kind = LinkKind.RESET if user.password_hash else LinkKind.INVITATION
    if not _sent(user, kind, actor, page=page, carriers=carriers):
        raise Refused("发不出去：这个账号没有登记手机号和邮箱，或者本站没有开通短信和邮件。")
    return kind


@operation
def make(username: str, *, actor: Actor) -> str:
    """做一个链接 to be handed over by whoever runs the server; returns its token."""
    user = db.session.scalar(select(User).where(User.username == username, User.is_active))
    if user is None:
        raise NotFound(f"没有账号 {username}，或者已经停用。")
    return _made(user, LinkKind.INVITATION, actor)[1]


def opened_by(token: str) -> tuple[PasswordLink, User]:
    """What the link opens; looking changes nothing. Raises LinkOver."""
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise LinkOver
    rows = select(PasswordLink, User).join(User, User.id == PasswordLink.user_id).where(
        PasswordLink.token_hash == digest_of(token), PasswordLink.ended_at.is_(None),
        PasswordLink.expires_at > clock.now(), User.is_active)
    found = db.session.execute(rows).one_or_none()
    if found is None:
        raise LinkOver
    return found[0], found[1]


@operation
def use(token: str, *, password: str, address: str) -> None:
    """设置密码：of any number at once, one succeeds; every session of the account ends. Raises LinkOver, BadInput."""
    link, user = opened_by(token)
    now = clock.now()
    using = update(PasswordLink).where(PasswordLink.id == link.id, PasswordLink.ended_at.is_(None),
                                       PasswordLink.expires_at > now)
    if db.session.connection().execute(using.values(ended_at=now, used_at=now)).rowcount != 1:
        raise LinkOver
    passwords.give(user, password)
    end_sessions(user.id)
    actor = Actor(user.id, user.name, (), address=address)
    log.record("set_password", object_type="user", object_id=user.id, actor=actor, details={"by": link.kind})


def _has_had(user: User, most: int) -> bool:
    """Five a day are asked for (security.md (d)): with the account held, so that two at once count each other."""
    db.session.scalars(select(User.id).where(User.id == user.id).with_for_update()).one()
    made = select(func.count()).where(PasswordLink.user_id == user.id, PasswordLink.created_at > clock.now() - A_DAY)
    return (db.session.scalar(made) or 0) >= most


def _sent(user: User, kind: LinkKind, actor: Actor, *, page: str, carriers: Collection[Carrier],
          address: str = "") -> bool:
    way = _way_to(user, carriers)
    if way is None:
        return False
    link, token = _made(user, kind, actor)
    words = (f"{kind.label}：{WORDS[kind]}内打开 {page}{token} 设置密码，只能用一次，不要转给别人。"
             "不是您本人要的，请勿理会。")
    carrier, recipient = way
    db.session.add(Delivery(
        carrier=carrier, purpose=Purpose.PASSWORD, key=f"link-{secrets.token_hex(12)}", recipient=recipient,
        words=words, address=address, created_at=link.created_at, next_try_at=link.created_at,
        expires_at=link.expires_at,
    ))
    return True


def _way_to(user: User, carriers: Collection[Carrier]) -> tuple[Carrier, str] | None:
    if Carrier.SMS in carriers and texts.is_mobile(user.phone):
        return Carrier.SMS, user.phone or ""
    return (Carrier.EMAIL, user.email) if Carrier.EMAIL in carriers and user.email else None


def _made(user: User, kind: LinkKind, actor: Actor) -> tuple[PasswordLink, str]:
    now, token = clock.now(), secrets.token_urlsafe(32)
    earlier = update(PasswordLink).where(PasswordLink.user_id == user.id, PasswordLink.ended_at.is_(None))
    db.session.connection().execute(earlier.values(ended_at=now))
    link = PasswordLink(user_id=user.id, kind=kind, token_hash=digest_of(token), created_at=now,
                        expires_at=now + VALID_FOR[kind])
    db.session.add(link)
    db.session.flush()
    log.record("send_password_link", object_type="user", object_id=user.id, actor=actor, details={"kind": kind},
               standing=next(iter(actor.posts_as(*INVITING)), None))
    return link, token
