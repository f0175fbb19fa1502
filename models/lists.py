"""How a person likes their lists: views they saved, columns they chose."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, open_index, open_unique, primary_key


class SavedView(Base):
    """常用筛选: the query string of a list under a name of the person's own. ``list_name`` is the list's path.

    ``office_id``: the owner lets this office of theirs see it; the owner alone changes it.
    ``place`` orders a person's views of one list. The default one opens when the list is asked for without a filter.
    """

    __tablename__ = "saved_views"
    __table_args__ = (
        CheckConstraint("NOT is_default OR retired_at IS NULL", name="default_is_in_use"),
        open_unique("uq_saved_views_one_of_a_name", "user_id", "list_name", "name", while_null="retired_at"),
        Index("uq_saved_views_one_default", "user_id", "list_name", unique=True, sqlite_where=sa.text("is_default"),
              postgresql_where=sa.text("is_default")),
        open_index("ix_saved_views_shared", "office_id", "list_name", where="office_id IS NOT NULL"),
    )

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    list_name: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(20))
    query: Mapped[str] = mapped_column(sa.String(1000))
    place: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[created_at]
    retired_at: Mapped[datetime | None]


class ChosenColumns(Base):
    """显示的列 of one list for one person: the names of the columns, separated by commas."""

    __tablename__ = "chosen_columns"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    columns: Mapped[str] = mapped_column(sa.String(200))
