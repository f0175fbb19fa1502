"""One run of a carrier: take a few, hand them over one by one, note what became of each; no transaction meanwhile."""

import logging
import time
from dataclasses import dataclass

from models.base import db
from models.deliveries import Carrier
from operations.delivery import leasing, settling
from operations.delivery.adapters.base import Adapter, Message, Receipt
from operations.delivery.wording import Site

log = logging.getLogger(__name__)

RUN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run did."""

    scanned: int = 0
    taken: int = 0
    problem: str = ""


def send_due(carrier: Carrier, adapter: Adapter, *, site: Site, seconds: float = RUN_SECONDS) -> Sent:
    """发送：hand over what is due, until nothing is, the carrier is paused, or the time of a run is over.

    A process that dies in between leaves its lease to run out: the message is then tried again with the same key, so
    that a message goes at least once and its receiver's gateway can leave out the second copy.
    """
    stop_at, done = time.monotonic() + seconds, Sent()
    if leasing.has_due(carrier):
        leasing.sort_out(carrier)
    while time.monotonic() < stop_at and leasing.has_due(carrier):
        batch = leasing.lease(carrier, site=site)
        if not batch:
            break
        for place, waiting in enumerate(batch):
            if time.monotonic() >= stop_at:
                leasing.release(batch[place:])
                return done
            receipt, is_paused = attempt(waiting, adapter)
            done = Sent(done.scanned + 1, done.taken + receipt.is_taken, receipt.problem or done.problem)
            if is_paused:
                leasing.release(batch[place + 1 :])
                return done
    return done


def attempt(waiting: leasing.Waiting, adapter: Adapter) -> tuple[Receipt, bool]:
    """Hand one over and note what became of it; the second answer is whether the carrier is paused now."""
    began = time.monotonic()
    receipt = _handed_over(adapter, waiting.message)
    took = int((time.monotonic() - began) * 1000)
    return receipt, settling.settle(waiting, receipt, milliseconds=took)


def _handed_over(adapter: Adapter, message: Message) -> Receipt:
    """An adapter that fails in a way nobody thought of is a failure of the way; its own words may quote the message."""
    assert not db.session.registry().in_transaction(), "nothing may wait for a gateway with a transaction open"
    try:
        return adapter.send(message)
    except Exception as problem:
        log.error("%s failed: %s", type(adapter).__name__, type(problem).__name__)
        return Receipt(False, problem=f"程序出错：{type(problem).__name__}", may_retry=True)
