"""How a person likes their lists: views they saved, columns they chose."""

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, created_at, primary_key


class SavedView(Base):
    """常用筛选: the query string of a list under a name of the person's own. ``list_name`` is the list's path."""

    __tablename__ = "saved_views"
    __table_args__ = (sa.UniqueConstraint("user_id", "list_name", "name"),)

    id: Mapped[primary_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    list_name: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str] = mapped_column(sa.String(20))
    query: Mapped[str] = mapped_column(sa.String(1000))
    created_at: Mapped[created_at]


class ChosenColumns(Base):
    """显示的列 of one list for one person: the names of the columns, separated by commas."""

    __tablename__ = "chosen_columns"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    columns: Mapped[str] = mapped_column(sa.String(200))
