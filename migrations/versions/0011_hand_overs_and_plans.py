"""hand-overs of stewards' enterprises, and plans of who might look after which."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

KEPT = ("handover_items", "handovers", "plan_rows", "steward_plans")


def upgrade() -> None:
    """Forward."""
    op.create_table('handovers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(CASE WHEN confirmed_at IS NULL THEN 0 ELSE 1 END) + (CASE WHEN declined_at IS NULL THEN 0 ELSE 1 END) + (CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END) <= 1', name=op.f('ck_handovers_one_end')),
    sa.CheckConstraint('from_id <> to_id', name=op.f('ck_handovers_to_somebody_else')),
    sa.ForeignKeyConstraint(['from_id'], ['users.id'], name=op.f('fk_handovers_from_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_handovers_proposed_by_id')),
    sa.ForeignKeyConstraint(['to_id'], ['users.id'], name=op.f('fk_handovers_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handovers'))
    )
    with op.batch_alter_table('handovers', schema=None) as batch_op:
        batch_op.create_index('ix_handovers_from', ['from_id', 'id'], unique=False)
        batch_op.create_index('ix_handovers_to', ['to_id', 'id'], unique=False)
        batch_op.create_index('ix_handovers_waiting', ['proposed_at'], unique=False, sqlite_where=sa.text('confirmed_at IS NULL AND declined_at IS NULL AND cancelled_at IS NULL'), postgresql_where=sa.text('confirmed_at IS NULL AND declined_at IS NULL AND cancelled_at IS NULL'))

    op.create_table('steward_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('carried_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('given_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('carried_out_at IS NULL OR given_up_at IS NULL', name=op.f('ck_steward_plans_one_end')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_steward_plans_made_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_steward_plans_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_steward_plans'))
    )
    with op.batch_alter_table('steward_plans', schema=None) as batch_op:
        batch_op.create_index('ix_steward_plans_unit', ['unit_id', 'id'], unique=False)

    op.create_table('plan_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('steward_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('corrected_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('done', 'changed', 'closed', 'not_ours', 'left', 'empty', name='planoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.ForeignKeyConstraint(['corrected_by_id'], ['users.id'], name=op.f('fk_plan_rows_corrected_by_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_plan_rows_enterprise_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['steward_plans.id'], name=op.f('fk_plan_rows_plan_id')),
    sa.ForeignKeyConstraint(['steward_id'], ['users.id'], name=op.f('fk_plan_rows_steward_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_rows'))
    )
    with op.batch_alter_table('plan_rows', schema=None) as batch_op:
        batch_op.create_index('uq_plan_rows_enterprise', ['plan_id', 'enterprise_id'], unique=True)

    op.create_table('handover_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handover_id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('seen_id', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_handover_items_enterprise_id')),
    sa.ForeignKeyConstraint(['handover_id'], ['handovers.id'], name=op.f('fk_handover_items_handover_id')),
    sa.ForeignKeyConstraint(['seen_id'], ['stewardships.id'], name=op.f('fk_handover_items_seen_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_items'))
    )
    with op.batch_alter_table('handover_items', schema=None) as batch_op:
        batch_op.create_index('ix_handover_items_handover', ['handover_id'], unique=False)
        batch_op.create_index('uq_handover_items_one_waiting', ['enterprise_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    with op.batch_alter_table('stewardships', schema=None) as batch_op:
        batch_op.create_index('ix_stewardships_open', ['steward_id', 'enterprise_id'], unique=False, sqlite_where=sa.text("ended_at IS NULL AND kind = 'main'"), postgresql_where=sa.text("ended_at IS NULL AND kind = 'main'"))
    keep(KEPT)


def downgrade() -> None:
    """What was handed over to whom is not thrown away by a command."""
    raise RuntimeError("hand-overs and plans have no way back")
