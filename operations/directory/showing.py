"""显示号码: somebody who may see an enterprise but does not call it looks at a number of it, which is counted and kept.

A day has a site's number of looks for each person (security.md (c), case 12); who works with the enterprise dials it
from the page and is not counted.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from models import clock
from models.access import Role, User
from models.base import db
from models.directory import Contact, Enterprise
from models.shown_numbers import ShowingPurpose, ShownNumber
from models.tickets import Ticket
from operations import log
from operations.access.actor import Actor
from operations.base import operation
from operations.clocks import shanghai
from operations.errors import BadInput, NotFound, TooManyAttempts

# Who works with the enterprise of a ticket needs its number; whoever looks on does not.
CALLING = (Role.STEWARD, Role.CASE_OFFICER, Role.UNIT_LEADER, Role.CLERK)
WORDS_LIMIT = 100
LISTED = 50


@operation
def show(enterprise: Enterprise, *, actor: Actor, purpose: ShowingPurpose, words: str, most: int,
         contact: Contact | None = None, ticket: Ticket | None = None) -> str:
    """显示号码：of the ticket, of the contact, else of the enterprise; kept with its purpose.

    At most ``most`` a day in Shanghai and person, also of many at once. Raises TooManyAttempts, BadInput, NotFound.
    """
    number = ticket.contact_phone if ticket else contact.phone if contact else enterprise.contact_phone
    if not number:
        raise NotFound("没有登记号码。")
    if purpose is ShowingPurpose.OTHER and not words:
        raise BadInput("请写明用途。")
    # With the person held: two at once count each other. The unique key says the same.
    db.session.scalars(select(User.id).where(User.id == actor.user_id).with_for_update()).one()
    looks = _looks_today(actor)
    if looks >= most:
        raise TooManyAttempts(f"今天已经看过 {most} 个号码，请明天再看；急需联系的，请企业的管家代为联系。")
    standing = next(iter(actor.posts), None)
    shown = ShownNumber(
        user_id=actor.user_id, day=shanghai.today(), nth=looks + 1, enterprise_id=enterprise.id,
        contact_id=contact.id if contact else None, ticket_id=ticket.id if ticket else None, purpose=purpose,
        unit=standing.unit_name if standing else "", shown_at=clock.now(),
    )
    db.session.add(shown)
    db.session.flush()
    said = "：".join(one for one in (purpose.label, words) if one)
    log.record("show_number", object_type="enterprise", object_id=enterprise.id, actor=actor, standing=standing,
               words=said, details={"shown": shown.id, "contact": shown.contact_id, "ticket": shown.ticket_id})
    return number


def left_today(actor: Actor, most: int) -> int:
    """How many numbers the person may still look at today."""
    return max(most - _looks_today(actor), 0)


def looks_at(enterprise: Enterprise) -> Sequence[ShownNumber]:
    """Who has looked at a number of the enterprise, the latest first."""
    rows = select(ShownNumber).options(joinedload(ShownNumber.user)).where(ShownNumber.enterprise_id == enterprise.id)
    return db.session.scalars(rows.order_by(ShownNumber.id.desc()).limit(LISTED)).all()


def _looks_today(actor: Actor) -> int:
    counted = select(func.count()).where(ShownNumber.user_id == actor.user_id, ShownNumber.day == shanghai.today())
    return db.session.scalar(counted) or 0
