"""Tables, enums and facts about them. Imports nothing from the layers above."""

from models import (
    access,
    anchors,
    backups,
    campaigns,
    carriers,
    clock_stops,
    clocks,
    correspondence,
    counted_follow_ups,
    deliveries,
    directory,
    engagement,
    exports,
    follow_ups,
    hall,
    insight,
    job_runs,
    letters,
    lists,
    log,
    measures,
    months,
    notices,
    rating_wall,
    ratings,
    rectifications,
    refusals,
    routing,
    shown_numbers,
    supervision,
    tickets,
    unreasonable,
)

# Importing every area here is what makes ``Base.metadata`` complete for migrations and tests.
AREAS = (
    access, anchors, backups, campaigns, carriers, clock_stops, clocks, correspondence, counted_follow_ups,
    deliveries, directory, engagement, exports, follow_ups, hall, insight, job_runs, letters, lists, log, measures,
    months, notices, rating_wall, ratings, rectifications, refusals, routing, shown_numbers, supervision, tickets,
    unreasonable,
)
