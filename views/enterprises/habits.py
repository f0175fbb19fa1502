"""常用筛选和显示的列 of the list of enterprises."""

from urllib.parse import parse_qsl

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from operations.insight import enterprise_list, list_habits
from views.enterprises.blueprint import SEEING, bp
from views.enterprises.filtering import PATH, address, asked
from views.forms.base import clean
from views.guards import for_roles


def parts_of(query: str | None) -> list[tuple[str, str]]:
    """The narrowing that a page sent along as a query string; what is no part of a list's is left out."""
    return asked(MultiDict(parse_qsl((query or "")[:2000])))


@bp.post("/views")
@for_roles(*SEEING)
def save_view() -> ResponseReturnValue:
    """保存常用筛选."""
    parts = parts_of(request.form.get("query"))
    _, _, query = address(parts).partition("?")
    list_habits.save_view(PATH, actor=current_user, name=clean(request.form.get("name")), query=query)
    flash("已保存为常用筛选。", "success")
    return redirect(address(parts))


@bp.post("/views/<id:view_id>/drop")
@for_roles(*SEEING)
def drop_view(view_id: int) -> ResponseReturnValue:
    """去掉常用筛选."""
    list_habits.drop_view(view_id, actor=current_user)
    flash("已去掉常用筛选。", "success")
    return redirect(address(parts_of(request.form.get("query"))))


@bp.post("/columns")
@for_roles(*SEEING)
def columns() -> ResponseReturnValue:
    """选择显示的列."""
    offered = enterprise_list.columns_for(current_user)
    chosen = [str(one) for one in offered if str(one) in request.form.getlist("column")]
    list_habits.choose_columns(PATH, actor=current_user, columns=chosen[: enterprise_list.MOST_COLUMNS])
    return redirect(address(parts_of(request.form.get("query"))))
