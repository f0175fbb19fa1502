"""备份与恢复演练: the night's backup, restored into a throw-away database and verified there."""

import sqlalchemy as sa

from jobs.job import Settings
from models.base import db
from operations.backup import nightly
from operations.job_ledger import Tally
from operations.storage import places


def run(settings: Settings) -> Tally:
    """Nothing where the site says that its backups are made otherwise."""
    if not settings["BACKUPS"]:
        return Tally()
    row = nightly.drill(plan_of(settings))
    return Tally(scanned=row.tables + row.files, done=int(not row.fault), error=row.fault)


def plan_of(settings: Settings) -> nightly.Plan:
    """As the settings say; the trial goes beside the database unless another server is named."""
    source = db.engine.url
    trial = sa.make_url(settings["DRILL_DATABASE_URL"]) if settings["DRILL_DATABASE_URL"] else source
    return nightly.Plan(source, places.of_site(settings), settings["BACKUPS_DIR"], trial, settings["BACKUPS_KEPT"])
