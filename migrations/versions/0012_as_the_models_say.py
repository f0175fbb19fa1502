"""the index of ended supervisions as the model has it: with the moment at which they ended."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

ENDED = sa.text('ended_at IS NOT NULL')


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('supervisions', schema=None) as batch_op:
        batch_op.drop_index('ix_supervisions_received')
        batch_op.create_index('ix_supervisions_received', ['receiver_id', 'ended_at', 'id'], unique=False, sqlite_where=ENDED, postgresql_where=ENDED)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table('supervisions', schema=None) as batch_op:
        batch_op.drop_index('ix_supervisions_received')
        batch_op.create_index('ix_supervisions_received', ['receiver_id', 'id'], unique=False, sqlite_where=ENDED, postgresql_where=ENDED)
