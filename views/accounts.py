"""账号: the system administrator opens and closes them, the security administrator lets them sign in and gives posts."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Role
from operations.access import account_desk, appointments, lockouts, password_links, two_step
from operations.access.account_desk import LOOKING
from views import passwords
from views.forms.accounts import OpenForm, ReasonForm, ResetForm, SendLinkForm, UnlockForm
from views.forms.base import RefusableForm, clean
from views.guards import for_roles, proven

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
LONGEST = 64
FORMS = {"reset": ResetForm, "link": SendLinkForm, "unlock": UnlockForm, "switch": ReasonForm}
OPENING, SECURING = (Role.SYSTEM_ADMINISTRATOR,), (Role.SECURITY_ADMINISTRATOR,)


@bp.get("")
@for_roles(*LOOKING)
def index() -> str:
    """Found by user name, mobile or the beginning of a name."""
    words = clean(request.args.get("q"))[:LONGEST]
    return render_template("accounts/index.html", words=words, accounts=account_desk.found(current_user, words),
                           most=account_desk.SHOWN, opens=current_user.holds(*OPENING))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*OPENING)
@proven
def new() -> ResponseReturnValue:
    """开户."""
    form, made = OpenForm.from_request(), []
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: made.append(account_desk.open_account(**form.said, actor=current_user, once=form.once))
    ):
        flash(f"已开户：{form.name.data}。请安全管理员安排岗位、发送设置密码的链接。", "green")
        return redirect(url_for(".show", user_id=made[0].id))
    return render_template("accounts/new.html", form=form), form.status_code if form.errors else 200


@bp.get("/<id:user_id>")
@for_roles(*LOOKING)
def show(user_id: int) -> ResponseReturnValue:
    """One account and what may be done for it."""
    return _shown(user_id)


@bp.post("/<id:user_id>/two-step/reset")
@for_roles(*SECURING)
@proven
def reset_two_step(user_id: int) -> ResponseReturnValue:
    """重置两步验证."""
    return _done(user_id, "reset", two_step.reset, "{}的两步验证已重置，其登录已全部退出。")


@bp.post("/<id:user_id>/unlock")
@for_roles(*SECURING)
@proven
def unlock(user_id: int) -> ResponseReturnValue:
    """解锁."""
    return _done(user_id, "unlock", lockouts.unlock, "{}的账号已解锁。")


@bp.post("/<id:user_id>/password-link")
@for_roles(*SECURING)
@proven
def send_link(user_id: int) -> ResponseReturnValue:
    """发送设置密码的链接, to the mobile or mailbox on record."""
    invite = partial(password_links.invite, page=f"{current_app.config['PUBLIC_URL']}/password/",
                     carriers=passwords.ways())
    return _done(user_id, "link", invite, "链接正发往{}登记的手机或邮箱。")


@bp.post("/<id:user_id>/close")
@for_roles(*OPENING)
@proven
def close(user_id: int) -> ResponseReturnValue:
    """停用账号."""
    return _done(user_id, "switch", account_desk.close, "{}的账号已停用，其登录已全部退出。")


@bp.post("/<id:user_id>/take-up")
@for_roles(*OPENING)
@proven
def take_up(user_id: int) -> ResponseReturnValue:
    """恢复账号."""
    return _done(user_id, "switch", account_desk.take_up, "{}的账号已恢复。")


def _done(user_id: int, name: str, act: Callable[..., object], words: str) -> ResponseReturnValue:
    """An act on the account with the fields of the form of this name; ``words`` tell for whom it was done."""
    account, form = account_desk.get(current_user, user_id), FORMS[name].from_request(prefix=f"{name}-")
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: act(account.id, actor=current_user, **form.answers)
    ):
        flash(words.format(account.name), "green")
        return redirect(url_for(".show", user_id=user_id))
    return _shown(user_id, **{name: form})


def _shown(user_id: int, **sent: RefusableForm) -> ResponseReturnValue:
    """The page, with the form that was sent and did not hold under its name."""
    forms = {name: sent.get(name) or kind(formdata=None, prefix=f"{name}-") for name, kind in FORMS.items()}
    form = next(iter(sent.values()), None)
    page = render_template(
        "accounts/show.html", account=account_desk.get(current_user, user_id), form=form, **forms,
        is_self=user_id == current_user.user_id, ways=passwords.ways(), failures=lockouts.failures_of(user_id),
        posts=appointments.held(user_id), opens=current_user.holds(*OPENING), secures=current_user.holds(*SECURING),
    )
    return page, form.status_code if form is not None and form.errors else 200
