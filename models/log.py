"""The sealed event log: append-only, gap-free, hash-chained, one for the whole site (security.md (e))."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, open_index
from models.months import OF_THE_PARTITIONS, first_event_of


class Event(Base):
    """留痕. ``body`` is the canonical JSON text that ``hash`` seals together with ``prev``.

    The other columns repeat it for queries.

    Events carry codes, ids and digests; words stand in ``event_words`` so that the law can have them masked.
    """

    __tablename__ = "events"
    __table_args__ = (
        sa.UniqueConstraint("prev", info=OF_THE_PARTITIONS),
        Index("ix_events_ticket", "ticket_id", "seq"),
        Index("ix_events_action", "action", "seq"),
        open_index("ix_events_actor", "actor_id", "seq", where="actor_id IS NOT NULL"),  # the system's own are many
    )

    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    post_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(sa.String(48))
    object_type: Mapped[str] = mapped_column(sa.String(32))
    object_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    ticket_id: Mapped[int | None]
    round: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(sa.String(32))
    target: Mapped[str | None] = mapped_column(sa.String(32))
    is_public: Mapped[bool] = mapped_column(default=False)
    body: Mapped[str] = mapped_column(sa.Text)
    alg: Mapped[str] = mapped_column(sa.String(8), default="sha256")
    prev: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    @classmethod
    def of_ticket(cls, ticket_id: Any) -> sa.ColumnElement[bool]:
        """The condition on events of one ticket: who seeks them by ``ticket_id`` alone asks every month there is."""
        return (cls.ticket_id == ticket_id) & (cls.seq >= first_event_of(ticket_id))

    @classmethod
    def of_tickets(cls, ids: Collection[int]) -> sa.ColumnElement[bool]:
        """The condition on events of any of these tickets, whose oldest says how far back to look."""
        return cls.ticket_id.in_(ids) & (cls.seq >= first_event_of(min(ids, default=0)))


class EventWords(Base):
    """What was said or written in an event: one row of its own; ``body`` of the event holds its digest."""

    __tablename__ = "event_words"

    event_seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(sa.String(32))
    words: Mapped[str] = mapped_column(sa.Text)

    @classmethod
    def of_ticket(cls, ticket_id: Any) -> sa.ColumnElement[bool]:
        """How they are joined to the events of one ticket, in its months."""
        return (cls.event_seq == Event.seq) & (cls.event_seq >= first_event_of(ticket_id))


class LogHead(Base):
    """The end of the chain: one row. Locking it is what makes the log gap-free under any number of writers."""

    __tablename__ = "log_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str] = mapped_column(sa.String(64))
