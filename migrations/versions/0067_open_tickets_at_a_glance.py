"""open tickets at a glance: what a region's figures and a unit's work are read from stands in their indexes; PostgreSQL
learns that most of what stands at a status is open (it took a tenth of it for open, and chose its ways by that)."""

import sqlalchemy as sa
from alembic import op

revision = '0067'
down_revision = '0066'
branch_labels = None
depends_on = None

OPEN = sa.text('closed_at IS NULL')
SENT_BACK = sa.text("outcome = 'sent_back'")
BEFORE = {'ix_tickets_open_due': ['due_at', 'id'], 'ix_tickets_open_unit': ['lead_unit_id', 'due_at', 'id']}
MORE = {'ix_tickets_open_due': ['region_path', 'paused_at', 'counted_case_id'], 'ix_tickets_open_unit': ['status']}


def upgrade() -> None:
    """Forward."""
    for name, columns in BEFORE.items():
        _renew(name, [*columns, *MORE[name]])
    op.create_index('ix_unit_orders_sent_back', 'unit_orders', ['ticket_id', 'round'], sqlite_where=SENT_BACK,
                    postgresql_where=SENT_BACK)
    if _is_postgresql():
        op.execute('CREATE STATISTICS st_tickets_open (mcv) ON status, closed_at FROM tickets')
        op.execute('ANALYZE tickets')


def downgrade() -> None:
    """Backward."""
    if _is_postgresql():
        op.execute('DROP STATISTICS st_tickets_open')
    op.drop_index('ix_unit_orders_sent_back', 'unit_orders')
    for name, columns in BEFORE.items():
        _renew(name, columns)


def _renew(name: str, columns: list[str]) -> None:
    op.drop_index(name, 'tickets')
    op.create_index(name, 'tickets', columns, sqlite_where=OPEN, postgresql_where=OPEN)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'
