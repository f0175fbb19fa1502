"""exports of the list of enterprises, and who let them."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

KEPT = ("exports",)
WAITING = sa.text('decided_at IS NULL AND needs_approval')


def upgrade() -> None:
    """Forward."""
    op.create_table('exports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('query', sa.String(length=2000), nullable=False),
    sa.Column('scope', sa.String(length=500), nullable=False),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('needs_approval', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_granted', sa.Boolean(), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(decided_at IS NULL) = (is_granted IS NULL)', name=op.f('ck_exports_granted_or_not_iff_decided')),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_exports_decided_by_somebody')),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> asked_by_id', name=op.f('ck_exports_decided_by_another')),
    sa.CheckConstraint('taken_at IS NULL OR NOT needs_approval OR (is_granted IS NOT NULL AND is_granted)', name=op.f('ck_exports_taken_with_approval')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_exports_asked_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_exports_decided_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_exports_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exports'))
    )
    with op.batch_alter_table('exports', schema=None) as batch_op:
        batch_op.create_index('ix_exports_asker', ['asked_by_id', 'id'], unique=False)
        batch_op.create_index('ix_exports_waiting', ['asked_at', 'id'], unique=False, sqlite_where=WAITING, postgresql_where=WAITING)
    keep(KEPT)


def downgrade() -> None:
    """Who took what is not thrown away by a command."""
    raise RuntimeError("exports have no way back")
