"""The search box: enterprises, stewards and tickets that somebody may mean, each within what the asker may see."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, union_all
from sqlalchemy.exc import DBAPIError

from models import clock
from models.access import Role, User
from models.base import db
from models.bulk import among
from models.directory import Enterprise, EnterpriseKind, Organisation, Region, Steward, Stewardship, StewardshipKind
from models.insight import EnterpriseSearch, TicketSearch
from models.tickets import Ticket
from operations.access import scope
from operations.access.actor import Actor
from operations.clocks import rulebook
from operations.errors import NotFound
from operations.insight.keyset import TOP, Page, Place, paged
from operations.insight.lines import CALLED, COLUMNS, Line, line_of
from operations.insight.matching import Found, candidates, one_of
from operations.insight.search import numbered
from operations.insight.tokens import LONGEST_TAIL, SHORTEST_TAIL, asked_of_names, asked_of_texts, plain, runs

log = logging.getLogger(__name__)

SEARCHERS = (*scope.OFFICIALS, Role.REGISTRAR)
FOUND, SUGGESTED, SHOWN = 10, 5, 25
FIRMS_FOR_TICKETS = 500
# Of a million tickets a word that more have is met within some hundred, wherever one stands; of one that fewer have, a
# county may have none at all, and would be walked through for it (measured: 1.5 s).
TOLD_BY_THE_INDEX = 10_000
NAMESAKES = 1000  # of more people of such a name the first

FIRM = (
    Enterprise.id, Enterprise.name, Enterprise.short_name, Enterprise.credit_code, Enterprise.category,
    Enterprise.status, Enterprise.contact_phone, Region.name.label("region"), User.name.label("steward"),
)


@dataclass(frozen=True, slots=True)
class Everything:
    """What the search box finds, grouped: the first few of each kind and whether there are more."""

    enterprises: Sequence[Any]
    has_more_enterprises: bool
    stewards: Sequence[Any]
    lines: list[Line]
    has_more_tickets: bool
    is_away: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found at all."""
        return not (self.enterprises or self.stewards or self.lines)


AWAY = Everything([], False, [], [], False, is_away=True)


def everything(actor: Actor, text: str, *, most: int = FOUND) -> Everything:
    """搜索：up to ``most`` of each kind that ``text`` may mean and the actor may see; six statements at most.

    A search that the database cannot answer, or not in time, is AWAY and takes nothing else with it (security.md R20).
    """
    try:
        return _found(actor, text, most=most)
    except DBAPIError as problem:
        if not _was_answered(problem):
            raise
        db.session.rollback()
        log.error("the search failed: %s", type(problem.orig).__name__)
        return AWAY


def _was_answered(problem: DBAPIError) -> bool:
    """Whether there is a database that refuses: one that is gone answers nothing else either."""
    is_of_sqlite = db.session.get_bind().dialect.name == "sqlite"
    return not problem.connection_invalidated and (is_of_sqlite or bool(getattr(problem.orig, "sqlstate", None)))


def _found(actor: Actor, text: str, *, most: int) -> Everything:
    named = candidates(EnterpriseSearch, asked_of_names(text))
    firms = _enterprises(actor, text, named, most=most)
    lines = _tickets(actor, text, named, most=most)
    return Everything(
        firms[:most], len(firms) > most, _stewards(actor, text, most=most), lines[:most], len(lines) > most
    )


def is_phone_tail(text: str) -> bool:
    """Whether ``text`` may be a phone or its tail: then the result says which phone."""
    said = plain(text)
    return said.isdecimal() and SHORTEST_TAIL <= len(said) <= LONGEST_TAIL


def get_steward(actor: Actor, user_id: int) -> Any:
    """Name, phone and unit of somebody who looks after an enterprise that the actor may see. Raises NotFound."""
    found = db.session.execute(_people(actor).where(User.id == user_id)).first()
    if found is None:
        raise NotFound
    return found


def enterprises_of(actor: Actor, user_id: int, place: Place = TOP) -> Page:
    """The enterprises that a person looks after now, those that the actor may see, the longest silent first."""
    theirs = _firms(actor).where(Enterprise.id.in_(scope.stewarded_by(user_id)))
    return paged(theirs, Enterprise.quiet_since, Enterprise.id, size=SHOWN, place=place)


def _enterprises(actor: Actor, text: str, named: Found, *, most: int) -> Sequence[Any]:
    if not named.ids:
        return ()
    if named.too_many:
        return db.session.execute(named.walked(_firms(actor), Enterprise.id).limit(most + 1)).all()
    near = (_nearness(text), Enterprise.kind == EnterpriseKind.SOLE_TRADER, func.length(Enterprise.name), Enterprise.id)
    rows = _firms(actor).where(named.condition(Enterprise.id)).order_by(*near)
    return db.session.execute(rows.limit(most + 1)).all()


def _firms(actor: Actor) -> Any:
    """The plain rows of the enterprises the actor may open; one that was merged into another is found as that one."""
    main = (
        (Stewardship.enterprise_id == Enterprise.id)
        & (Stewardship.kind == StewardshipKind.MAIN)
        & Stewardship.ended_at.is_(None)
    )
    return (
        scope.visible_enterprises(actor)
        .with_only_columns(*FIRM)
        .join(Region, Region.id == Enterprise.region_id)
        .outerjoin(Stewardship, main)
        .outerjoin(User, User.id == Stewardship.steward_id)
        .where(Enterprise.merged_into_id.is_(None))
    )


def _nearness(text: str) -> ColumnElement[int]:
    """What is called exactly so comes first, then what begins so, then what only holds it."""
    named = (Enterprise.name, Enterprise.short_name)
    return case(
        *((name == text, 0) for name in named),
        *((name.startswith(text, autoescape=True), 1) for name in named),
        else_=2,
    )


def _tickets(actor: Actor, text: str, named: Found, *, most: int) -> list[Line]:
    now, calendar = clock.now(), rulebook.lately().calendar
    words = candidates(TicketSearch, asked_of_texts(text), most=TOLD_BY_THE_INDEX)
    rows = select(*COLUMNS, Ticket.closed_at, CALLED).join(Enterprise, Enterprise.id == Ticket.enterprise_id)
    # By what is no index's order where the index of words tells which they are: with a limit the planner would rather
    # walk all tickets back to front, and of another county's words that is all there are (measured: 0.4 s).
    newest = Ticket.id if _are_walked(text, words, named) else Ticket.id + 0
    rows = rows.where(scope.ticket_scope(actor), _meant(text, words, named)).order_by(newest.desc())
    return [line_of(row, now=now, calendar=calendar) for row in db.session.execute(rows.limit(most + 1))]


def _meant(text: str, words: Found, named: Found) -> ColumnElement[bool]:
    """Tickets of this number, with these words, or of these enterprises: each looked up by its own index.

    Words so common that the index has too many of either are met soon: the tickets are then walked, newest first.
    """
    number = numbered(text)
    if _are_walked(text, words, named):
        return or_(words.condition(Ticket.id), named.condition(Ticket.enterprise_id))
    firms = named.ids[:FIRMS_FOR_TICKETS] if number is None else ()
    ways = [
        select(Ticket.id).where(words.condition(Ticket.id)),
        select(Ticket.id).where(one_of(Ticket.enterprise_id, firms, name="firms")),
    ]
    if number is not None:
        ways.append(select(Ticket.id).where(number))
    return Ticket.id.in_(union_all(*ways))


def _are_walked(text: str, words: Found, named: Found) -> bool:
    return words.too_many or (named.too_many and numbered(text) is None)


def _stewards(actor: Actor, text: str, *, most: int) -> Sequence[Any]:
    said = runs(text)
    if len(said) != 1 or len(said[0]) < 2 or said[0].isascii():
        return ()
    called = select(User.id).where(User.name.contains(said[0], autoescape=True))
    ids = db.session.scalars(called.order_by(User.name, User.id).limit(NAMESAKES)).all()
    if not ids:
        return ()
    people = _people(actor).where(among(Stewardship.steward_id, "stewards", ids=ids))
    return db.session.execute(people.order_by(User.name, User.id).limit(most)).all()


def _people(actor: Actor) -> Select[Any]:
    """Those who look after an enterprise that the actor may see, with how many of these they look after now."""
    now = clock.now()
    unit = (
        select(Organisation.short_name)
        .join(Steward, Steward.owner_unit_id == Organisation.id)
        .where(Steward.user_id == User.id)
        .scalar_subquery()
    )
    return (
        scope.visible_enterprises(actor)
        .with_only_columns(User.id, User.name, User.phone, unit.label("unit"), func.count().label("count"))
        .select_from(Enterprise)
        .join(Stewardship, Stewardship.enterprise_id == Enterprise.id)
        .join(User, User.id == Stewardship.steward_id)
        .where(
            Stewardship.started_at <= now,
            or_(Stewardship.ended_at.is_(None), Stewardship.ended_at > now),
            Enterprise.merged_into_id.is_(None),
        )
        .group_by(User.id, User.name, User.phone)
    )
