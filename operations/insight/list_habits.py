"""常用筛选和显示的列: how a person likes a list. Nobody else's business, so none of it is in the log."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, literal, select, union_all

from models import clock
from models.base import db
from models.lists import ChosenColumns, SavedView
from operations.access.actor import Actor
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, NotFound, Refused

MOST_VIEWS = 12
NAME_LIMIT, QUERY_LIMIT = 20, 1000


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: its id, name and query string."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person saved for one list. ``columns`` empty is the usual ones."""

    views: Sequence[View]
    columns: tuple[str, ...]


def habits(actor: Actor, list_name: str) -> Habits:
    """The views and the columns of one list: one statement."""
    views = select(SavedView.id, SavedView.name, SavedView.query.label("said")).where(
        SavedView.user_id == actor.user_id, SavedView.list_name == list_name
    )
    columns = select(literal(0), literal(""), ChosenColumns.columns).where(
        ChosenColumns.user_id == actor.user_id, ChosenColumns.list_name == list_name
    )
    rows = db.session.execute(union_all(views, columns).order_by("id")).all()
    chosen = next((row.said for row in rows if not row.id), "")
    return Habits([View(row.id, row.name, row.said) for row in rows if row.id], tuple(filter(None, chosen.split(","))))


@operation
def save_view(list_name: str, *, actor: Actor, name: str, query: str) -> None:
    """保存常用筛选；the same name takes the new filter. Raises BadInput, Refused for the thirteenth."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise BadInput(f"名称应为 1 到 {NAME_LIMIT} 个字。")
    if len(query) > QUERY_LIMIT:
        raise BadInput("筛选条件太长，不能保存。")
    key = (SavedView.user_id == actor.user_id, SavedView.list_name == list_name)
    held = db.session.scalar(select(SavedView).where(*key, SavedView.name == name))
    if held is not None:
        held.query = query
        return
    if (db.session.scalar(select(func.count()).select_from(SavedView).where(*key)) or 0) >= MOST_VIEWS:
        raise Refused(f"最多保存 {MOST_VIEWS} 个常用筛选，请先去掉一个。")
    db.session.execute(insert_ignoring(SavedView).values(
        user_id=actor.user_id, list_name=list_name, name=name, query=query, created_at=clock.now()
    ))


@operation
def drop_view(view_id: int, *, actor: Actor) -> None:
    """去掉常用筛选. Raises NotFound for what is another's."""
    own = delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id)
    if not db.session.scalars(own.returning(SavedView.id)).all():
        raise NotFound


@operation
def choose_columns(list_name: str, *, actor: Actor, columns: Sequence[str]) -> None:
    """选择显示的列；none is the usual ones."""
    key = {"user_id": actor.user_id, "list_name": list_name}
    said = ",".join(columns)[:200]
    db.session.execute(insert_ignoring(ChosenColumns).values(key | {"columns": said}))
    db.session.query(ChosenColumns).filter_by(**key).update({"columns": said})
