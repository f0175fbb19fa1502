"""backups: each night's, and whether it could be restored."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import seal

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None

KEPT = ('backups',)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'backups',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('bytes', sa.BigInteger(), nullable=False),
        sa.Column('tables', sa.Integer(), nullable=False),
        sa.Column('rows', sa.BigInteger(), nullable=False),
        sa.Column('files', sa.Integer(), nullable=False),
        sa.Column('log_seq', sa.BigInteger(), nullable=False),
        sa.Column('backup_ms', sa.Integer(), nullable=False),
        sa.Column('restore_ms', sa.Integer(), nullable=False),
        sa.Column('fault', sa.String(length=500), nullable=False),
        sa.CheckConstraint('ended_at >= began_at', name=op.f('ck_backups_ends_after_it_began')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_backups')),
    )
    seal(KEPT)


def downgrade() -> None:
    """What is known of a night's backup is not forgotten by a command."""
    raise RuntimeError("backups have no way back")
