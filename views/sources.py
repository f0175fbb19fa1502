"""Where a rating comes from: only a keyed digest of the address goes on."""

from dataclasses import replace

from flask import current_app, request

from operations.ratings import sources
from operations.ratings.opinions import Opinion
from views.forms.ratings import RateForm


def opinion_from_here(form: RateForm) -> Opinion:
    """The opinion of the form with the digest of the address that sent it."""
    key = str(current_app.config["SECRET_KEY"])
    return replace(form.opinion, source=sources.digest(request.remote_addr or "", site_key=key))
