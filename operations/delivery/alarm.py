"""告警: what can wait for no job goes to its people by every carrier that the site has, at once, each way by itself.

The rows are those of any message, so that the delivery desk shows what went and what did not; one that failed is tried
again by the carrier's own job once the jobs run.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from models import clock
from models.access import User
from models.base import db
from models.bulk import insert_rows
from models.deliveries import MOST_TRIES, Carrier, Delivery, DeliveryAttempt, Purpose
from models.notices import Notice
from operations.base import insert_ignoring, operation
from operations.delivery import leasing, sending
from operations.delivery.adapters.base import Adapter
from operations.delivery.fanout import reachable
from operations.delivery.folding import LASTS
from operations.delivery.wording import Site

_D: Any = Delivery.__table__


def sound(key: str, adapters: Mapping[Carrier, Adapter], *, site: Site, page: str) -> int:
    """Send the notices whose keys begin with ``key``; ``page`` is where to go. Returns how many messages were taken.

    Nobody's wishes, hours or TD are asked: it is for the few who alone can set it right.
    """
    taken = 0
    for carrier, adapter in adapters.items():
        for waiting in _put_out(carrier, key, site=site):
            subject = f"【{site.name}】{waiting[1]}"
            message = replace(waiting[0].message, subject=subject, words=f"{subject}，请登录查看：{site.url}{page}")
            receipt, _ = sending.attempt(replace(waiting[0], message=message), adapter)
            taken += receipt.is_taken
    return taken


@operation
def _put_out(carrier: Carrier, key: str, *, site: Site) -> list[tuple[leasing.Waiting, str]]:
    """The messages of one carrier as taken by this process, each with its subject. Of many who sound it the first."""
    now = clock.now()
    recipient = User.email if carrier is Carrier.EMAIL else User.phone
    rows = db.session.execute(
        select(Notice.id, Notice.user_id, Notice.dedup_key, Notice.subject, recipient.label("recipient"))
        .join(User, User.id == Notice.user_id)
        .where(Notice.dedup_key.startswith(f"{key}.", autoescape=True), User.is_active, *reachable(carrier, recipient))
    ).all()
    subjects: dict[int, str] = {}
    for row in rows:
        values = {"carrier": carrier.value, "purpose": Purpose.NOTICE.value, "words": "", "address": "", "tries": 1,
                  "most_tries": MOST_TRIES, "reference": "", "problem": "", "key": f"{row.dedup_key}.{carrier.value}",
                  "user_id": row.user_id, "notice_id": row.id, "recipient": row.recipient, "created_at": now,
                  "next_try_at": now + leasing.LEASE, "expires_at": now + LASTS}
        made = db.session.scalar(insert_ignoring(_D).values(values).returning(_D.c.id))
        if made is not None:
            subjects[made] = row.subject
    composed = leasing.composed(carrier, list(subjects), site)
    insert_rows(db.session.connection(), DeliveryAttempt.__table__, [
        {"delivery_id": one.id, "number": 1, "started_at": now, "milliseconds": None, "was_taken": None, "code": "",
         "problem": ""} for one in composed
    ])
    return [(one, subjects[one.id]) for one in composed]
