"""The enterprise's own pages: home, raise a demand, track, supplement, rate. Importing a module registers its pages."""

from views.portal import acts, campaigns, demands, home, meetings, members, profile, ratings, talks, tickets
from views.portal.blueprint import bp

__all__ = [
    "acts", "bp", "campaigns", "demands", "home", "meetings", "members", "profile", "ratings", "talks", "tickets",
]
