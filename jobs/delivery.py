"""送达: what may be shown now, and what goes out of the site, each carrier by a job of its own."""

from collections.abc import Callable

from jobs.job import Settings
from models.deliveries import Carrier
from operations.access import password_links
from operations.delivery import adapters, fanout, sending
from operations.delivery.wording import Site
from operations.job_ledger import Tally


def run(settings: Settings) -> Tally:
    """Deliver every message whose quiet hours are over."""
    delivered = fanout.deliver(adapters.carriers_on(settings))
    return Tally(scanned=delivered, done=delivered)


def link(settings: Settings) -> Tally:
    """Let whoever asked for a link to set a password have it, where there is such an account."""
    page, carriers = f"{settings['PUBLIC_URL']}/password/", adapters.carriers_on(settings)
    looked_at, sent = password_links.answer_requests(page=page, carriers=carriers)
    return Tally(scanned=looked_at, done=sent)


def by(carrier: Carrier) -> Callable[[Settings], Tally]:
    """The job that sends what waits for this carrier: a slow gateway keeps up no other."""

    def send(settings: Settings) -> Tally:
        site = Site(settings["SITE_NAME"], settings["PUBLIC_URL"])
        sent = sending.send_due(carrier, adapters.made(carrier, settings), site=site)
        return Tally(scanned=sent.scanned, done=sent.taken, remaining=sent.scanned - sent.taken, error=sent.problem)

    return send
