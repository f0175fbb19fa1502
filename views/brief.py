"""The leader's one-page brief."""

from flask import Blueprint

bp = Blueprint("brief", __name__, url_prefix="/brief")
