"""enterprise pages: merges with what followed them, claims of ownership, public codes, saved views and columns."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

KEPT = ("enterprise_merges", "merged_rows", "ownership_claims")


def upgrade() -> None:
    """Forward."""
    op.execute("ALTER TABLE enterprises ADD COLUMN public_code VARCHAR(32)")
    op.create_index('uq_enterprises_public_code', 'enterprises', ['public_code'], unique=True)
    op.create_index('ix_enterprises_owner_quiet', 'enterprises', ['owner_unit_id', 'quiet_since', 'id', 'region_id'])
    op.create_table('enterprise_merges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('into_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('merged_by_id', sa.Integer(), nullable=True),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undo_reason', sa.String(length=200), nullable=False),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('enterprise_id <> into_id', name=op.f('ck_enterprise_merges_not_into_itself')),
    sa.CheckConstraint('(undone_at IS NULL) OR (undone_at >= merged_at)', name=op.f('ck_enterprise_merges_undone_after_merge')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_enterprise_merges_enterprise_id')),
    sa.ForeignKeyConstraint(['into_id'], ['enterprises.id'], name=op.f('fk_enterprise_merges_into_id')),
    sa.ForeignKeyConstraint(['merged_by_id'], ['users.id'], name=op.f('fk_enterprise_merges_merged_by_id')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['users.id'], name=op.f('fk_enterprise_merges_undone_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enterprise_merges'))
    )
    with op.batch_alter_table('enterprise_merges', schema=None) as batch_op:
        batch_op.create_index('ix_enterprise_merges_enterprise', ['enterprise_id'], unique=False)
        batch_op.create_index('ix_enterprise_merges_into', ['into_id'], unique=False)
        batch_op.create_index('uq_enterprise_merges_one_open', ['enterprise_id'], unique=True, sqlite_where=sa.text('undone_at IS NULL'), postgresql_where=sa.text('undone_at IS NULL'))

    op.create_table('merged_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('merge_id', sa.Integer(), nullable=False),
    sa.Column('table_name', sa.String(length=64), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.Column('was_ended', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['merge_id'], ['enterprise_merges.id'], name=op.f('fk_merged_rows_merge_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merged_rows'))
    )
    with op.batch_alter_table('merged_rows', schema=None) as batch_op:
        batch_op.create_index('uq_merged_rows_one', ['merge_id', 'table_name', 'row_id'], unique=True)

    op.create_table('ownership_claims',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('claimant_id', sa.Integer(), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('claimed_by_id', sa.Integer(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Enum('upheld', 'rejected', 'withdrawn', name='claimoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decision', sa.String(length=500), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('holder_id IS NULL OR claimant_id <> holder_id', name=op.f('ck_ownership_claims_two_owners')),
    sa.CheckConstraint('(decided_at IS NULL) = (outcome IS NULL)', name=op.f('ck_ownership_claims_outcome_iff_decided')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_ownership_claims_enterprise_id')),
    sa.ForeignKeyConstraint(['claimant_id'], ['organisations.id'], name=op.f('fk_ownership_claims_claimant_id')),
    sa.ForeignKeyConstraint(['holder_id'], ['organisations.id'], name=op.f('fk_ownership_claims_holder_id')),
    sa.ForeignKeyConstraint(['claimed_by_id'], ['users.id'], name=op.f('fk_ownership_claims_claimed_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_ownership_claims_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ownership_claims'))
    )
    with op.batch_alter_table('ownership_claims', schema=None) as batch_op:
        batch_op.create_index('ix_ownership_claims_enterprise', ['enterprise_id'], unique=False)
        batch_op.create_index('ix_ownership_claims_open', ['decided_at', 'id'], unique=False)
        batch_op.create_index('uq_ownership_claims_one_open', ['enterprise_id', 'claimant_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    op.create_table('saved_views',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('list_name', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('query', sa.String(length=1000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_views_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    sa.UniqueConstraint('user_id', 'list_name', 'name', name=op.f('uq_saved_views_user_id_list_name_name'))
    )
    op.create_table('chosen_columns',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('list_name', sa.String(length=64), nullable=False),
    sa.Column('columns', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_chosen_columns_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'list_name', name=op.f('pk_chosen_columns'))
    )
    keep(KEPT)


def downgrade() -> None:
    """What a site has come to know is not thrown away by a command."""
    raise RuntimeError("the pages of enterprises have no way back")
