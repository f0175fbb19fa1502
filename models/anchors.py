"""锚点: where the sealed log stood, signed, so that what lies before cannot be written anew unseen (security.md (e))."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Anchor(Base):
    """One checkpoint. ``text`` is what was signed; the other columns repeat it for queries.

    ``digest`` is the SHA-256 of ``text``, ``prev`` that of the anchor before; nothing in the database can sign one.
    """

    __tablename__ = "anchors"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    made_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(sa.Text)
    signature: Mapped[str] = mapped_column(sa.String(128))
    digest: Mapped[str] = mapped_column(sa.String(64))
    prev: Mapped[str] = mapped_column(sa.String(64), unique=True)


class AnchorReceipt(Base):
    """见证: the witness has taken this anchor, and with it all before."""

    __tablename__ = "anchor_receipts"

    anchor_number: Mapped[int] = mapped_column(ForeignKey("anchors.number"), primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime]
