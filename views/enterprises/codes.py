"""企业码: the page to print."""

import segno
from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access import scope
from operations.directory import public_codes
from operations.directory.public_codes import GIVING
from views.enterprises.blueprint import bp
from views.guards import for_roles


@bp.get("/<id:enterprise_id>/code")
@for_roles(*GIVING)
def code(enterprise_id: int) -> ResponseReturnValue:
    """企业码, to be shown and printed."""
    enterprise = scope.get_enterprise(current_user.only(*GIVING), enterprise_id)
    site = current_app.config["PUBLIC_URL"].rstrip("/")
    address = site + url_for("cards.card", code=enterprise.public_code) if enterprise.public_code else ""
    return render_template("enterprises/code.html", enterprise=enterprise, address=address, picture=_picture(address))


@bp.post("/<id:enterprise_id>/code")
@for_roles(*GIVING)
def give_code(enterprise_id: int) -> ResponseReturnValue:
    """生成企业码, or a new one in place of a lost one."""
    enterprise = scope.get_enterprise(current_user.only(*GIVING), enterprise_id)
    was_there = enterprise.public_code is not None
    public_codes.give_code(enterprise, actor=current_user)
    flash("已更换企业码，原码作废。" if was_there else "已生成企业码。", "success")
    return redirect(request.path)


def _picture(address: str) -> str:
    """The sign as a picture that needs no address of its own."""
    return segno.make(address, error="m").svg_data_uri(scale=6, border=2) if address else ""
