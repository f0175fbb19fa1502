"""appointments: posts with power over others are given by two people."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None

KEPT = ('appointments',)
OPEN = sa.text('decided_at IS NULL')


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'appointments',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('role', sa.Enum('enterprise_member', 'steward', 'case_officer', 'unit_leader', 'clerk', 'supervisor', 'leader', 'discipline_observer',
                                  'special_observer', 'registrar', 'system_administrator', 'security_administrator',
                                  'audit_administrator', 'system',
                                  name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(length=64), nullable=False),
        sa.Column('rank', sa.Integer(), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('proposed_by_id', sa.Integer(), nullable=False),
        sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_by_id', sa.Integer(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('is_agreed', sa.Boolean(), nullable=True),
        sa.Column('post_id', sa.Integer(), nullable=True),
        sa.CheckConstraint('proposed_by_id != user_id', name=op.f('ck_appointments_not_for_oneself')),
        sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id NOT IN (proposed_by_id, user_id)',
                           name=op.f('ck_appointments_two_people')),
        sa.CheckConstraint('(decided_at IS NULL) = (is_agreed IS NULL)',
                           name=op.f('ck_appointments_decided_as_something')),
        sa.CheckConstraint('(decided_at IS NULL) = (decided_by_id IS NULL)',
                           name=op.f('ck_appointments_decided_by_somebody')),
        sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_appointments_decided_by_id')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_appointments_organisation_id')),
        sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_appointments_post_id')),
        sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_appointments_proposed_by_id')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_appointments_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments')),
    )
    op.create_index('uq_appointments_one_open', 'appointments', ['user_id', 'role', 'organisation_id'], unique=True,
                    sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(op.f('ix_appointments_user_id'), 'appointments', ['user_id'])
    keep(KEPT)


def downgrade() -> None:
    """Backward."""
    op.drop_table('appointments')
