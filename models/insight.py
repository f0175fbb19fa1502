"""What is kept so that looking is quick: the words of enterprises and tickets as the search box asks for them."""

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class EnterpriseSearch(Base):
    """Tokens of one enterprise (``operations.insight.tokens``), and the version of its row they were made from.

    Each engine has its own index over ``tokens``: a generated tsvector with GIN, or an FTS5 table of external content,
    ``enterprise_search_words``. operations.insight.indexing alone writes here.
    """

    __tablename__ = "enterprise_search"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True, autoincrement=False)
    tokens: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int]


class TicketSearch(Base):
    """Tokens of one ticket: its subject, its content and the number it has elsewhere."""

    __tablename__ = "ticket_search"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    tokens: Mapped[str] = mapped_column(sa.Text)
