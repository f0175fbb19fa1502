"""The run ledger of the jobs."""

from flask import Blueprint

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
