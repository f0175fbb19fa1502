"""The enterprise's own pages: home, raise a demand, track, supplement, rate."""

from flask import Blueprint

bp = Blueprint("portal", __name__, url_prefix="/my")
