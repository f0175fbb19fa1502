"""proven_sessions: when the person of a session last gave their password."""

import sqlalchemy as sa
from alembic import op

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column('login_sessions', sa.Column('proven_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column('login_sessions', 'proven_at')
