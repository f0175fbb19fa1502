"""The supervisor's own views of the queue: saved, renamed, ordered, one of them the default, dropped."""

from urllib.parse import parse_qsl

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from operations.insight import list_habits
from views import watch_filter
from views.forms.base import clean
from views.guards import for_roles
from views.watch import WATCHING, bp

VERBS = {
    "drop": (list_habits.drop_view, "已去掉常用筛选。"),
    "prefer": (list_habits.prefer_view, "已改默认筛选。"),
    "raise": (list_habits.raise_view, "已上移。"),
    "share": (list_habits.share_view, "已改共享。"),
}


@bp.post("/views")
@for_roles(*WATCHING)
def save_view() -> ResponseReturnValue:
    """保存常用筛选: the narrowing that the page sent along, read as strictly as the page's own."""
    parts = MultiDict(parse_qsl((request.form.get("query") or "")[:2000]))
    query = watch_filter.as_query(watch_filter.read(parts)) or watch_filter.BARE
    list_habits.save_view(watch_filter.PATH, actor=current_user, name=clean(request.form.get("name")), query=query)
    flash("已保存为常用筛选。", "success")
    return redirect(f"{watch_filter.PATH}?{query}")


@bp.post("/views/<id:view_id>/rename")
@for_roles(*WATCHING)
def rename_view(view_id: int) -> ResponseReturnValue:
    """改名."""
    list_habits.rename_view(view_id, actor=current_user, name=clean(request.form.get("name")))
    flash("已改名。", "success")
    return redirect(f"{watch_filter.PATH}?{watch_filter.BARE}")


@bp.post("/views/<id:view_id>/<any(drop, prefer, raise, share):verb>")
@for_roles(*WATCHING)
def change_view(view_id: int, verb: str) -> ResponseReturnValue:
    """去掉, 设为默认, 上移, 给本单位用."""
    act, said = VERBS[verb]
    act(view_id, actor=current_user)
    flash(said, "success")
    return redirect(f"{watch_filter.PATH}?{watch_filter.BARE}")
