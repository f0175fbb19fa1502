"""督办函: every order that somebody receives has its letter, written in the transaction that opens it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from models import clock
from models.access import Role
from models.base import db
from models.bulk import among
from models.clocks import Clock
from models.directory import Enterprise, Organisation, OrganisationKind
from models.letters import Letter, LetterKind
from models.supervision import Level, Supervision
from models.tickets import Ticket
from operations import log
from operations.access.actor import SYSTEM, Actor
from operations.base import before_commit, remembered
from operations.clocks import rulebook
from operations.clocks.calendar import Limit
from operations.clocks.wording import moment_in_full
from operations.supervision import ladder, wording
from operations.supervision.announcing import Opened
from operations.supervision.letters.proof import ISSUED
from operations.supervision.letters.sheet import ROWS
from operations.supervision.letters.writing import Draft, write

KINDS = {Level.FIRST: LetterKind.SUPERVISION, Level.SECOND: LetterKind.SUPERVISION, Level.TALK: LetterKind.TALK,
         Level.REFERRAL: LetterKind.REFERRAL}
# What only the letter of an order can say: how a clock stands and by when the order is answered.
OF_ORDERS = ("督办等级", "时限名称", "到期时间", "时限说明", "签收期限", "答复期限")
NOBODY = "纪检监察机关"  # to whom a referral goes where the city's records name none
SIGNERS = (Role.CLERK, Role.SUPERVISOR)
_BEHIND = (
    select(Clock.id, Clock.kind, Clock.limit, Clock.started_at, Clock.original_due_at, Clock.due_at,
           Ticket.number, Enterprise.name.label("enterprise"))
    .join(Ticket, Ticket.id == Clock.ticket_id)
    .join(Enterprise, Enterprise.id == Ticket.enterprise_id)
    .where(among(Clock.id))
)
_STANDING: Any = (
    select(Supervision.id, Supervision.ticket_id, Supervision.level, Supervision.issuer_id, Supervision.receiver_id,
           Supervision.clock_id, Supervision.rule, Supervision.reason, Supervision.sign_due_at, Supervision.due_at,
           Supervision.region_path, Ticket.subject, Ticket.enterprise_id, Clock.kind.label("clock_kind"))
    .join(Ticket, Ticket.id == Supervision.ticket_id)
    .join(Clock, Clock.id == Supervision.clock_id)
    .where(
        among(Supervision.id), Supervision.ended_at.is_(None), Supervision.joined_to_id.is_(None),
        Supervision.level != Level.REMINDER, Supervision.issuer_id.is_not(None), Supervision.receiver_id.is_not(None),
        ~exists().where(Letter.supervision_id == Supervision.id),
    )
    .order_by(Supervision.id)
)
_UNITS = select(Organisation.id, Organisation.name).where(among(Organisation.id))
_DISCIPLINE = select(Organisation.region_id, Organisation.id, Organisation.name).where(
    Organisation.kind == OrganisationKind.DISCIPLINE
)


@dataclass(frozen=True, slots=True)
class Expected:
    """An opened order whose letter is still to be written; ``details`` are those of the event of its opening."""

    order: Opened
    clock_id: int
    rule: str
    reason: str
    limits: ladder.Limits
    details: dict[str, Any]
    actor: Actor
    measure_id: int | None = None
    rows: Sequence[tuple[str, str]] = ()


def expect(expected: Expected) -> None:
    """Write the letter with the running operation's last steps. Nobody receives a reminder, and nobody what has no
    receiver: those are told, and a letter without an addressee is none."""
    order = expected.order
    if order.level in KINDS and order.issuer_id is not None and order.receiver_id is not None:
        db.session.info.setdefault("letters", []).append(expected)
        before_commit("letters", _write_expected)


def concern(order_id: int, *, measure_id: int, rows: Sequence[tuple[str, str]]) -> bool:
    """Let the letter that is expected for this order be the measure's too, with its rows; False where none is."""
    waiting: list[Expected] = db.session.info.get("letters", [])
    for place, one in enumerate(waiting):
        if one.order.order_id == order_id:
            waiting[place] = replace(one, measure_id=measure_id, rows=rows)
            return True
    return False


def expect_for(orders: Iterable[int]) -> None:
    """Write the letters of orders that were joined to another and stand by themselves now, unless they have one."""
    db.session.info.setdefault("standing", set()).update(orders)
    before_commit("letters of standing orders", _write_for_standing)


def _write_for_standing() -> None:
    ids = sorted(db.session.info.pop("standing"))
    db.session.flush()
    rows = db.session.execute(_STANDING, {"ids": ids}).all()
    if not rows:
        return
    behind = {row.id: row for row in db.session.execute(_BEHIND, {"ids": [row.clock_id for row in rows]})}
    units = _names({row.receiver_id for row in rows})
    expected = [_risen(row) for row in rows]
    drafts = [_draft(one, behind[one.clock_id], units, {}) for one in expected]
    for draft, letter_id in zip(drafts, write(drafts, now=clock.now()), strict=True):
        log.record(ISSUED, object_type="letter", object_id=letter_id, actor=SYSTEM, standing=SYSTEM.posts[0],
                   ticket_id=draft.ticket_id, details=draft.details)


def _risen(row: Any) -> Expected:
    order = Opened(row.id, row.ticket_id, row.level, row.issuer_id, row.receiver_id, row.subject, row.region_path,
                   row.clock_kind, row.enterprise_id)
    return Expected(order, row.clock_id, row.rule, row.reason, ladder.Limits(sign_due_at=row.sign_due_at,
                                                                             due_at=row.due_at), {}, SYSTEM)


def _write_expected() -> None:
    expected: list[Expected] = db.session.info.pop("letters")
    behind = {row.id: row for row in db.session.execute(_BEHIND, {"ids": [one.clock_id for one in expected]})}
    units = _names({one.order.receiver_id for one in expected if one.order.receiver_id})
    reckoned: dict[tuple[datetime, str, datetime], str] = {}
    drafts = [_draft(one, behind[one.clock_id], units, reckoned) for one in expected]
    write(drafts, now=clock.now())


def _draft(one: Expected, behind: Any, units: dict[int, str], reckoned: dict[Any, str]) -> Draft:
    order = one.order
    assert order.issuer_id is not None and order.receiver_id is not None
    unit = units[order.receiver_id]
    key = (behind.started_at, behind.limit, behind.due_at)
    if key not in reckoned:
        reckoned[key] = explained(behind)
    addressee = discipline_of(order.region_path) if order.level is Level.REFERRAL else unit
    signer = one.actor.post_above(order.region_path, roles=SIGNERS)
    return Draft(
        kind=KINDS[order.level], office_id=order.issuer_id, addressee=addressee, ticket_id=order.ticket_id,
        supervision_id=order.order_id, measure_id=one.measure_id, receiver_id=order.receiver_id,
        answer_due_at=one.limits.due_at, issued_by_id=one.actor.user_id, details=one.details,
        post_id=signer.post_id if signer else None,
        facts={
            "收文单位": addressee, "责任单位": unit, "办件号": behind.number, "主题": order.subject,
            "企业": behind.enterprise, "督办等级": order.level.label, "时限名称": behind.kind.label,
            "到期时间": moment_in_full(behind.due_at), "时限说明": reckoned[key],
            "事由": one.reason or wording.cause(one.rule),
            "签收期限": moment_in_full(one.limits.sign_due_at), "答复期限": moment_in_full(one.limits.due_at),
            "措施编号": None, "涉及办件": "", ROWS: list(one.rows),
        },
    )


def explained(behind: Any) -> str:
    """How the due date was reckoned, and what has moved it since. ``behind`` has the columns of a clock."""
    words = rulebook.current().calendar.explain(behind.started_at, Limit.stored(behind.limit))
    if behind.due_at == behind.original_due_at:
        return f"{words}。"
    return f"{words}；因延期或暂停计时，现为{moment_in_full(behind.due_at)}。"


def _names(ids: set[int]) -> dict[int, str]:
    return {row.id: row.name for row in db.session.execute(_UNITS, {"ids": sorted(ids)})}


def discipline_of(region_path: str) -> str:
    """The nearest discipline commission at or above the region."""
    there = remembered("discipline", lambda: {row.region_id: row.name for row in db.session.execute(_DISCIPLINE)})
    above = [int(part) for part in region_path.split("/") if part]
    return next((there[region] for region in reversed(above) if region in there), NOBODY)
