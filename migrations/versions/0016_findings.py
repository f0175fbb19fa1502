"""what special observers have found."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

KEPT = ("findings",)


def upgrade() -> None:
    """Forward."""
    op.create_table('findings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('policy', 'approval', 'conduct', 'other', name='findingkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('filed_by_id', sa.Integer(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(answered_at IS NULL) = (answered_by_id IS NULL)', name=op.f('ck_findings_answered_by_somebody')),
    sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f('ck_findings_answer_iff_answered')),
    sa.CheckConstraint('ticket_id IS NULL OR answered_at IS NOT NULL', name=op.f('ck_findings_a_ticket_answers_it')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_findings_answered_by_id')),
    sa.ForeignKeyConstraint(['filed_by_id'], ['users.id'], name=op.f('fk_findings_filed_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_findings_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_findings_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_findings')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_findings_ticket_id'))
    )
    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.create_index('ix_findings_observer', ['filed_by_id', 'filed_at'], unique=False)
        batch_op.create_index('ix_findings_region', ['region_path', 'id'], unique=False)
    keep(KEPT)


def downgrade() -> None:
    """What was found is not thrown away by a command."""
    raise RuntimeError("findings have no way back")
