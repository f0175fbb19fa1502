"""anchors: where the log stood, signed outside the database."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import seal

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None

KEPT = ('anchors', 'anchor_receipts')


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'anchors',
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('seq', sa.BigInteger(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('signature', sa.String(length=128), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('prev', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_anchors')),
        sa.UniqueConstraint('prev', name=op.f('uq_anchors_prev')),
    )
    op.create_index(op.f('ix_anchors_seq'), 'anchors', ['seq'])
    op.create_table(
        'anchor_receipts',
        sa.Column('anchor_number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['anchor_number'], ['anchors.number'],
                                name=op.f('fk_anchor_receipts_anchor_number_anchors')),
        sa.PrimaryKeyConstraint('anchor_number', name=op.f('pk_anchor_receipts')),
    )
    seal(KEPT)


def downgrade() -> None:
    """An anchor that is taken up is no anchor."""
    raise RuntimeError("anchors have no way back")
