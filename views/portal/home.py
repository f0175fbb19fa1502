"""首页 of the enterprise."""

from flask import render_template
from flask_login import current_user

from models.correspondence import Side
from operations.access import scope
from operations.engagement import answers, thread
from operations.insight import inbox, portal
from operations.tickets import drafts
from views.portal.blueprint import bp, members

NEWS_SHOWN = 5


@bp.get("")
@members
def home() -> str:
    """What waits for me, what is open, who looks after us, what is new."""
    rows, own = portal.open_rows(current_user), scope.own_enterprise_ids(current_user)
    return render_template(
        "my/home.html",
        enterprises=scope.own_enterprises(current_user),
        waiting=[row for row in rows if row.task],
        rows=[row for row in rows if not row.task],
        stewards=portal.stewards_of(own),
        talks=answers.waiting_for(own),
        unread_messages=thread.count_unread(own, Side.ENTERPRISE),
        news=inbox.newest(current_user, NEWS_SHOWN),
        unsent=drafts.unsent_of(current_user),
    )
