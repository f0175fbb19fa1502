"""回执: one page for the moment after submitting and for any time later."""

import segno
from flask import current_app, render_template, url_for
from flask_login import current_user

from models.tickets import Ticket
from operations.insight import portal, track
from operations.tickets import receipts
from operations.tickets.situation import Situation


def receipt_page(ticket: Ticket, *, is_new: bool) -> str:
    """Number, promise, digest and a QR that leads anybody to the check of this receipt."""
    receipt = receipts.receipt_of(ticket)
    address = f"{current_app.config['PUBLIC_URL'].rstrip('/')}{url_for('public.verify', number=ticket.number)}"
    return render_template(
        "my/receipt.html",
        ticket=ticket,
        receipt=receipt,
        qr=segno.make(f"{address}?code={receipt.code}", error="m").svg_data_uri(scale=4, border=2, omitsize=True),
        promise=track.promise_of(Situation(ticket, current_user)),
        stewards=portal.stewards_of([ticket.enterprise_id]),
        is_new=is_new,
    )
