"""会议: those the enterprise is asked to, and what was decided about it."""

from collections import defaultdict
from typing import Any

from flask import render_template
from flask_login import current_user

from operations.insight import meetings
from views.portal.blueprint import bp, members


@bp.get("/meetings")
@members
def gatherings() -> str:
    """When and where, and the decisions about one's own enterprise with their tickets; nothing of the others."""
    found = meetings.of_member(current_user)
    decided: dict[int, list[Any]] = defaultdict(list)
    for row in meetings.decided_for(current_user, found):
        decided[row.meeting_id].append(row)
    return render_template("my/meetings.html", meetings=found, decided=decided)
