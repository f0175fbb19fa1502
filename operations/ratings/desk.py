"""点评台签: the code on a desk that leads to a window and its officer, and the rating of a case that was done there."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, select, update

from models import clock
from models.access import User
from models.base import db
from models.directory import Organisation
from models.hall import DeskCode
from models.ratings import RatingChannel
from operations import log
from operations.access.actor import Actor
from operations.access.found import the_one
from operations.base import insert_ignoring, operation
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.ratings import counted, guessing, windows
from operations.ratings.opinions import Given, Opinion

BYTES = 12


class NoSuchCase(BadInput):
    """No case of this number waits for its rating here."""

    message = "没有找到这件办件：请核对取号单或回执上的办件号。"


@dataclass(frozen=True, slots=True)
class Card:
    """One card as the page and the sheet show it."""

    row: DeskCode
    window: str
    unit: str
    officer: str


@operation
def issue(window_id: int, *, officer_id: int, actor: Actor) -> DeskCode:
    """制发台签：a code for this officer at this window; a card of theirs elsewhere is void from now on.

    Raises NotFound for a window that is not the actor's, BadInput for who does not work there, Refused for a race.
    """
    window = windows.get_kept(actor, window_id)
    standing = windows.keeping_post(actor, window)
    if standing is None:
        raise NotAllowed
    if (window.id, officer_id) not in {(at, who) for at, _, who, _ in windows.desks_of(actor)}:
        raise BadInput("请选择这个窗口的工作人员。")
    now = clock.now()
    held = update(DeskCode).where(DeskCode.officer_id == officer_id, DeskCode.retired_at.is_(None))
    moved = db.session.connection().execute(held.values(retired_at=now, retired_by_id=actor.user_id)).rowcount
    row = {"code": secrets.token_urlsafe(BYTES), "window_id": window.id, "officer_id": officer_id,
           "issued_by_id": actor.user_id, "issued_at": now}
    made = db.session.scalar(insert_ignoring(DeskCode).values(row).returning(DeskCode.id))
    if made is None:
        raise Refused("刚刚有人给这位工作人员制发了台签，请核对。")
    log.record("issue_desk_code", object_type="desk_code", object_id=made, actor=actor, standing=standing,
               details={"window": window.id, "officer": officer_id, "replaces": moved})
    return db.session.get_one(DeskCode, made)


@operation
def retire(code_id: int, *, actor: Actor) -> None:
    """停用台签. Raises NotFound."""
    code = the_one(_kept_codes(actor).where(DeskCode.id == code_id))
    retiring = update(DeskCode).where(DeskCode.id == code.id, DeskCode.retired_at.is_(None))
    values = {"retired_at": clock.now(), "retired_by_id": actor.user_id}
    if db.session.connection().execute(retiring.values(values)).rowcount != 1:
        raise Refused("这张台签已经停用。")
    log.record("retire_desk_code", object_type="desk_code", object_id=code.id, actor=actor,
               standing=windows.keeping_post(actor, code.window))


def cards(actor: Actor, *, window_id: int | None = None) -> Sequence[Card]:
    """The live cards of the windows that the actor keeps, by window and officer."""
    unit = db.aliased(Organisation)
    rows = (
        _kept_codes(actor)
        .join(Organisation, Organisation.id == DeskCode.window_id)
        .outerjoin(unit, unit.id == Organisation.parent_id)
        .join(User, User.id == DeskCode.officer_id)
        .where(DeskCode.retired_at.is_(None))
        .with_only_columns(DeskCode, Organisation.name, unit.name, User.name)
        .order_by(Organisation.name, User.name, DeskCode.id)
    )
    if window_id is not None:
        rows = rows.where(DeskCode.window_id == window_id)
    return [Card(row, window, of or "", officer) for row, window, of, officer in db.session.execute(rows)]


def place_of(code: str) -> DeskCode:
    """The live desk code that was scanned. Raises NotFound, the same for all."""
    found = db.session.scalar(select(DeskCode).where(DeskCode.code == code[:32], DeskCode.retired_at.is_(None)))
    if found is None:
        raise NotFound("没有这个点评台签，或已更换。请扫窗口上现在的台签。")
    return found


def rate(code: str, *, number: str, opinion: Opinion) -> Given:
    """扫码评价：one case of this window and officer, by its number, or the one that was just finished there.

    A number that is not there, rated already or another window's is answered alike, and counted against whoever tries.
    Raises NotFound for the code, BadInput when no case can be told, Refused for a race, TooManyAttempts.
    """
    place = place_of(code)
    guessing.ensure_may_try(place.id, opinion.source)
    try:
        return _rate(place.window_id, officer_id=place.officer_id, number=number, opinion=opinion)
    except NoSuchCase:
        guessing.note_wrong(place.id, opinion.source)
        raise


@operation
def _rate(window_id: int, *, officer_id: int, number: str, opinion: Opinion) -> Given:
    case = counted.to_be_rated(window_id, officer_id=officer_id, number=number)
    if case is None and number.strip():
        raise NoSuchCase
    if case is None:
        raise BadInput("请填写取号单或回执上的办件号。")
    return counted.rate(case, opinion=replace(opinion, channel=RatingChannel.DESK))


def _kept_codes(actor: Actor) -> Select[Any]:
    kept = windows.kept_windows(actor).with_only_columns(Organisation.id).order_by(None)
    return select(DeskCode).where(DeskCode.window_id.in_(kept))
