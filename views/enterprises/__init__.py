"""企业: the list, one enterprise's page, and everything that is done to one or to many."""

from views.enterprises import bulk, claims, codes, editing, habits, listing, merging, number, page, particulars
from views.enterprises.blueprint import bp

__all__ = ["bp", "bulk", "claims", "codes", "editing", "habits", "listing", "merging", "number", "page", "particulars"]
