"""ratings since: which tickets have come to their rating is asked of the moments since the last count."""

import sqlalchemy as sa
from alembic import op

revision = '0071'
down_revision = '0070'
branch_labels = None
depends_on = None

RATED = sa.text("kind = 'rating'")


def upgrade() -> None:
    """Forward."""
    _renew(['started_at', 'id'])


def downgrade() -> None:
    """Backward."""
    _renew(['id'])


def _renew(columns: list[str]) -> None:
    op.drop_index('ix_clocks_ratings', 'clocks')
    op.create_index('ix_clocks_ratings', 'clocks', columns, sqlite_where=RATED, postgresql_where=RATED)
