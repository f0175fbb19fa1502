"""评价: counts what has come for the rating wall, and asks whoever has no account to rate."""

from jobs.job import Settings
from models.carriers import Carrier
from operations.delivery import adapters
from operations.job_ledger import Tally
from operations.ratings import asking
from operations.ratings.wall import tallying


def run(_settings: Settings) -> Tally:
    """Count what came since the last time."""
    placed = tallying.recount()
    return Tally(scanned=placed, done=placed)


def ask(settings: Settings) -> Tally:
    """Text a link to whoever has no account, where the site sends texts."""
    if Carrier.SMS not in adapters.carriers_on(settings):
        return Tally()
    waiting, asked = asking.ask_waiting(address_of=lambda token: f"{settings['PUBLIC_URL']}/r/{token}")
    return Tally(scanned=waiting, done=asked, remaining=waiting - asked)
