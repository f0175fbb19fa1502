"""成员: who acts for the enterprise; administrators invite, change roles and end memberships."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.access import Post
from models.directory import Enterprise
from operations.access import scope
from operations.delivery.adapters import OFF
from operations.directory import members as operations
from operations.errors import NotFound
from views.forms.members import EndForm, InviteForm, RoleForm
from views.guards import ensure_proven, proven
from views.portal.blueprint import bp, members


@bp.route("/members", methods=["GET", "POST"], defaults={"enterprise_id": None})
@bp.route("/enterprises/<id:enterprise_id>/members", methods=["GET", "POST"])
@members
def people(enterprise_id: int | None) -> ResponseReturnValue:
    """成员; an administrator invites here, an agent reads and may leave."""
    enterprise = scope.get_own_enterprise(current_user, enterprise_id)
    is_administrator, is_off = current_user.administers(enterprise.id), current_app.config["TEXTING"] == OFF
    if request.method == "POST" and not is_administrator:
        raise NotFound
    if request.method == "POST":
        ensure_proven()
    form = InviteForm.from_request()
    if not is_off and form.was_submitted_and_valid() and form.carried_out(lambda: _invite(enterprise, form)):
        flash("邀请已发出，48 小时内有效。", "green")
        return redirect(url_for(".people", enterprise_id=enterprise.id))
    page = render_template(
        "my/members.html", enterprise=enterprise, form=form, is_administrator=is_administrator, is_off=is_off,
        posts=operations.of_enterprise(enterprise),
        invitations=operations.open_invitations(enterprise) if is_administrator else (),
        others=[one for one in scope.own_enterprises(current_user) if one.id != enterprise.id],
    )
    return page, form.status_code if form.errors else 200


@bp.route("/members/<id:post_id>/role", methods=["GET", "POST"])
@members
@proven
def role(post_id: int) -> ResponseReturnValue:
    """改角色."""
    post = operations.get_member(current_user, post_id)
    if not current_user.administers(post.enterprise_id):
        raise NotFound
    form = RoleForm.from_request()
    wanted = form.member_role
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: operations.change_role(post_id, actor=current_user, member_role=wanted.data)
    ):
        flash("角色已更改，马上生效。", "green")
        return _back(post)
    return _page("改角色", post, form)


@bp.route("/members/<id:post_id>/end", methods=["GET", "POST"])
@members
@proven
def end(post_id: int) -> ResponseReturnValue:
    """移出成员, or leave oneself."""
    post, form = operations.get_member(current_user, post_id), EndForm.from_request()
    is_self = post.user_id == current_user.user_id
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: operations.end_membership(post_id, actor=current_user)
    ):
        flash("您已退出这家企业。" if is_self else f"{post.user.name}已不再是成员，马上生效。", "green")
        return redirect(url_for("home.index")) if is_self else _back(post)
    return _page("退出企业" if is_self else "移出成员", post, form)


@bp.post("/invitations/<id:invitation_id>/withdraw")
@members
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """撤回邀请."""
    found = operations.withdraw(invitation_id, actor=current_user)
    flash("邀请已撤回，链接不能再用。", "green")
    return redirect(url_for(".people", enterprise_id=found.enterprise_id))


def _invite(enterprise: Enterprise, form: InviteForm) -> None:
    page = current_app.config["PUBLIC_URL"].rstrip("/") + url_for("joining.join", token="")
    operations.invite(enterprise, actor=current_user, mobile=form.mobile.data, member_role=form.member_role.data,
                      page=page, address=request.remote_addr or "", once=form.once)


def _back(post: Post) -> ResponseReturnValue:
    return redirect(url_for(".people", enterprise_id=post.enterprise_id))


def _page(title: str, post: Post, form: RoleForm | EndForm) -> ResponseReturnValue:
    enterprise = scope.get_own_enterprise(current_user, post.enterprise_id)
    page = render_template("my/member.html", title=title, post=post, form=form, enterprise=enterprise)
    return page, form.status_code if form.errors else 200
