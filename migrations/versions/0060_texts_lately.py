"""texts lately: the texts of a day are counted without reading all that were ever sent."""

import sqlalchemy as sa
from alembic import op

revision = '0060'
down_revision = '0059'
branch_labels = None
depends_on = None

TEXTS = sa.text("carrier = 'sms'")


def upgrade() -> None:
    """Forward."""
    op.create_index('ix_deliveries_texts', 'deliveries', ['created_at'], sqlite_where=TEXTS, postgresql_where=TEXTS)


def downgrade() -> None:
    """Backward."""
    op.drop_index('ix_deliveries_texts', 'deliveries')
