"""moments of clocks: the figures of a month read that month, however many years there are."""

import sqlalchemy as sa
from alembic import op

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None

CLOCKS = (
    ('ix_clocks_begun', 'started_at', "kind IN ('acceptance', 'signing', 'contact')"),
    ('ix_clocks_due', 'due_at', "kind = 'handling'"),
    ('ix_clocks_stopped', 'stopped_at', 'stopped_at IS NOT NULL'),
)


def upgrade() -> None:
    """Forward."""
    for name, column, rows in CLOCKS:
        op.create_index(name, 'clocks', [column], sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))
    op.create_index('ix_follow_ups_called', 'follow_ups', ['called_at'])


def downgrade() -> None:
    """Backward."""
    op.drop_index('ix_follow_ups_called', 'follow_ups')
    for name, _, _ in CLOCKS:
        op.drop_index(name, 'clocks')
