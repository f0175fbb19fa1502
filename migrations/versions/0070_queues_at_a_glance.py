"""queues at a glance: what the centre's queues are counted from stands in two indexes; tickets are kept clean."""

import sqlalchemy as sa
from alembic import op

revision = '0070'
down_revision = '0069'
branch_labels = None
depends_on = None

OPEN = sa.text('closed_at IS NULL')
OF_STATUS = ['status', 'due_at', 'id']
MORE = ['enterprise_id', 'kind', 'round', 'region_path', 'warn_at', 'paused_at', 'rung']
OF_ENTERPRISE, WHO_AND_WHEN = ['enterprise_id'], ['steward_id', 'started_at', 'ended_at']


def upgrade() -> None:
    """Forward."""
    _renew([*OF_STATUS, *MORE], [*OF_ENTERPRISE, *WHO_AND_WHEN])
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE tickets SET (autovacuum_vacuum_scale_factor = 0.01)')


def downgrade() -> None:
    """Backward."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE tickets RESET (autovacuum_vacuum_scale_factor)')
    _renew(OF_STATUS, OF_ENTERPRISE)


def _renew(of_status: list[str], of_enterprise: list[str]) -> None:
    op.drop_index('ix_tickets_open_status', 'tickets')
    op.create_index('ix_tickets_open_status', 'tickets', of_status, sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index('ix_stewardships_enterprise', 'stewardships')
    op.create_index('ix_stewardships_enterprise', 'stewardships', of_enterprise)
