"""版头: how each office signs its letters, and the mark its numbers begin with, derived until it has set its own."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models import clock
from models.access import Role
from models.base import db
from models.bulk import among
from models.directory import Organisation, OrganisationKind, Region, RegionLevel
from models.letters import Letterhead
from operations import log
from operations.access.actor import Actor, Standing
from operations.base import operation, remembered
from operations.errors import NotAllowed
from operations.words import ensure_said

NAME_LIMIT, MARK_LIMIT, CONTACT_LIMIT = 60, 12, 100
ISSUERS = (Role.CLERK, Role.SUPERVISOR)
_WORDS = {OrganisationKind.SERVICE_CENTRE: "企服", OrganisationKind.SUPERVISION_OFFICE: "营商"}
_OWN = select(Letterhead.office_id, Letterhead.name, Letterhead.mark, Letterhead.contact).where(
    among(Letterhead.office_id), Letterhead.ended_at.is_(None)
)
_OFFICES = (
    select(Organisation.id, Organisation.name, Organisation.short_name, Organisation.kind, Region.path)
    .join(Region, Region.id == Organisation.region_id)
    .where(among(Organisation.id))
)
_PLACES = select(Region.id, Region.name, Region.level).where(among(Region.id))


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the top of an office's letters; ``region_path`` is the office's ground."""

    name: str
    mark: str
    contact: str = ""
    region_path: str = ""


def heads_of(offices: Collection[int]) -> dict[int, Head]:
    """The head of each of these offices now."""
    ids = sorted(set(offices))
    return remembered(("heads_of", tuple(ids)), lambda: _read(ids))


def office_of(actor: Actor) -> Standing | None:
    """The post by which the actor issues letters: of a service centre or of a supervisor's office."""
    posts = sorted(actor.posts_as(*ISSUERS), key=lambda post: post.role is not Role.SUPERVISOR)
    return next((post for post in posts if post.unit_id is not None), None)


@operation
def set_head(*, actor: Actor, name: str, mark: str, contact: str) -> None:
    """设置版头：of the actor's own office, from now on. Letters issued before keep theirs."""
    post = office_of(actor)
    if post is None or post.unit_id is None:
        raise NotAllowed
    now = clock.now()
    current = db.session.scalar(
        select(Letterhead).where(Letterhead.office_id == post.unit_id, Letterhead.ended_at.is_(None)).with_for_update()
    )
    if current is not None:
        current.ended_at = now
        db.session.flush()
    row = Letterhead(
        office_id=post.unit_id, made_at=now, made_by_id=actor.user_id, contact=contact.strip()[:CONTACT_LIMIT],
        name=ensure_said(name, "请填写发文机关名称。", most=NAME_LIMIT),
        mark=ensure_said(mark, "请填写机关代字。", most=MARK_LIMIT),
    )
    db.session.add(row)
    db.session.flush()
    log.record("set_letterhead", object_type="letterhead", object_id=row.id, actor=actor, standing=post,
               words=f"{row.name}　{row.mark}", details={"office": post.unit_id})


def _read(ids: list[int]) -> dict[int, Head]:
    offices = db.session.execute(_OFFICES, {"ids": ids}).all()
    own = {row.office_id: row for row in db.session.execute(_OWN, {"ids": ids})}
    places = _places({int(part) for office in offices for part in office.path.split("/") if part})
    return {
        office.id: Head(own[office.id].name, own[office.id].mark, own[office.id].contact, office.path)
        if office.id in own else Head(office.name, _mark(office, places), "", office.path)
        for office in offices
    }


def _places(ids: set[int]) -> dict[int, Any]:
    return {row.id: row for row in db.session.execute(_PLACES, {"ids": sorted(ids)})}


def _mark(office: Any, places: dict[int, Any]) -> str:
    """``云营商`` for the city, ``云城企服`` for a county in it: the beginnings of the places, and the office's word."""
    below = [places[int(part)] for part in office.path.split("/") if part]
    begun = "".join(place.name[:1] for place in below if place.level is not RegionLevel.PROVINCE)
    return f"{begun}{_WORDS.get(office.kind, office.short_name[:2])}"[:MARK_LIMIT]
