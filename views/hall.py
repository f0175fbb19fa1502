"""大厅办件: the hall's systems and their keys, what came from them, and whom their codes mean here."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from models.hall_intake import HallCode, HallCodeKind, HallSystem
from operations.hall import codes, letting_in, systems
from operations.insight import hall
from operations.insight.hall import Which
from views import ways
from views.forms.hall import MatchForm, SystemForm
from views.guards import for_roles

bp = Blueprint("hall", __name__, url_prefix="/hall")


@bp.get("")
@for_roles(*systems.KEEPERS)
def index() -> str:
    """The systems, and what came day by day."""
    before = _day(request.args.get("before", ""))
    runs, more = hall.runs(current_user, before=before)
    return render_template("hall/index.html", systems=hall.overview(current_user), runs=runs, more=more, before=before,
                           may_register=current_user.holds(Role.REGISTRAR))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.REGISTRAR)
def new() -> ResponseReturnValue:
    """登记大厅系统."""
    form = SystemForm.from_request()
    made: list[HallSystem] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: made.append(systems.register(
        code=form.code.data, name=form.name.data, actor=current_user, once=form.once
    ))):
        flash("已登记。可以导入文件，或制发密钥给大厅系统用接口推送。", "success")
        return redirect(url_for(".show", system_id=made[0].id))
    return render_template("hall/new.html", form=form), form.status_code if form.errors else 200


@bp.get("/<id:system_id>")
@for_roles(*systems.KEEPERS)
def show(system_id: int) -> str:
    """One system: its keys and its codes."""
    system = systems.get_system(current_user, system_id)
    said = request.args.get("show", "")
    unmatched = codes.open_count(system.id)
    which = Which(said) if said in set(Which) else Which.OPEN if unmatched else Which.SET
    after = ways.place("after") or 0
    rows, more = hall.matched(system, which, after=after)
    return render_template(
        "hall/show.html", system=system, keys=systems.live_keys(system.id), which=which, kinds=Which, rows=rows,
        more=more, after=after, unmatched=unmatched, waiting=letting_in.waiting_count(system.id),
        is_kept=_keeps(system), most_keys=systems.MOST_KEYS,
    )


@bp.post("/<id:system_id>/keys")
@for_roles(*systems.KEEPERS)
def make_key(system_id: int) -> ResponseReturnValue:
    """制发密钥：the secret is in this answer and nowhere else."""
    name, secret = systems.make_key(system_id, actor=current_user, site_key=str(current_app.config["SECRET_KEY"]))
    system = systems.get_system(current_user, system_id)
    address = current_app.config["PUBLIC_URL"].rstrip("/") + url_for("hall_intake.receive")
    return render_template("hall/key.html", system=system, name=name, secret=secret, address=address)


@bp.post("/<id:system_id>/keys/<id:key_id>/revoke")
@for_roles(*systems.KEEPERS)
def revoke_key(system_id: int, key_id: int) -> ResponseReturnValue:
    """停用密钥."""
    systems.revoke_key(system_id, key_id, actor=current_user)
    flash("密钥已停用，用它签名的请求不再接受。", "success")
    return redirect(url_for(".show", system_id=system_id))


@bp.post("/<id:system_id>/links")
@for_roles(*systems.KEEPERS)
def allow_links(system_id: int) -> ResponseReturnValue:
    """允许索取评价链接, or no longer."""
    may_link = request.form.get("allow") == "yes"
    systems.allow_links(system_id, actor=current_user, may_link=may_link)
    flash("大厅系统可以随办件索取一次性评价链接。" if may_link else "大厅系统不能再索取评价链接。", "success")
    return redirect(url_for(".show", system_id=system_id))


@bp.post("/<id:system_id>/match")
@for_roles(*systems.KEEPERS)
def match_by_name(system_id: int) -> ResponseReturnValue:
    """按名称对应."""
    count = codes.match_by_name(system_id, actor=current_user)
    flash(f"按名称对应了 {count} 个代码。" if count else "没有名称完全一致的，请逐个对应。", "success" if count else "amber")
    return redirect(url_for(".show", system_id=system_id))


@bp.route("/codes/<id:code_id>", methods=["GET", "POST"])
@for_roles(*systems.KEEPERS)
def match(code_id: int) -> ResponseReturnValue:
    """对应一个代码."""
    code, system = systems.get_code(current_user, code_id)
    form = MatchForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(lambda: codes.match(
        code_id, actor=current_user, target=form.target.data, once=form.once
    )):
        flash("已对应。等着它的办件会自动入库。", "success")
        return redirect(url_for(".show", system_id=system.id))
    return _matching(code, system, form)


def _matching(code: HallCode, system: HallSystem, form: MatchForm) -> ResponseReturnValue:
    form.target.description = {
        HallCodeKind.UNIT: "单位全称", HallCodeKind.WINDOW: "窗口名称；不填表示没有窗口，办件不挂窗口",
        HallCodeKind.OFFICER: "姓名或用户名；不填表示没有账号，办件不挂人员",
    }[code.kind]
    page = render_template("hall/match.html", form=form, code=code, system=system, waiting=hall.waiting_for(code),
                           offered=hall.offered(system, code.kind), is_kept=_keeps(system))
    return page, form.status_code if form.errors else 200


def _keeps(system: HallSystem) -> bool:
    return any(post.unit_id == system.unit_id for post in current_user.posts_as(Role.REGISTRAR))


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said.isascii() and len(said) == 10 else None
    except ValueError:
        return None
