"""The outbox: messages are rows written in the transaction of the act; a job delivers them after quiet hours."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select, update

from models import clock
from models.access import Post, Role
from models.base import db
from models.bulk import insert_rows
from models.directory import Organisation, OrganisationKind, Region, Stewardship
from models.months import first_notice_lately
from models.notices import Notice, NoticeKind
from models.tickets import Proposal, SigningStage, Ticket, UnitOrder
from operations.access.actor import Actor
from operations.access.withholding import is_kept_from, not_barred, open_to, open_to_asker
from operations.base import before_commit, operation, remembered
from operations.clocks import rulebook
from operations.clocks.calendar import SHANGHAI
from operations.errors import NotFound

WORDS_SHOWN = 500
UNREAD_COUNTED = 100
# Shows what may be shown :now. Nobody is shown what a complaint about their own unit says.
_NOW: Any = bindparam("now", type_=Notice.__table__.c.not_before.type)
SHOWING = update(Notice).where(
    Notice.delivered_at.is_(None), Notice.not_before <= _NOW, ~is_kept_from(Notice.user_id, Notice.ticket_id)
).values(delivered_at=_NOW).execution_options(synchronize_session=False)
_STEWARDS = select(Stewardship.steward_id).where(
    Stewardship.enterprise_id == bindparam("enterprise"),
    Stewardship.started_at <= bindparam("now"),
    or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > bindparam("now")),
)
_MEMBERS = select(Post.user_id).where(Post.enterprise_id == bindparam("enterprise"), Post.ended_at.is_(None))


# Parameters: ``person`` and those of ``withholding.asked_by``. Read by every page, see operations/insight/glance.py.
UNREAD = select(func.count()).select_from(
    select(Notice.id)
    .where(Notice.user_id == bindparam("person"), Notice.read_at.is_(None), Notice.delivered_at.is_not(None),
           Notice.id >= first_notice_lately(),
           or_(open_to_asker(Notice.ticket_id), Notice.kind == NoticeKind.MESSAGE))
    .limit(UNREAD_COUNTED)
    .subquery()
)


def tell(user_ids: Iterable[int | None], ticket: Ticket, subject: str, *, kind: NoticeKind = NoticeKind.TICKET,
         words: str = "") -> None:
    """Queue one message per person. The same message about the same version of the ticket is one message."""
    people = sorted({user_id for user_id in user_ids if user_id})
    if not people:
        return
    now = clock.now()
    later = not_before(now)
    rows = [
        {
            "user_id": user_id,
            "kind": kind,
            "ticket_id": ticket.id,
            "subject": subject[:200],
            "words": words[:WORDS_SHOWN],
            "dedup_key": f"{ticket.id}.{ticket.version}.{user_id}.{hash_of(subject)}.{int(now.timestamp() * 1000)}",
            "created_at": now,
            "not_before": later,
        }
        for user_id in people
    ]
    queue(rows)


def tell_people(user_ids: Iterable[int | None], subject: str, *, about: str, words: str = "",
                kind: NoticeKind = NoticeKind.SYSTEM) -> None:
    """Queue one message per person that is not about a ticket. ``about`` names the row it is about: ``claim.17``."""
    now = clock.now()
    later, people = not_before(now), sorted({user_id for user_id in user_ids if user_id})
    queue([
        {
            "user_id": user_id,
            "kind": kind,
            "ticket_id": None,
            "subject": subject[:200],
            "words": words[:WORDS_SHOWN],
            "dedup_key": f"{about}.{user_id}.{hash_of(subject)}.{int(now.timestamp() * 1000)}",
            "created_at": now,
            "not_before": later,
        }
        for user_id in people
    ])


def tell_members(enterprise_id: int, subject: str, *, about: str, words: str = "") -> None:
    """Every member of an enterprise, about something that is no ticket."""
    tell_people(db.session.scalars(_MEMBERS, {"enterprise": enterprise_id}).all(), subject, about=about, words=words,
                kind=NoticeKind.MESSAGE)


def queue(rows: Sequence[dict[str, Any]]) -> None:
    """Put messages into the outbox with the running operation's last steps: one statement for all of them."""
    if rows:
        db.session.info.setdefault("notices", []).extend(rows)
        before_commit("notices", _write_queued)


def _write_queued() -> None:
    rows = db.session.info.pop("notices")
    insert_rows(db.session.connection(), Notice.__table__, rows, ignoring=True)


def hash_of(subject: str) -> str:
    """A short digest that tells two messages of one moment apart."""
    return f"{sum(ord(char) * (place + 1) for place, char in enumerate(subject)) % 999_983:06d}"


def tell_stewards(ticket: Ticket, subject: str, *, kind: NoticeKind = NoticeKind.TICKET, words: str = "") -> None:
    """The stewards of the enterprise now; the service centre where it has none (domain.md §4: catch-all)."""
    found = db.session.scalars(_STEWARDS, {"enterprise": ticket.enterprise_id, "now": clock.now()})
    stewards = not_barred(list(found), ticket)
    if stewards:
        tell(stewards, ticket, subject, kind=kind, words=words)
    else:
        tell_centre(ticket, subject)


def tell_enterprise(ticket: Ticket, subject: str, *, words: str = "") -> None:
    """Every member of the enterprise."""
    members = remembered(
        ("members", ticket.enterprise_id),
        lambda: db.session.scalars(_MEMBERS, {"enterprise": ticket.enterprise_id}).all(),
    )
    tell(members, ticket, subject, kind=NoticeKind.MESSAGE, words=words)


def tell_handlers(ticket: Ticket, subject: str, *, words: str = "") -> None:
    """Officers and leaders of every unit that holds a running order; the stewards while no unit has it."""
    units = select(UnitOrder.unit_id).where(UnitOrder.ticket_id == ticket.id, UnitOrder.ended_at.is_(None))
    people = db.session.scalars(_people_of(units)).all()
    if people:
        tell(people, ticket, subject, words=words)
    else:
        tell_stewards(ticket, subject, words=words)


def tell_units(units: Sequence[Organisation], ticket: Ticket, subject: str) -> None:
    """Officers and leaders of these units."""
    ids = tuple(unit.id for unit in units)
    if ids:
        people = remembered(("officials", ids), lambda: db.session.scalars(_people_of(list(ids))).all())
        tell(people, ticket, subject)


def tell_desk(proposal: Proposal, ticket: Ticket, subject: str) -> None:
    """Whoever may sign the proposal now."""
    if proposal.stage is SigningStage.UNIT_LEADER:
        tell(remembered(("heads", proposal.unit_id), lambda: _heads_of(proposal.unit_id)), ticket, subject)
    elif proposal.stage is SigningStage.CLERK:
        tell_centre(ticket, subject)
    else:
        tell(db.session.scalars(_office(ticket, OrganisationKind.SUPERVISION_OFFICE)), ticket, subject)


def tell_centre(ticket: Ticket, subject: str) -> None:
    """The clerks of the service centres above the ticket's region."""
    clerks = remembered(
        ("clerks", ticket.region_path),
        lambda: db.session.scalars(_office(ticket, OrganisationKind.SERVICE_CENTRE)).all(),
    )
    tell(clerks, ticket, subject)


def tell_office(ticket: Ticket, subject: str, *, words: str = "") -> None:
    """The supervisors of the offices above the ticket's region."""
    tell(db.session.scalars(_office(ticket, OrganisationKind.SUPERVISION_OFFICE)), ticket, subject, words=words)


def tell_person(user_id: int | None, ticket: Ticket, subject: str, *, words: str = "") -> None:
    """One person."""
    tell([user_id], ticket, subject, words=words)


def not_before(now: datetime) -> datetime:
    """安静时段: no message at night or on days off; it waits for the next morning of a working day (domain.md §7)."""
    rules = rulebook.current()
    quiet = rules.policy("quiet_hours")
    opens, closes = time.fromisoformat(quiet["to"]), time.fromisoformat(quiet["from"])
    here = now.astimezone(SHANGHAI)
    works = not quiet["days_off"] or rules.calendar.is_working_day(here.date())
    if works and opens <= here.time() < closes:
        return now
    day = here.date() if here.time() < opens else here.date() + timedelta(days=1)
    while quiet["days_off"] and not rules.calendar.is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, opens, SHANGHAI).astimezone(UTC)


@operation
def deliver() -> int:
    """Show in the product what may be shown now. Returns how many; ``delivery.fanout`` also tells people outside."""
    return db.session.connection().execute(SHOWING, {"now": clock.now()}).rowcount


def for_person(actor: Actor) -> Select[Notice]:
    """The delivered messages of a person, newest first."""
    mine = select(Notice).where(Notice.user_id == actor.user_id, Notice.delivered_at.is_not(None), may_know(actor))
    return mine.order_by(Notice.id.desc())


def may_know(actor: Actor) -> ColumnElement[bool]:
    """The condition on messages, delivered ones too: a unit may have been named since. Members read all of theirs."""
    is_member = Notice.kind == NoticeKind.MESSAGE if actor.holds(Role.ENTERPRISE_MEMBER) else false()
    return or_(open_to(actor, Notice.ticket_id), is_member)


@operation
def mark_read(actor: Actor, *, notice_id: int | None = None) -> int:
    """Mark one message read, or all of them. Returns how many; NotFound for somebody else's."""
    mine = update(Notice).where(Notice.user_id == actor.user_id, Notice.delivered_at.is_not(None), may_know(actor))
    if notice_id is not None:
        mine = mine.where(Notice.id == notice_id)
    else:
        mine = mine.where(Notice.read_at.is_(None))
    changed = db.session.connection().execute(mine.values(read_at=func.coalesce(Notice.read_at, clock.now()))).rowcount
    if notice_id is not None and not changed:
        raise NotFound
    return changed


def _people_of(units: Select[int] | list[int]) -> Select[int]:
    return select(Post.user_id).where(
        Post.organisation_id.in_(units), Post.role.in_([Role.CASE_OFFICER, Role.UNIT_LEADER]), Post.ended_at.is_(None)
    )


def _heads_of(unit_id: int) -> Sequence[int]:
    return db.session.scalars(_people_of([unit_id]).where(Post.role == Role.UNIT_LEADER)).all()


def _office(ticket: Ticket, kind: OrganisationKind) -> Select[int]:
    above = [int(part) for part in ticket.region_path.split("/") if part]
    role = Role.CLERK if kind is OrganisationKind.SERVICE_CENTRE else Role.SUPERVISOR
    return (
        select(Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == Organisation.region_id)
        .where(Post.role == role, Post.ended_at.is_(None), Organisation.kind == kind, Region.id.in_(above))
    )
