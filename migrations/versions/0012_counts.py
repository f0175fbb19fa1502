"""figures of a large directory, counted every few minutes."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('directory_counts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('figure', sa.String(length=24), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('owner_unit_id', sa.Integer(), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('count > 0', name=op.f('ck_directory_counts_positive')),
    sa.ForeignKeyConstraint(['owner_unit_id'], ['organisations.id'], name=op.f('fk_directory_counts_owner_unit_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_directory_counts_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_directory_counts'))
    )
    op.create_index('ix_directory_counts_figure', 'directory_counts', ['figure', 'region_id'])


def downgrade() -> None:
    """Back: everything in it can be counted again."""
    op.drop_table('directory_counts')
