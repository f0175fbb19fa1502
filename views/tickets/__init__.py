"""Ticket list, ticket page, and one page for every act."""

from views.tickets import acts, enter_rating, listing, page, rating_link
from views.tickets.blueprint import bp

__all__ = ["acts", "bp", "enter_rating", "listing", "page", "rating_link"]
