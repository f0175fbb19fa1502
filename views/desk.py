"""The steward's workbench and quick log."""

from flask import Blueprint

bp = Blueprint("desk", __name__)
