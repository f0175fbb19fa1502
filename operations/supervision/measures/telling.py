"""Who is told of a measure: the leaders who decide, the unit's head, the office, the discipline observers."""

from collections.abc import Iterable

from sqlalchemy import func, literal, select

from models.access import Post, Role
from models.base import db
from models.directory import Organisation, Region
from models.measures import Measure
from operations import notices
from operations.supervision import chain


def tell_leaders(measure: Measure, subject: str, *, words: str = "") -> None:
    """The leaders of the region: one of them decides."""
    _tell(measure, above(measure.region_path, Role.LEADER), subject, words)


def tell_discipline(measure: Measure, subject: str) -> None:
    """The discipline observers of the region; what it is about they read on its page."""
    _tell(measure, above(measure.region_path, Role.DISCIPLINE_OBSERVER), subject, "")


def tell_unit(measure: Measure, subject: str, *, words: str = "") -> None:
    """Who answers for the unit now, and whoever was named responsible."""
    _tell(measure, [*chain.heads([measure.unit_id]).get(measure.unit_id, []), measure.responsible_id], subject, words)


def tell_office(measure: Measure, subject: str, *, words: str = "") -> None:
    """The supervisors of the office that proposed it."""
    rows = select(Post.user_id).where(Post.organisation_id == measure.office_id, Post.role == Role.SUPERVISOR,
                                      Post.ended_at.is_(None))
    _tell(measure, db.session.scalars(rows), subject, words)


def above(region_path: str, role: Role) -> list[int]:
    """Holders of this role whose region holds ``region_path``, the nearest first."""
    rows = (
        select(Post.user_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Region, Region.id == func.coalesce(Post.region_id, Organisation.region_id))
        .where(Post.role == role, Post.ended_at.is_(None), literal(region_path).startswith(Region.path))
    )
    return list(db.session.scalars(rows.order_by(Region.path.desc(), Post.rank, Post.id)))


def _tell(measure: Measure, people: Iterable[int | None], subject: str, words: str) -> None:
    notices.tell_people(people, subject, about=f"measure.{measure.id}", words=words)
