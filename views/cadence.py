"""走访频次规则: officials read them, the security administrator sets them, the history stays."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.access.scope import OFFICIALS
from operations.engagement.cadence import rules
from views.forms.cadence import EndForm, RuleForm
from views.guards import for_roles, proven

bp = Blueprint("cadence", __name__, url_prefix="/cadence")


@bp.get("")
@for_roles(Role.SECURITY_ADMINISTRATOR, Role.REGISTRAR, *OFFICIALS)
def index() -> ResponseReturnValue:
    """The rules in force and every version there was."""
    return render_template("cadence/index.html", rules=rules.in_force(), history=rules.history(),
                           may_change=current_user.holds(Role.SECURITY_ADMINISTRATOR))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.SECURITY_ADMINISTRATOR)
@proven
def new() -> ResponseReturnValue:
    """新增规则."""
    form = RuleForm.from_request()
    if form.was_submitted_and_valid():
        made = form.carried_out(
            lambda: rules.add(form.terms, reason=form.reason.data, actor=current_user, once=form.once)
        )
        if made:
            flash(f"已新增规则：{made.title}。", "success")
            return redirect(url_for(".index"))
    page = render_template("cadence/rule.html", form=form, title="新增规则", rule=None)
    return page, 422 if form.errors else 200


@bp.route("/<code>/change", methods=["GET", "POST"])
@for_roles(Role.SECURITY_ADMINISTRATOR)
@proven
def change(code: str) -> ResponseReturnValue:
    """修改规则."""
    rule = rules.get(code)
    form = RuleForm.from_request(obj=None if request.method == "POST" else rule)
    if request.method == "GET" and not form.is_submitted():
        form.reason.data = ""
    if form.was_submitted_and_valid():
        made = form.carried_out(
            lambda: rules.change(rule, form.terms, reason=form.reason.data, actor=current_user, once=form.once)
        )
        if made:
            flash(f"已修改规则：{made.title}。", "success")
            return redirect(url_for(".index"))
    page = render_template("cadence/rule.html", form=form, title="修改规则", rule=rule)
    return page, 422 if form.errors else 200


@bp.route("/<code>/end", methods=["GET", "POST"])
@for_roles(Role.SECURITY_ADMINISTRATOR)
@proven
def end(code: str) -> ResponseReturnValue:
    """停用规则."""
    rule, form = rules.get(code), EndForm.from_request()
    title = rule.title
    if form.was_submitted_and_valid():
        form.carried_out(lambda: rules.end(rule, reason=form.reason.data, actor=current_user, once=form.once))
        if not form.errors:
            flash(f"已停用规则：{title}。", "success")
            return redirect(url_for(".index"))
    return render_template("cadence/end.html", form=form, rule=rule), 422 if form.errors else 200
