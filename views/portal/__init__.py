"""The enterprise's own pages: home, raise a demand, track, supplement, rate. Importing a module registers its pages."""

from views.portal import acts, demands, home, meetings, members, profile, ratings, talks, tickets
from views.portal.blueprint import bp

__all__ = ["acts", "bp", "demands", "home", "meetings", "members", "profile", "ratings", "talks", "tickets"]
