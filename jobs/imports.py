"""导入: batches that wait for a worker, and those whose worker is gone."""

from jobs.job import Settings
from operations.directory.imports import put_away, running
from operations.directory.imports.batches import ImportRules
from operations.job_ledger import Tally


def run(settings: Settings) -> Tally:
    """Go on with every batch that nobody works on, the oldest first; one that breaks off is told and stops no other."""
    rules = ImportRules(settings["IMPORTS_DIR"], settings["IMPORT_BYTES"], settings["IMPORT_ROWS"],
                        str(settings["SECRET_KEY"]))
    waiting, done, failures = running.waiting(), 0, []
    for batch_id in waiting:
        try:
            done += running.run(batch_id, rules=rules) is not None
        except Exception as problem:  # already logged, and written to its batch
            failures.append(f"batch {batch_id}: {type(problem).__name__}")
    put_away.sweep(rules)
    return Tally(scanned=len(waiting), done=done, remaining=len(running.waiting()), error="; ".join(failures))
