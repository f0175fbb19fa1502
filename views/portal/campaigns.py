"""我的评议: a member opens the link of an invitation by themselves; what is answered there is not kept with them."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.ratings.campaigns import inviting
from views.portal.blueprint import bp, members


@bp.get("/campaigns")
@members
def campaigns() -> str:
    """Invitations that wait for an answer."""
    return render_template("my/campaigns.html", rows=inviting.open_invitations(current_user))


@bp.post("/campaigns/<id:campaign_id>/open")
@members
def open_campaign(campaign_id: int) -> ResponseReturnValue:
    """A link of their own."""
    token = inviting.own_link(campaign_id, actor=current_user)
    return redirect(url_for("results.answer", token=token))
