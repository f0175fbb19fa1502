"""shown numbers: who has looked at a masked telephone number, counted by the day."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import seal

revision = '0064'
down_revision = '0063'
branch_labels = None
depends_on = None

KEPT = ('shown_numbers',)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'shown_numbers',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('nth', sa.Integer(), nullable=False),
        sa.Column('enterprise_id', sa.Integer(), nullable=False),
        sa.Column('contact_id', sa.Integer(), nullable=True),
        sa.Column('ticket_id', sa.Integer(), nullable=True),
        sa.Column('purpose', sa.Enum('handling', 'checking', 'urgent', 'meeting', 'other', name='showingpurpose',
                                     native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('unit', sa.String(length=64), nullable=False),
        sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('nth > 0', name=op.f('ck_shown_numbers_counted_from_one')),
        sa.CheckConstraint('contact_id IS NULL OR ticket_id IS NULL', name=op.f('ck_shown_numbers_one_number')),
        sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_shown_numbers_contact_id')),
        sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_shown_numbers_enterprise_id')),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_shown_numbers_ticket_id')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_shown_numbers_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_shown_numbers')),
        sa.UniqueConstraint('user_id', 'day', 'nth', name=op.f('uq_shown_numbers_user_id_day_nth')),
    )
    op.create_index('ix_shown_numbers_enterprise', 'shown_numbers', ['enterprise_id', 'id'])
    seal(KEPT)


def downgrade() -> None:
    """Backward."""
    op.drop_table('shown_numbers')
