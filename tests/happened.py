"""Events as an inspector reads them: from the rows of the log, by nothing but what is in them."""

import json

from models.rectifications import RectificationAct
from models.tickets import Act, Status
from operations.clocks.recomputation import Happened

ACTS = {str(act): act for act in (*Act, *RectificationAct)}


def as_happened(row):
    return Happened(
        ACTS[row.action], row.at, row.round, Status(row.source) if row.source else None, Status(row.target),
        json.loads(row.body)["details"],
    )
