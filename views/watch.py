"""The supervisor's escalation queue."""

from flask import Blueprint

bp = Blueprint("watch", __name__, url_prefix="/watch")
