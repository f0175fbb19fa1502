"""联系人、项目、标签 of one enterprise."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import scope
from operations.directory import particulars
from views.enterprises.blueprint import CHANGING, TAGGING, bp, page_of
from views.enterprises.page import Tab
from views.forms.base import clean
from views.forms.enterprises import ContactForm, ProjectForm
from views.guards import for_roles


@bp.route("/<id:enterprise_id>/contacts/new", methods=["GET", "POST"])
@for_roles(*CHANGING)
def new_contact(enterprise_id: int) -> ResponseReturnValue:
    """添加联系人."""
    enterprise, form = scope.get_changeable_enterprise(current_user, enterprise_id), ContactForm.from_request()
    if form.was_submitted_and_valid():
        made = particulars.add_contact(enterprise, actor=current_user, once=form.once, **form.answers)
        flash(f"已添加联系人：{made.name}。", "success")
        return redirect(page_of(enterprise, Tab.FACTS))
    page = render_template("enterprises/particular.html", enterprise=enterprise, form=form, label="添加联系人")
    return page, 422 if form.errors else 200


@bp.post("/<id:enterprise_id>/contacts/<id:contact_id>/end")
@for_roles(*CHANGING)
def end_contact(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    """停用联系人."""
    enterprise = scope.get_changeable_enterprise(current_user, enterprise_id)
    contact = particulars.get_contact(enterprise, contact_id)
    particulars.end_contact(contact, actor=current_user, enterprise=enterprise)
    flash(f"已停用联系人：{contact.name}。", "success")
    return redirect(page_of(enterprise, Tab.FACTS))


@bp.route("/<id:enterprise_id>/projects/new", methods=["GET", "POST"])
@for_roles(*CHANGING)
def new_project(enterprise_id: int) -> ResponseReturnValue:
    """添加项目."""
    enterprise, form = scope.get_changeable_enterprise(current_user, enterprise_id), ProjectForm.from_request()
    if form.was_submitted_and_valid():
        made = form.performed(lambda: particulars.add_project(
            enterprise, actor=current_user, plan=form.plan, once=form.once))
        if made:
            flash(f"已添加项目：{made.name}。", "success")
            return redirect(page_of(enterprise, Tab.FACTS))
    page = render_template("enterprises/particular.html", enterprise=enterprise, form=form, label="添加项目")
    return page, 422 if form.errors else 200


@bp.route("/<id:enterprise_id>/projects/<id:project_id>", methods=["GET", "POST"])
@for_roles(*CHANGING)
def project(enterprise_id: int, project_id: int) -> ResponseReturnValue:
    """更改项目."""
    enterprise = scope.get_changeable_enterprise(current_user, enterprise_id)
    one = particulars.get_project(enterprise, project_id)
    form = ProjectForm.from_request(obj=one if request.method == "GET" else None)
    if form.was_submitted_and_valid():
        form.performed(lambda: particulars.change_project(
            one, actor=current_user, enterprise=enterprise, plan=form.plan, once=form.once))
        if not form.errors:
            flash(f"已更改项目：{form.name.data}。", "success")
            return redirect(page_of(enterprise, Tab.FACTS))
    page = render_template("enterprises/particular.html", enterprise=enterprise, form=form, label="更改项目")
    return page, 422 if form.errors else 200


@bp.post("/<id:enterprise_id>/tags")
@for_roles(*TAGGING)
def tag(enterprise_id: int) -> ResponseReturnValue:
    """打标签."""
    enterprise = scope.get_enterprise(current_user, enterprise_id)
    label = clean(request.form.get("label"))
    is_new = particulars.tag(enterprise, actor=current_user, label=label)
    flash(f"已打上标签：{label}。" if is_new else f"原来就有标签：{label}。", "success")
    return redirect(page_of(enterprise))


@bp.post("/<id:enterprise_id>/tags/end")
@for_roles(*TAGGING)
def untag(enterprise_id: int) -> ResponseReturnValue:
    """取下标签."""
    enterprise = scope.get_enterprise(current_user, enterprise_id)
    label = clean(request.form.get("label"))
    particulars.untag(enterprise, actor=current_user, label=label)
    flash(f"已取下标签：{label}。", "success")
    return redirect(page_of(enterprise))
