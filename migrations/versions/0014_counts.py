"""figures of a large directory, counted every few minutes; lists of enterprises filtered within their indexes."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

FILTERED = ['merged_into_id', 'status', 'category', 'size', 'industry']


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
    _index(['quiet_since', 'id', 'region_id', *FILTERED], ['owner_unit_id', 'quiet_since', 'id', 'region_id', *FILTERED])
    op.create_index('ix_enterprises_industry', 'enterprises', ['industry'])


def downgrade() -> None:
    """Back: everything in it can be counted again."""
    op.drop_index('ix_enterprises_industry', 'enterprises')
    _index(['quiet_since', 'id'], ['owner_unit_id', 'quiet_since', 'id', 'region_id'])
    op.drop_table('directory_counts')


def _index(quiet: list[str], owner_quiet: list[str]) -> None:
    for name, columns in (('ix_enterprises_quiet', quiet), ('ix_enterprises_owner_quiet', owner_quiet)):
        op.drop_index(name, 'enterprises')
        op.create_index(name, 'enterprises', columns)
