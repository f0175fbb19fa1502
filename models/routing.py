"""派单归属: the dispatch catalogue, what was suggested at each dispatch, and rulings on whose business a ticket is."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, LabelledEnum, created_at, open_index, open_unique, primary_key
from models.directory.organisations import Organisation
from models.directory.regions import Region
from models.tickets.orders import UnitOrder
from models.tickets.tickets import Ticket


class CatalogueEntry(Base):
    """派单目录 entry: who leads demands of one category in one region, by which law. A change is a new row.

    ``category`` is up to three names joined by strokes, ``水电气暖/报装``; ``revision`` counts from 1.
    """

    __tablename__ = "catalogue_entries"
    __table_args__ = (
        CheckConstraint("category <> '' AND basis <> ''", name="says_what_and_by_which_law"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        open_unique("uq_catalogue_entries_one_open", "category", "region_id", while_null="ended_at"),
        sa.UniqueConstraint("category", "region_id", "revision"),
        open_index("ix_catalogue_entries_open", "opened_at", "id", where="ended_at IS NULL"),
    )

    id: Mapped[primary_key]
    category: Mapped[str] = mapped_column(sa.String(120))
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    revision: Mapped[int]
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    basis: Mapped[str] = mapped_column(sa.String(500))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")  # why it was entered or changed
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[created_at]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(sa.String(200), default="")

    lead_unit: Mapped[Organisation] = relationship()
    region: Mapped[Region] = relationship()


class CatalogueAssistant(Base):
    """A unit that assists the lead of an entry."""

    __tablename__ = "catalogue_assistants"
    __table_args__ = (sa.UniqueConstraint("entry_id", "unit_id"),)

    id: Mapped[primary_key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("catalogue_entries.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))


class Ruling(Base):
    """归属裁定: the clerk's last word on whose business a ticket is, kept as a precedent. The database lets nobody
    change it, and lets no unit return a ticket that has one. ``topic`` is the first level of the category."""

    __tablename__ = "rulings"
    __table_args__ = (
        CheckConstraint("basis <> ''", name="says_by_which_law"),
        Index("ix_rulings_ticket", "ticket_id"),
        Index("ix_rulings_register", "ruled_at", "id"),
        Index("ix_rulings_topic", "topic", "ruled_at", "id"),
    )

    id: Mapped[primary_key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    category: Mapped[str] = mapped_column(sa.String(120))
    topic: Mapped[str] = mapped_column(sa.String(120))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    basis: Mapped[str] = mapped_column(sa.String(500))
    words: Mapped[str] = mapped_column(sa.Text, default="")
    ruled_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ruled_at: Mapped[created_at]

    ticket: Mapped[Ticket] = relationship()
    lead_unit: Mapped[Organisation] = relationship()


class RulingUnit(Base):
    """A unit at odds over the ticket when it was ruled on: one that had returned it, or that was named instead."""

    __tablename__ = "ruling_units"
    __table_args__ = (
        sa.UniqueConstraint("ruling_id", "unit_id"),
        Index("ix_ruling_units_unit", "unit_id", "ruling_id"),
    )

    id: Mapped[primary_key]
    ruling_id: Mapped[int] = mapped_column(ForeignKey("rulings.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    has_returned: Mapped[bool]


class SuggestionSource(LabelledEnum):
    """Where a suggestion comes from, the first that answers being the one that is stored."""

    CATALOGUE = "catalogue", "目录"
    RULING = "ruling", "裁定先例"
    PRACTICE = "practice", "办理先例"


class Suggestion(Base):
    """派单建议: what the system suggested when a ticket was dispatched, what was done, and where the ticket ended up.

    One row for each dispatch, also where nothing could be suggested. ``final_unit_id`` follows transfers and further
    dispatches of the round, and is empty while a returned ticket has no unit.
    """

    __tablename__ = "suggestions"
    __table_args__ = (
        CheckConstraint("(source IS NULL) = (unit_id IS NULL)", name="unit_iff_suggested"),
        Index("ix_suggestions_month", "dispatched_at", "id"),
        Index("ix_suggestions_topic", "topic", "dispatched_at", "id"),
        Index("ix_suggestions_ticket", "ticket_id", "round"),
    )

    id: Mapped[primary_key]
    order_id: Mapped[int] = mapped_column(ForeignKey("unit_orders.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    category: Mapped[str] = mapped_column(sa.String(120))
    topic: Mapped[str] = mapped_column(sa.String(120))
    region_path: Mapped[str] = mapped_column(sa.String(120))
    source: Mapped[SuggestionSource | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("catalogue_entries.id"))
    ruling_id: Mapped[int | None] = mapped_column(ForeignKey("rulings.id"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    dispatched_unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    final_unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    dispatched_at: Mapped[created_at]

    order: Mapped[UnitOrder] = relationship()
