"""What waits for my signature."""

from flask import Blueprint

bp = Blueprint("sign_offs", __name__, url_prefix="/sign-offs")
