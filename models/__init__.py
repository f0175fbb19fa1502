"""Tables, enums and facts about them. Imports nothing from the layers above."""

from models import (
    access,
    clock_stops,
    clocks,
    correspondence,
    directory,
    engagement,
    exports,
    insight,
    job_runs,
    lists,
    log,
    measures,
    notices,
    ratings,
    refusals,
    routing,
    supervision,
    texting,
    tickets,
)

# Importing every area here is what makes ``Base.metadata`` complete for migrations and tests.
AREAS = (
    access, clock_stops, clocks, correspondence, directory, engagement, exports, insight, job_runs, lists, log,
    measures, notices, ratings, refusals, routing, supervision, texting, tickets,
)
