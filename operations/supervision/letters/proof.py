"""查验: whether a letter is genuine and says what was sealed when it was issued. Tells nothing of what it is about."""

import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from models.base import db
from models.letters import Letter
from models.log import Event
from models.tickets import Act
from operations import log
from operations.anchors import shown
from operations.supervision.letters.sheet import CODE_SHOWN
from operations.supervision.letters.writing import digest_of

ISSUED = "issue_letter"
_CODE = re.compile(rf"[0-9a-f]{{{CODE_SHOWN},64}}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What anybody may know who holds the code. ``is_intact``: letter, template and log still agree."""

    number: str
    kind: str
    office: str
    issued_at: datetime
    seal: str
    anchored: str
    is_intact: bool


def verify(code: str) -> Verdict | None:
    """查验：None for whatever is not genuine, always the same answer."""
    said = re.sub(r"[\s\-]", "", code).lower()
    if not _CODE.fullmatch(said):
        return None
    near = select(Letter).where(Letter.digest >= said, Letter.digest < f"{said}g")
    letter = db.session.scalar(near.options(joinedload(Letter.office)).limit(1))
    event = db.session.scalar(_event_of(letter)) if letter else None
    if letter is None or event is None:
        return None
    sealed: str = json.loads(event.body)["details"].get("digest", "")
    whole = log.link_hash(event.prev, event.seq, event.body, event.alg) == event.hash
    says = {name: getattr(letter, name) for name in ("number", "template_id", "addressee", "facts", "kind")}
    intact = whole and hmac.compare_digest(digest_of(says, letter.issued_at), sealed)
    return Verdict(letter.number, letter.kind.label, letter.facts["发文机关"], letter.issued_at,
                   shown.seal_of(event), shown.covering(event.seq), intact)


def seal_of(letter: Letter) -> str:
    """存证：where the event stands that seals the letter."""
    event = db.session.scalar(_event_of(letter))
    return shown.seal_of(event) if event else ""


def _event_of(letter: Letter) -> Select[Event]:
    """The event that seals it: its issue; an order's letter mostly came with the opening of the order."""
    issued = and_(Event.action == ISSUED, Event.object_id == letter.id)
    if letter.supervision_id is not None:
        opened = and_(Event.action == Act.SUPERVISE, Event.object_id == letter.supervision_id)
        mine = select(Event).where(Event.of_ticket(letter.ticket_id), or_(issued, opened))
        return mine.order_by(Event.seq.desc()).limit(1)
    rows = select(Event).where(issued)
    return rows.where(Event.of_ticket(letter.ticket_id)) if letter.ticket_id else rows
