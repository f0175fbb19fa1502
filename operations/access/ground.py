"""Which regions a post covers, asked of the tree of regions itself."""

from sqlalchemy import exists, or_, select

from models.base import db
from models.directory import Region


def is_over_all(region_path: str) -> bool:
    """Whether no region lies beside this one: what holds for the whole site is set from here."""
    beside = exists().where(~Region.path.startswith(region_path, autoescape=True),
                            ~or_(Region.path == "", *(Region.path == above for above in _above(region_path))))
    return bool(region_path) and not db.session.scalar(select(beside))


def _above(region_path: str) -> list[str]:
    parts = [part for part in region_path.split("/") if part]
    return ["/" + "/".join(parts[:count]) + "/" for count in range(1, len(parts))]
