"""大厅系统: whose cases are counted here, who keeps it, and the keys by which its requests are believed."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true, update

from models import clock
from models.access import Role
from models.base import db
from models.hall_intake import HallCode, HallKey, HallSystem
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.words import ensure_said

# The registrar of the unit that keeps a system matches its codes; the site's own administrator may see to its keys too.
KEEPERS = (Role.REGISTRAR, Role.SYSTEM_ADMINISTRATOR)
CODE = re.compile(r"[a-z][a-z0-9-]{1,30}", re.ASCII)
LONGEST_NAME, MOST_KEYS = 64, 5
PURPOSE = b"zhitongche hall key\n"


def system_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``hall_systems``: those that the actor's units keep; an administrator of the site, all."""
    units = [post.unit_id for post in actor.posts_as(Role.REGISTRAR)]
    everywhere = actor.holds(Role.SYSTEM_ADMINISTRATOR, Role.SYSTEM)
    return or_(false(), HallSystem.unit_id.in_(units), *([true()] if everywhere else []))


def visible_systems(actor: Actor) -> Select[HallSystem]:
    """The systems that the actor sees to, by their codes."""
    return select(HallSystem).where(system_scope(actor)).order_by(HallSystem.code)


def get_system(actor: Actor, system_id: int) -> HallSystem:
    """The system, or NotFound."""
    return the_one(visible_systems(actor).where(HallSystem.id == system_id))


def kept_system(actor: Actor, system_id: int) -> tuple[HallSystem, Standing]:
    """The system and the registrar's post by which the actor speaks for its unit. Raises NotFound, NotAllowed."""
    system = get_system(actor, system_id)
    post = next((post for post in actor.posts_as(Role.REGISTRAR) if post.unit_id == system.unit_id), None)
    if post is None:
        raise NotAllowed
    return system, post


def get_code(actor: Actor, code_id: int) -> tuple[HallCode, HallSystem]:
    """A code that holds, and its system, or NotFound."""
    code = the_one(select(HallCode).where(HallCode.id == code_id, HallCode.ended_at.is_(None)))
    return code, get_system(actor, code.system_id)


def kept_code(actor: Actor, code_id: int) -> tuple[HallCode, HallSystem, Standing]:
    """A code that holds, its system, and the post by which the actor may match it. Raises NotFound, NotAllowed."""
    code, system = get_code(actor, code_id)
    return code, *kept_system(actor, system.id)


def system_for(unit_id: int | None, code: str = "") -> HallSystem:
    """The system whose file this is: the one named, or the only one that the unit keeps. Raises BadInput."""
    rows = select(HallSystem).order_by(HallSystem.id)
    rows = rows.where(HallSystem.unit_id == unit_id) if unit_id is not None else rows
    found = db.session.scalars(rows.where(HallSystem.code == code) if code else rows.limit(2)).all()
    if not found:
        raise BadInput("没有这个大厅系统，请先在“大厅办件”登记。" if code else "还没有登记大厅系统，请先在“大厅办件”登记。")
    if len(found) > 1:
        raise BadInput("本单位登记了几个大厅系统，请选择这份文件来自哪一个。")
    return found[0]


@operation
def register(*, code: str, name: str, actor: Actor) -> HallSystem:
    """登记大厅系统, kept by the unit that the actor reports for. Raises NotAllowed, BadInput, Refused."""
    post = next(iter(actor.posts_as(Role.REGISTRAR)), None)
    if post is None or post.unit_id is None:
        raise NotAllowed
    said = code.strip().lower()
    if not CODE.fullmatch(said) or said.startswith("window-"):
        raise BadInput("代码应为 2 至 31 位小写字母、数字或连字符，以字母开头，不以 window- 开头。")
    row = {"code": said, "name": ensure_said(name, "请填写名称。", most=LONGEST_NAME), "unit_id": post.unit_id,
           "may_link": False, "made_by_id": actor.user_id, "made_at": clock.now()}
    made = db.session.scalar(insert_ignoring(HallSystem).values(row).returning(HallSystem.id))
    if made is None:
        raise Refused("这个代码已经有系统用了，请换一个。")
    log.record("register_hall_system", object_type="hall_system", object_id=made, actor=actor, standing=post,
               details={"code": said})
    return db.session.get_one(HallSystem, made)


@operation
def allow_links(system_id: int, *, actor: Actor, may_link: bool) -> None:
    """允许索取评价链接, or no longer. Raises NotFound, NotAllowed."""
    system, post = kept_system(actor, system_id)
    system.may_link = may_link
    log.record("allow_hall_links", object_type="hall_system", object_id=system.id, actor=actor, standing=post,
               details={"may_link": may_link})


@operation
def make_key(system_id: int, *, actor: Actor, site_key: str) -> tuple[str, str]:
    """制发密钥: its name and its secret, told this once. Raises NotFound, Refused when there are too many."""
    system = get_system(actor, system_id)
    log.take_turn()
    if len(live_keys(system.id)) >= MOST_KEYS:
        raise Refused(f"在用的密钥已有 {MOST_KEYS} 个，请先停用旧的。")
    key = HallKey(system_id=system.id, name=f"zq{secrets.token_hex(8)}", salt=secrets.token_hex(32),
                  made_by_id=actor.user_id or 0, made_at=clock.now())
    db.session.add(key)
    db.session.flush()
    log.record("make_hall_key", object_type="hall_system", object_id=system.id, actor=actor,
               standing=_post(actor, system), details={"key": key.name})
    return key.name, secret_of(key, site_key=site_key)


@operation
def revoke_key(system_id: int, key_id: int, *, actor: Actor) -> None:
    """停用密钥: what is signed by it is refused from now on. Raises NotFound, Refused."""
    system = get_system(actor, system_id)
    key = the_one(select(HallKey).where(HallKey.id == key_id, HallKey.system_id == system.id))
    revoking = update(HallKey).where(HallKey.id == key.id, HallKey.revoked_at.is_(None))
    values = {"revoked_at": clock.now(), "revoked_by_id": actor.user_id}
    if db.session.connection().execute(revoking.values(values)).rowcount != 1:
        raise Refused("这个密钥已经停用。")
    log.record("revoke_hall_key", object_type="hall_system", object_id=system.id, actor=actor,
               standing=_post(actor, system), details={"key": key.name})


def live_keys(system_id: int) -> Sequence[HallKey]:
    """The keys of a system that are believed."""
    rows = select(HallKey).where(HallKey.system_id == system_id, HallKey.revoked_at.is_(None))
    return db.session.scalars(rows.order_by(HallKey.id)).all()


def key_named(name: str) -> HallKey:
    """The live key of this name. Raises NotFound."""
    rows: Any = select(HallKey).where(HallKey.name == name[:24], HallKey.revoked_at.is_(None))
    found = db.session.scalar(rows)
    if found is None:
        raise NotFound
    return found


def secret_of(key: HallKey, *, site_key: str) -> str:
    """The secret of both sides, made anew each time: whoever reads the database alone can sign nothing."""
    made = hmac.digest(site_key.encode(), PURPOSE + key.salt.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _post(actor: Actor, system: HallSystem) -> Standing | None:
    own = (post for post in actor.posts_as(*KEEPERS)
           if post.role is not Role.REGISTRAR or post.unit_id == system.unit_id)
    return next(own, None)
