"""备份 of a night, and whether it could be restored."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, primary_key


class Backup(Base):
    """备份与恢复演练. ``fault`` is empty when every table, file and link was found as it was backed up.

    ``files`` are attachments and import files; ``log_seq`` is the end of the log within the backup.
    """

    __tablename__ = "backups"
    __table_args__ = (CheckConstraint("ended_at >= began_at", name="ends_after_it_began"),)

    id: Mapped[primary_key]
    name: Mapped[str] = mapped_column(sa.String(40))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    tables: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    files: Mapped[int] = mapped_column(default=0)
    log_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    backup_ms: Mapped[int] = mapped_column(default=0)
    restore_ms: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(sa.String(500), default="")
