"""retention: the tickets whose contact is still known are found by when they were closed."""

import sqlalchemy as sa
from alembic import op

revision = '0065'
down_revision = '0064'
branch_labels = None
depends_on = None

KNOWN = sa.text("contact_phone <> '' AND closed_at IS NOT NULL")


def upgrade() -> None:
    """Forward."""
    op.create_index('ix_tickets_contacts', 'tickets', ['closed_at'], sqlite_where=KNOWN, postgresql_where=KNOWN)


def downgrade() -> None:
    """Backward."""
    op.drop_index('ix_tickets_contacts', 'tickets')
