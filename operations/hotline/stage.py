"""The world a replay walks in: one city, one unit, the people of every act, and the rules the replay asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import exists, select

from models.access import Post, Role, User
from models.base import db
from models.clocks import Policy
from models.directory import Enterprise, Organisation, OrganisationKind, Region, RegionLevel
from models.tickets import Ticket
from operations.access.actor import Actor
from operations.access.people import actor_named
from operations.base import operation
from operations.errors import BadInput
from operations.hotline.importing import batches, enterprises_of
from operations.hotline.reading import Message

# Before any message that can be read: the rules below hold for all of them.
SINCE = datetime(1980, 1, 1, tzinfo=UTC)
UNITS = (
    ("重放市营商环境局", OrganisationKind.SUPERVISION_OFFICE),
    ("重放市企业服务中心", OrganisationKind.SERVICE_CENTRE),
    ("重放市承办单位", OrganisationKind.BUREAU),
)
PEOPLE = (
    ("replay-desk", "受理派单席", Role.CLERK, "重放市企业服务中心"),
    ("replay-caller", "回访席", Role.CLERK, "重放市企业服务中心"),
    ("replay-officer", "承办人", Role.CASE_OFFICER, "重放市承办单位"),
    ("replay-leader", "承办单位负责人", Role.UNIT_LEADER, "重放市承办单位"),
    ("replay-supervisor", "督办员", Role.SUPERVISOR, "重放市营商环境局"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Who acts, for which unit, and who asks. The rows are read once: nothing in a replay changes them."""

    desk: Actor
    caller: Actor
    officer: Actor
    leader: Actor
    unit: Organisation
    senders: dict[str, Enterprise]


@operation
def build(messages: Sequence[Message], *, limit_days: int) -> Stage:
    """Set the stage in an empty database; the senders of the messages are there from the start.

    Raises BadInput when the database holds people, places or tickets: a replay never mixes with real ones.
    """
    if any(db.session.scalar(select(exists().where(kind.id.is_not(None)))) for kind in (Region, User, Ticket)):
        raise BadInput("重放须用空的数据库，这个数据库里已经有内容。")
    _rule({"handling_limits": {"ordinary": f"{limit_days}d"}, "ladder": {"unread_climbs": False}})
    region = Region(code="replay", name="重放市", level=RegionLevel.CITY)
    _place(region)
    units = {name: _unit(name, kind, region) for name, kind in UNITS}
    for username, name, role, unit in PEOPLE:
        _employ(username, name, role=role, unit=units[unit])
    senders: dict[str, Enterprise] = {}
    for batch in batches(messages):
        senders |= enterprises_of(batch, region)
    db.session.expunge_all()
    desk, caller, officer, leader, _ = (actor_named(username) for username, *_ in PEOPLE)
    return Stage(desk, caller, officer, leader, units["重放市承办单位"], senders)


def _rule(policies: dict[str, dict[str, object]]) -> None:
    for name, value in policies.items():
        db.session.add(Policy(name=name, value=value, effective_at=SINCE, reason="重放"))
    db.session.flush()


def _unit(name: str, kind: OrganisationKind, region: Region) -> Organisation:
    unit = Organisation(name=name, short_name=name.removeprefix("重放"), kind=kind, region_id=region.id)
    _place(unit)
    return unit


def _place(row: Region | Organisation) -> None:
    db.session.add(row)
    db.session.flush()
    row.path = f"/{row.id}/"
    db.session.flush()


def _employ(username: str, name: str, *, role: Role, unit: Organisation) -> None:
    user = User(username=username, name=name, created_at=SINCE)
    db.session.add(user)
    db.session.flush()
    db.session.add(Post(user_id=user.id, role=role, organisation_id=unit.id, region_id=unit.region_id, title=name,
                        started_at=SINCE))
    db.session.flush()
