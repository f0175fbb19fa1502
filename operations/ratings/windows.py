"""窗口: which windows somebody looks after, who works there, and the counted cases of the day."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Organisation, OrganisationKind, Region
from models.hall import CountedCase
from operations import log
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import units_of
from operations.base import insert_ignoring, operation
from operations.errors import Refused
from operations.words import ensure_said

# Who puts desk codes and tablets on the desks: the unit's own leader, or the centre that runs the hall.
KEEPERS = (Role.UNIT_LEADER, Role.CLERK)
WORKERS = (Role.CASE_OFFICER, Role.UNIT_LEADER)
SHOWN, LONGEST_NUMBER, LONGEST_ITEM = 30, 64, 200


def kept_windows(actor: Actor) -> Select[Organisation]:
    """The windows whose desk codes and tablets the actor looks after."""
    return _windows(or_(false(), *(_kept_by(post) for post in actor.posts_as(*KEEPERS))))


def get_kept(actor: Actor, window_id: int) -> Organisation:
    """The window when it is the actor's to keep. Raises NotFound."""
    return the_one(kept_windows(actor).where(Organisation.id == window_id))


def keeping_post(actor: Actor, window: Organisation) -> Standing | None:
    """The post by which the actor keeps this very window."""
    for post in actor.posts_as(*KEEPERS):
        if db.session.scalar(_windows(_kept_by(post)).where(Organisation.id == window.id).with_only_columns(
            Organisation.id
        )):
            return post
    return None


def own_windows(actor: Actor) -> Select[Organisation]:
    """The windows at which the actor may sit: their unit when it is one, and those of their unit."""
    conditions = []
    for post in actor.posts_as(*WORKERS):
        conditions += [Organisation.id.in_(units_of(post)), Organisation.parent_id == post.unit_id]
    return _windows(or_(false(), *conditions))


def desks_of(actor: Actor) -> Sequence[tuple[int, str, int, str]]:
    """Window id and name, officer id and name: who works at a window that the actor keeps, or in its unit, now."""
    rows = (
        kept_windows(actor)
        .join(Post, or_(Post.organisation_id == Organisation.id, Post.organisation_id == Organisation.parent_id))
        .join(User, User.id == Post.user_id)
        .where(Post.role.in_(WORKERS), or_(Post.ended_at.is_(None), Post.ended_at > clock.now()))
        .with_only_columns(Organisation.id, Organisation.name, User.id, User.name)
        .order_by(None)
        .distinct()
        .order_by(Organisation.name, Organisation.id, User.name, User.id)
    )
    return [(window_id, window, id_, name) for window_id, window, id_, name in db.session.execute(rows)]


@operation
def count_case(window_id: int, *, number: str, item: str, actor: Actor) -> int:
    """计数办件：the officer notes what was just finished at the window, so that it can be rated. Returns its id.

    The hall's own system will bring these rows by itself; until then, and where it is down, they are noted by hand.
    Raises NotFound for a window that is not the actor's, BadInput, Refused for a number noted before.
    """
    window = the_one(own_windows(actor).where(Organisation.id == window_id))
    said = ensure_said(number, "请填写办件号。", most=LONGEST_NUMBER)
    about = ensure_said(item, "请填写事项。", most=LONGEST_ITEM)
    now = clock.now()
    row = {"system": f"window-{window.id}", "number": said.upper(), "item": about, "item_code": "",
           "unit_id": window.parent_id or window.id, "window_id": window.id, "officer_id": actor.user_id,
           "region_path": db.session.get_one(Region, window.region_id).path, "visitor": "", "channel": "window",
           "finished_at": now, "recorded_at": now, "recorded_by_id": actor.user_id}
    made = db.session.scalar(insert_ignoring(CountedCase).values(row).returning(CountedCase.id))
    if made is None:
        raise Refused("这个办件号已经登记过。")
    log.record("count_case", object_type="counted_case", object_id=made, actor=actor,
               standing=next((post for post in actor.posts_as(*WORKERS)), None))
    return made


def counted_by(actor: Actor) -> Sequence[CountedCase]:
    """The actor's own cases of the last day, the newest first. Whether one was rated is not told: with few of them
    a figure would then name the rater."""
    rows = select(CountedCase).where(
        CountedCase.officer_id == actor.user_id, CountedCase.finished_at > clock.now() - timedelta(days=1)
    )
    return db.session.scalars(rows.order_by(CountedCase.finished_at.desc(), CountedCase.id.desc()).limit(SHOWN)).all()


def _windows(condition: ColumnElement[bool]) -> Select[Any]:
    return select(Organisation).where(Organisation.kind == OrganisationKind.WINDOW, condition).order_by(
        Organisation.name, Organisation.id
    )


def _kept_by(post: Standing) -> ColumnElement[bool]:
    if post.role is Role.UNIT_LEADER:
        return Organisation.id.in_(units_of(post))
    below = select(Region.id).where(Region.path.startswith(post.region_path, autoescape=True))
    return Organisation.region_id.in_(below)
