"""The account page, text size, contrast, feedback."""

from flask import Blueprint

bp = Blueprint("account", __name__)
