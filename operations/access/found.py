"""What is not there and what is not one's own look the same: one refusal for both (security.md (c))."""

from typing import TypeVar

from sqlalchemy import Select

from models.base import db
from operations.errors import NotFound

T = TypeVar("T")


def the_one(rows: Select[T]) -> T:
    """The first of ``rows``, which start from what the actor may see. Raises NotFound where there is none."""
    found = db.session.scalar(rows)
    if found is None:
        raise NotFound
    return found
