"""Pages that need no sign-in: verify a receipt, rate by a one-time link."""

from flask import Blueprint

bp = Blueprint("public", __name__)
