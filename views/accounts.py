"""账号: where the security administrator finds an account and helps whoever cannot sign in."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import account_desk, lockouts, password_links, two_step
from operations.access.account_desk import LOOKING
from views import passwords
from views.forms.accounts import ResetForm, SendLinkForm, UnlockForm
from views.forms.base import clean
from views.guards import for_roles, proven

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
LONGEST = 64


@bp.get("")
@for_roles(*LOOKING)
def index() -> str:
    """Found by user name, mobile or the beginning of a name."""
    words = clean(request.args.get("q"))[:LONGEST]
    return render_template("accounts/index.html", words=words, accounts=account_desk.found(current_user, words),
                           most=account_desk.SHOWN)


@bp.get("/<id:user_id>")
@for_roles(*LOOKING)
def show(user_id: int) -> ResponseReturnValue:
    """One account and what may be done for it."""
    return _shown(user_id)


@bp.post("/<id:user_id>/two-step/reset")
@for_roles(*LOOKING)
@proven
def reset_two_step(user_id: int) -> ResponseReturnValue:
    """重置两步验证."""
    account, form = account_desk.get(current_user, user_id), ResetForm.from_request(prefix="reset-")
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: two_step.reset(account.id, actor=current_user, reason=form.reason.data)
    ):
        flash(f"{account.name}的两步验证已重置，其登录已全部退出。", "green")
        return redirect(url_for(".show", user_id=user_id))
    return _shown(user_id, reset=form)


@bp.post("/<id:user_id>/unlock")
@for_roles(*LOOKING)
def unlock(user_id: int) -> ResponseReturnValue:
    """解锁."""
    account, form = account_desk.get(current_user, user_id), UnlockForm.from_request(prefix="unlock-")
    if form.was_submitted_and_valid() and form.carried_out(lambda: lockouts.unlock(account.id, actor=current_user)):
        flash(f"{account.name}的账号已解锁。", "green")
        return redirect(url_for(".show", user_id=user_id))
    return _shown(user_id, unlock=form)


@bp.post("/<id:user_id>/password-link")
@for_roles(*LOOKING)
@proven
def send_link(user_id: int) -> ResponseReturnValue:
    """发送设置密码的链接, to the mobile or mailbox on record."""
    account, form = account_desk.get(current_user, user_id), SendLinkForm.from_request(prefix="link-")
    page = f"{current_app.config['PUBLIC_URL']}/password/"
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: password_links.invite(account.id, actor=current_user, page=page, carriers=passwords.ways())
    ):
        flash(f"链接正发往{account.name}登记的手机或邮箱。", "green")
        return redirect(url_for(".show", user_id=user_id))
    return _shown(user_id, link=form)


def _shown(user_id: int, *, reset: ResetForm | None = None, link: SendLinkForm | None = None,
           unlock: UnlockForm | None = None) -> ResponseReturnValue:
    sent = reset or link or unlock
    page = render_template(
        "accounts/show.html", account=account_desk.get(current_user, user_id), form=sent,
        reset=reset or ResetForm(formdata=None, prefix="reset-"),
        link=link or SendLinkForm(formdata=None, prefix="link-"),
        unlock=unlock or UnlockForm(formdata=None, prefix="unlock-"),
        is_self=user_id == current_user.user_id, ways=passwords.ways(), failures=lockouts.failures_of(user_id),
    )
    return page, sent.status_code if sent is not None and sent.errors else 200
