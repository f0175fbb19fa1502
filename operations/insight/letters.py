"""公文登记: letters of the actor's scope, and one letter with everybody who has received, opened, signed and answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from models.access import Post, User
from models.base import LabelledEnum, db
from models.directory import Organisation
from models.letters import Letter, LetterAddressee, LetterClimb, LetterKind, LetterReceipt, LetterStep
from models.notices import Notice
from models.supervision import Supervision, SupervisionEnd
from operations.access.actor import Actor
from operations.access.letter_scope import get_letter, letter_scope
from operations.clocks.wording import moment, moment_in_full
from operations.errors import NotFound
from operations.insight import order_card
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.order_card import Step
from operations.supervision.letters import raising, receiving
from operations.supervision.letters.issuing import notice_key
from operations.supervision.letters.slips import SAID_SHOWN
from operations.supervision.supervision import opened_by, receiving_post

PAGE, MOST_PRINTED, MOST_STEPS = 25, 200, 300
_PART = (LetterAddressee.letter_id == Letter.id)


class State(LabelledEnum):
    """How far a letter has come at its addressees."""

    UNOPENED = "unopened", "有人未打开"
    UNANSWERED = "unanswered", "有人未答复"
    ANSWERED = "answered", "待认可答复"
    RAISED = "raised", "已提级"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The filter of the register."""

    kind: LetterKind | None = None
    state: State | None = None


@dataclass(slots=True)
class Card:
    """One letter. ``parts`` are its addressees, none for the letter of an order, whose ``order_id`` leads to them."""

    letter: Letter
    order_id: int | None
    issuer: str
    parts: Sequence[LetterAddressee] = ()
    delivered: dict[int, datetime] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    climbed: dict[int, str] = field(default_factory=dict)
    held: Sequence[int] = ()
    is_addressed: bool = False
    is_opened: bool = True
    may_judge: bool = False

    @property
    def own(self) -> Sequence[LetterAddressee]:
        """The addressees that the reader is and that still have something to do."""
        return [part for part in self.parts if part.accepted_at is None and part.unit_id in self.held]


def page_of(actor: Actor, narrowing: Narrowing, *, place: Place = TOP) -> Page:
    """One page of the register, the latest first."""
    return paged(_rows(actor, narrowing), Letter.issued_at, Letter.id, size=PAGE, place=place, is_descending=True)


def picked(actor: Actor, ids: Sequence[int]) -> Sequence[Any]:
    """Those of the letters that the actor may see, in the order of their issue. Raises NotFound when there is none."""
    rows = _rows(actor, Narrowing()).where(Letter.id.in_(list(ids)[:MOST_PRINTED]))
    found = db.session.execute(rows.order_by(Letter.issued_at, Letter.id)).all()
    if not found:
        raise NotFound
    return found


def card(actor: Actor, letter_id: int) -> Card:
    """The card of a letter. Raises NotFound."""
    letter = get_letter(actor, letter_id)
    shown = Card(letter, letter.supervision_id, _signer(letter))
    if letter.supervision_id is not None:
        order = order_card.card(actor, letter.supervision_id)
        shown.steps = order.steps
        shown.is_addressed = receiving_post(order.order, actor) is not None
        shown.is_opened = not shown.is_addressed or bool(opened_by(actor, [order.order]))
        return shown
    rows = select(LetterAddressee).where(LetterAddressee.letter_id == letter.id).order_by(LetterAddressee.unit_id)
    shown.parts = db.session.scalars(rows).all()
    shown.held = [part.unit_id for part in shown.parts if receiving.receiving_post(part.unit, actor)]
    shown.is_addressed = bool(shown.held)
    shown.is_opened = not shown.is_addressed or receiving.has_opened(letter, actor)
    shown.may_judge = receiving.judging_post(letter, actor) is not None
    shown.delivered = _delivered(letter, [part.unit_id for part in shown.parts])
    climbs = _climbs(letter)
    shown.climbed = {row.unit_id: f"{moment(row.at)} {'提级' if row.rung == raising.RAISED else '提请约谈'}"
                     for row in climbs}
    shown.steps = sorted([*_steps(letter), *map(_went_up, climbs)], key=lambda step: step.at, reverse=True)
    return shown


def _rows(actor: Actor, narrowing: Narrowing) -> Select[Any]:
    part = {name: _count(condition) for name, condition in {
        "parts": LetterAddressee.unit_id.is_not(None), "opened": LetterAddressee.opened_at.is_not(None),
        "answered": LetterAddressee.answered_at.is_not(None), "raised": LetterAddressee.rung > 0,
    }.items()}
    rows: Any = (
        select(
            Letter.id, Letter.kind, Letter.number, Letter.addressee, Letter.facts, Letter.issued_at, Letter.digest,
            Letter.answer_due_at, Letter.supervision_id, Organisation.short_name.label("office"),
            Supervision.read_at, Supervision.signed_at, Supervision.answered_at, Supervision.ended_at,
            Supervision.ended_as,
            *(counted.label(name) for name, counted in part.items()),
        )
        .join(Organisation, Organisation.id == Letter.office_id)
        .outerjoin(Supervision, Supervision.id == Letter.supervision_id)
        .where(letter_scope(actor))
    )
    if narrowing.kind is not None:
        rows = rows.where(Letter.kind == narrowing.kind)
    return rows.where(_state(narrowing.state)) if narrowing.state is not None else rows


def _count(condition: Any) -> Any:
    return select(func.count(case((condition, 1)))).where(_PART).correlate(Letter).scalar_subquery()


def _state(state: State) -> Any:
    has, order = select(LetterAddressee.letter_id).where(_PART), Supervision.id.is_not(None)
    running = and_(order, Supervision.ended_at.is_(None))
    match state:
        case State.UNOPENED:
            unopened = has.where(LetterAddressee.opened_at.is_(None))
            return or_(and_(running, Supervision.read_at.is_(None)), unopened.exists())
        case State.UNANSWERED:
            due = Letter.answer_due_at.is_not(None)
            return and_(due, or_(and_(running, Supervision.answered_at.is_(None)),
                                 has.where(LetterAddressee.answered_at.is_(None)).exists()))
        case State.ANSWERED:
            waits = and_(LetterAddressee.answered_at.is_not(None), LetterAddressee.accepted_at.is_(None))
            return or_(and_(running, Supervision.answered_at.is_not(None), Supervision.accepted_at.is_(None)),
                       has.where(waits).exists())
        case State.RAISED:
            return or_(Supervision.ended_as == SupervisionEnd.ESCALATED, has.where(LetterAddressee.rung > 0).exists())
    return false()


def _signer(letter: Letter) -> str:
    if letter.issued_by_id is None:
        return "系统按规则"
    return db.session.scalar(select(User.name).where(User.id == letter.issued_by_id)) or ""


def _delivered(letter: Letter, units: Sequence[int]) -> dict[int, datetime]:
    """When the first message about the letter reached each unit."""
    people = db.session.execute(
        select(Post.user_id, Post.organisation_id).where(Post.organisation_id.in_(units), Post.role.in_(receiving.UNIT))
    ).all()
    keys = {notice_key(letter.id, user_id): unit for user_id, unit in people}
    rows = select(Notice.dedup_key, Notice.delivered_at).where(Notice.dedup_key.in_(keys),
                                                               Notice.delivered_at.is_not(None))
    found: dict[int, datetime] = {}
    for key, at in db.session.execute(rows):
        unit = keys[key]
        if unit is not None and at is not None:
            found[unit] = min(at, found.get(unit, at))
    return found


def _steps(letter: Letter) -> list[Step]:
    rows: Any = (
        select(LetterReceipt.at, LetterReceipt.step, LetterReceipt.words, User.name, Post.title, Post.role,
               Organisation.short_name.label("unit"))
        .join(User, User.id == LetterReceipt.user_id)
        .outerjoin(Post, Post.id == LetterReceipt.post_id)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .where(LetterReceipt.letter_id == letter.id)
        .order_by(LetterReceipt.id.desc())
        .limit(MOST_STEPS)
    )
    return [
        Step(row.at, LetterStep(row.step).label, row.name, row.words,
             f"{row.unit} {row.title or row.role.label}" if row.unit else "")
        for row in db.session.execute(rows)
    ]


def _climbs(letter: Letter) -> Sequence[Any]:
    office = aliased(Organisation)
    return db.session.execute(
        select(LetterClimb.at, LetterClimb.rung, LetterClimb.rule, LetterClimb.unit_id,
               Organisation.short_name.label("unit"), office.short_name.label("office"))
        .join(Organisation, Organisation.id == LetterClimb.unit_id)
        .outerjoin(office, office.id == LetterClimb.office_id)
        .where(LetterClimb.letter_id == letter.id)
        .order_by(LetterClimb.id)
    ).all()


def _went_up(row: Any) -> Step:
    said = raising.words(row.rung, row.rule, unit=row.unit, office=row.office or "")
    return Step(row.at, "提级" if row.rung == raising.RAISED else "提请约谈", "系统按规则", said)


def receipt_rows(card: Card) -> list[tuple[str, str, str, str]]:
    """The receipts of a letter for its slip, the oldest first: (when, what, who with post, words)."""
    people = [
        (moment_in_full(step.at), step.label, f"{step.who}　{step.post}".strip(), step.words[:SAID_SHOWN])
        for step in reversed(card.steps)
    ]
    units = {part.unit_id: part.unit.short_name for part in card.parts}
    reached = [(moment_in_full(at), "送达", units[unit], "") for unit, at in card.delivered.items()]
    issued = [] if card.order_id else [(moment_in_full(card.letter.issued_at), "发出", card.issuer, "")]
    return [*issued, *reached, *people][:MOST_STEPS]  # an order's steps begin with its issue
