"""显示号码: the page that asks what for, and its answer, which alone holds the number."""

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models.directory import Contact, Enterprise
from models.tickets import Ticket
from operations.directory import showing
from views.forms.enterprises import ShowNumberForm


def ask(enterprise: Enterprise, *, back: str, place: tuple[str, str], whose: str,
        contact: Contact | None = None, ticket: Ticket | None = None) -> ResponseReturnValue:
    """Ask for the purpose, then show. ``place`` is the page it is reached from, its name and its list's address."""
    form, numbers, most = ShowNumberForm.from_request(), list[str](), current_app.config["NUMBERS_SHOWN_A_DAY"]
    if form.was_submitted_and_valid():
        form.carried_out(lambda: numbers.append(showing.show(
            enterprise, actor=current_user, most=most, contact=contact, ticket=ticket, once=form.once, **form.answers)))
    page = render_template("enterprises/number.html", form=form, number=numbers[0] if numbers else "", back=back,
                           place=place, whose=whose, enterprise=enterprise, left=showing.left_today(current_user, most),
                           most=most, action=request.full_path.rstrip("?"))
    return page, form.status_code if form.errors or form.form_errors else 200
