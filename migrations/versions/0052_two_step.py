"""two_step: a second step at sign-in, codes for a lost phone, and when a session has taken it."""

import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None

IN_USE = sa.text('confirmed_at IS NOT NULL')
BEGUN = sa.text('confirmed_at IS NULL')


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'authenticators',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('sealed_secret', sa.String(length=200), nullable=False),
        sa.Column('last_counter', sa.BigInteger(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('last_counter >= 0', name=op.f('ck_authenticators_counts_from_zero')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_authenticators_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticators')),
    )
    for name, condition in (('uq_authenticators_one_begun', BEGUN), ('uq_authenticators_one_in_use', IN_USE)):
        op.create_index(name, 'authenticators', ['user_id'], unique=True, sqlite_where=condition,
                        postgresql_where=condition)
    op.create_table(
        'recovery_codes',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('code_hash', sa.String(length=64), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_recovery_codes_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
        sa.UniqueConstraint('user_id', 'code_hash', name=op.f('uq_recovery_codes_user_id_code_hash')),
    )
    op.add_column('login_sessions', sa.Column('two_step_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to the password alone; what was set up is forgotten."""
    op.drop_column('login_sessions', 'two_step_at')
    op.drop_table('recovery_codes')
    op.drop_table('authenticators')
