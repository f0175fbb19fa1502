"""Industries: sections and divisions of GB/T 4754."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Industry(Base):
    """国民经济行业 (GB/T 4754-2017). Sections are letters, divisions two digits under their section."""

    __tablename__ = "industries"

    code: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    section: Mapped[str] = mapped_column(sa.String(1))
