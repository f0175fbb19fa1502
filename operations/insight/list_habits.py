"""常用筛选和显示的列: how a person likes a list. Nobody else's business, so none of it is in the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    bindparam,
    case,
    cast,
    exists,
    false,
    literal,
    null,
    select,
    union_all,
    update,
)

from models import clock
from models.access import Post, User
from models.base import db
from models.lists import ChosenColumns, SavedView
from operations.access.actor import Actor
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, NotFound, Refused
from operations.insight.lines import plain_rows

MOST_VIEWS = 12
NAME_LIMIT, QUERY_LIMIT = 20, 1000


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: its id, name and query string; ``is_default``: it opens when the list is asked for bare.

    ``is_shared``: the person's office sees it; ``owner`` is who shared it, empty for the person's own.
    """

    id: int
    name: str
    query: str
    is_default: bool = False
    is_shared: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person saved for one list, and what others of the office share. ``columns`` empty is the usual ones."""

    views: Sequence[View]
    shared: Sequence[View]
    columns: tuple[str, ...]

    @property
    def default_query(self) -> str:
        """The query string with which the list opens; empty where the person chose none."""
        return next((view.query for view in self.views if view.is_default), "")


def habits(actor: Actor, list_name: str) -> Habits:
    """The views and the columns of one list: one statement."""
    offices = [post.unit_id for post in actor.posts if post.unit_id]
    rows = plain_rows(_HABITS, {"person": actor.user_id, "list": list_name, "offices": offices})
    chosen = next((row.said for row in rows if not row.id), "")
    shown = [
        View(row.id, row.name, row.said, bool(row.is_default) and not row.owner, row.office_id is not None, row.owner)
        for row in rows if row.id
    ]
    return Habits([view for view in shown if not view.owner], [view for view in shown if view.owner],
                  tuple(filter(None, chosen.split(","))))


@operation
def save_view(list_name: str, *, actor: Actor, name: str, query: str) -> None:
    """保存常用筛选；the same name takes the new filter. Raises BadInput, Refused for the thirteenth."""
    name = _named(name)
    if len(query) > QUERY_LIMIT:
        raise BadInput("筛选条件太长，不能保存。")
    held = db.session.scalars(select(SavedView).where(*_own(actor, list_name))).all()
    same = next((view for view in held if view.name == name), None)
    if same is not None:
        same.query = query
        return
    if len(held) >= MOST_VIEWS:
        raise Refused(f"最多保存 {MOST_VIEWS} 个常用筛选，请先去掉一个。")
    db.session.execute(insert_ignoring(SavedView).values(
        user_id=actor.user_id, list_name=list_name, name=name, query=query, created_at=clock.now(), is_default=False,
        place=max((view.place for view in held), default=0) + 1,
    ))


@operation
def drop_view(view_id: int, *, actor: Actor) -> None:
    """去掉常用筛选: from now on it is not offered. Raises NotFound for what is another's."""
    view = _mine(view_id, actor)
    view.is_default, view.office_id, view.retired_at = False, None, clock.now()


@operation
def rename_view(view_id: int, *, actor: Actor, name: str) -> None:
    """改名. Raises BadInput, Refused where another of the person's views has the name."""
    view, name = _mine(view_id, actor), _named(name)
    others = select(SavedView.id).where(*_own(actor, view.list_name), SavedView.name == name, SavedView.id != view.id)
    if db.session.scalar(others) is not None:
        raise Refused(f"已有叫“{name}”的常用筛选。")
    view.name = name


@operation
def prefer_view(view_id: int, *, actor: Actor) -> None:
    """设为默认；the default one ceases to be it."""
    view = _mine(view_id, actor)
    was_default = view.is_default
    others = update(SavedView).where(*_own(actor, view.list_name), SavedView.is_default)
    db.session.execute(others.values(is_default=False))
    view.is_default = not was_default


@operation
def share_view(view_id: int, *, actor: Actor) -> None:
    """给本单位用；a shared one is taken back. Raises NotFound for what is another's, Refused without an office."""
    view = _mine(view_id, actor)
    office = next((post.unit_id for post in actor.posts if post.unit_id), None)
    if office is None:
        raise Refused("没有任职单位，不能共享。")
    view.office_id = None if view.office_id is not None else office


@operation
def raise_view(view_id: int, *, actor: Actor) -> None:
    """上移: it changes places with the view above it."""
    view = _mine(view_id, actor)
    above = db.session.scalar(
        select(SavedView).where(*_own(actor, view.list_name), SavedView.place < view.place)
        .order_by(SavedView.place.desc()).limit(1)
    )
    if above is not None:
        view.place, above.place = above.place, view.place


def _own(actor: Actor, list_name: str) -> tuple[ColumnElement[bool], ...]:
    return (SavedView.user_id == actor.user_id, SavedView.list_name == list_name, SavedView.retired_at.is_(None))


_PERSON, _LIST = bindparam("person", type_=Integer), bindparam("list", type_=String)
_IS_OWN = SavedView.user_id == _PERSON
# Of people who still hold a post in the office that they share it with, which is one of the asker's.
_IS_SHARED = SavedView.office_id.in_(bindparam("offices", expanding=True)) & exists().where(
    Post.user_id == SavedView.user_id, Post.organisation_id == SavedView.office_id, Post.ended_at.is_(None)
)
_VIEWS = (
    select(SavedView.id.label("id"), SavedView.name, SavedView.query.label("said"), SavedView.place.label("place"),
           SavedView.is_default, SavedView.office_id, case((_IS_OWN, ""), else_=User.name).label("owner"))
    .join(User, User.id == SavedView.user_id)
    .where(SavedView.list_name == _LIST, SavedView.retired_at.is_(None), _IS_OWN | _IS_SHARED)
)
_COLUMNS = select(
    literal(0), literal(""), ChosenColumns.columns, literal(0), false(), cast(null(), Integer), literal("")
).where(ChosenColumns.user_id == _PERSON, ChosenColumns.list_name == _LIST)
_HABITS: Any = union_all(_VIEWS, _COLUMNS).order_by("place", "id")


def _mine(view_id: int, actor: Actor) -> SavedView:
    mine = select(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id,
                                   SavedView.retired_at.is_(None))
    view = db.session.scalar(mine)
    if view is None:
        raise NotFound
    return view


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise BadInput(f"名称应为 1 到 {NAME_LIMIT} 个字。")
    return name


@operation
def choose_columns(list_name: str, *, actor: Actor, columns: Sequence[str]) -> None:
    """选择显示的列；none is the usual ones."""
    key = {"user_id": actor.user_id, "list_name": list_name}
    said = ",".join(columns)[:200]
    db.session.execute(insert_ignoring(ChosenColumns).values(key | {"columns": said}))
    db.session.query(ChosenColumns).filter_by(**key).update({"columns": said})
