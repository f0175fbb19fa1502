"""Supervision orders as the receiving unit sees them."""

from flask import Blueprint

bp = Blueprint("supervisions", __name__, url_prefix="/supervisions")
