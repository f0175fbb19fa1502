"""Ticket list, ticket page, and one page for every act."""

from flask import Blueprint

bp = Blueprint("tickets", __name__, url_prefix="/tickets")
