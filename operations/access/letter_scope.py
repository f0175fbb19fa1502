"""Who sees which letter: the offices above see their region, a unit what came to it, an enterprise its own notices."""

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from models.access import Role
from models.base import db
from models.letters import Letter, LetterAddressee, LetterKind
from models.tickets import Ticket
from operations.access.actor import Actor, Standing
from operations.access.found import the_one
from operations.access.scope import REGIONAL, own_enterprise_ids, ticket_scope, units_of
from operations.access.withholding import open_to

UNIT = (Role.CASE_OFFICER, Role.UNIT_LEADER)
READING = (*UNIT, *REGIONAL)


def letter_scope(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``letters`` that all of the actor's posts together give."""
    return or_(false(), *(_letters_of(post) for post in actor.posts)) & open_to(actor, Letter.ticket_id)


def get_letter(actor: Actor, letter_id: int) -> Letter:
    """The letter, or NotFound."""
    return the_one(select(Letter).where(letter_scope(actor), Letter.id == letter_id))


def notice_of(actor: Actor, number: str) -> Letter:
    """The 一次性告知书 of a ticket that the actor may open, or NotFound."""
    return the_one(_notices(number).where(ticket_scope(actor)))


def own_notice_of(actor: Actor, number: str) -> Letter:
    """The 一次性告知书 of a ticket of the actor's own enterprise, or NotFound."""
    return the_one(_notices(number).where(Ticket.enterprise_id.in_(own_enterprise_ids(actor))))


def has_notice(ticket: Ticket) -> bool:
    """Whether the ticket has a 一次性告知书; asked only where somebody was told what is missing."""
    if ticket.supplement_requested_at is None:
        return False
    return db.session.scalar(select(Letter.id).where(Letter.ticket_id == ticket.id,
                                                     Letter.kind == LetterKind.SUPPLEMENT).limit(1)) is not None


def _notices(number: str) -> Select[Letter]:
    rows = select(Letter).join(Ticket, Ticket.id == Letter.ticket_id)
    return rows.where(Ticket.number == number, Letter.kind == LetterKind.SUPPLEMENT).order_by(Letter.id.desc())


def _letters_of(post: Standing) -> ColumnElement[bool]:
    if post.role in REGIONAL:
        return Letter.region_path.startswith(post.region_path, autoescape=True)
    if post.role not in UNIT:
        return false()
    addressed = select(LetterAddressee.letter_id).where(LetterAddressee.unit_id.in_(units_of(post)))
    # 移交函 names who is held responsible: the unit's leader reads it.
    withheld = (LetterKind.REFERRAL,) if post.role is Role.CASE_OFFICER else ()
    received = and_(Letter.receiver_id.in_(units_of(post)), Letter.kind.not_in(withheld))
    return or_(received, Letter.id.in_(addressed))
