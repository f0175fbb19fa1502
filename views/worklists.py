"""What a unit and the service centre must do now."""

from flask import Blueprint

bp = Blueprint("worklists", __name__)
