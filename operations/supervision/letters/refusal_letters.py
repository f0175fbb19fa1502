"""否定报备情况表: numbered and sealed with the conclusion of a refusal, in the transaction that concludes it."""

from functools import partial

from models import clock
from models.base import db
from models.letters import LetterKind
from models.refusals import Refusal
from models.tickets import Ticket
from operations import log
from operations.access.actor import SYSTEM
from operations.base import before_commit
from operations.insight import refusal_form, refusal_page
from operations.supervision.letters.proof import ISSUED
from operations.supervision.letters.sheet import ROWS
from operations.supervision.letters.writing import Draft, write


def expect(refusal: Refusal, ticket: Ticket) -> None:
    """Write it with the running operation's last steps: every signature and the review stand then."""
    before_commit(("refusal form", refusal.id), partial(_write, refusal, ticket))


def _write(refusal: Refusal, ticket: Ticket) -> None:
    db.session.flush()
    assert refusal.ended_as is not None
    unit = refusal.unit
    draft = Draft(
        kind=LetterKind.REFUSAL, office_id=refusal.office_id, addressee=unit.name, ticket_id=ticket.id,
        receiver_id=unit.id,
        facts={
            "收文单位": unit.name, "责任单位": unit.name, "办件号": ticket.number, "主题": ticket.subject,
            "企业": ticket.enterprise.name, "报备编号": refusal.number, "结论": refusal.ended_as.label,
            ROWS: refusal_form.filed_rows(refusal_page.as_filed(refusal, ticket)),
        },
    )
    refusal.letter_id = write([draft], now=clock.now())[0]
    log.record(ISSUED, object_type="letter", object_id=refusal.letter_id, actor=SYSTEM, standing=SYSTEM.posts[0],
               ticket_id=ticket.id, round=refusal.round, details=draft.details)
