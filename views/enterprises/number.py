"""显示号码 of an enterprise or of one of its contacts."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from operations.access.scope import get_enterprise
from operations.directory import particulars
from operations.errors import NotFound
from views import shown_numbers
from views.enterprises.blueprint import SEEING, bp, page_of
from views.guards import for_roles, proven


@bp.route("/<id:enterprise_id>/number", methods=["GET", "POST"])
@for_roles(*SEEING)
@proven
def number(enterprise_id: int) -> ResponseReturnValue:
    """显示号码: ``contact`` in the address is one of the other contacts."""
    enterprise, asked = get_enterprise(current_user, enterprise_id), request.args.get("contact", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) <= 9):
        raise NotFound
    contact = particulars.get_contact(enterprise, int(asked)) if asked else None
    return shown_numbers.ask(enterprise, back=page_of(enterprise), place=("企业", "/enterprises"), contact=contact,
                             whose=contact.name if contact else enterprise.contact_name)
