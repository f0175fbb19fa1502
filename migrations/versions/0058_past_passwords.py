"""past_passwords: what an account has used before, so that it is not used again."""

import sqlalchemy as sa
from alembic import op

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'past_passwords',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('password_hash', sa.String(length=200), nullable=False),
        sa.Column('left_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_past_passwords_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_past_passwords')),
    )
    op.create_index('ix_past_passwords_user', 'past_passwords', ['user_id', 'id'])


def downgrade() -> None:
    """Back."""
    op.drop_table('past_passwords')
