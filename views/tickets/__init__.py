"""Ticket list, ticket page, and one page for every act."""

from views.tickets import accused, acts, enter_rating, listing, number, page, rating_link
from views.tickets.blueprint import bp

__all__ = ["accused", "acts", "bp", "enter_rating", "listing", "number", "page", "rating_link"]
