"""the day a meeting has set for the ticket that came of its decision."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column('tickets', sa.Column('promised_on', sa.Date(), nullable=True))


def downgrade() -> None:
    """What a meeting has promised is not thrown away by a command."""
    raise RuntimeError("promises of meetings have no way back")
