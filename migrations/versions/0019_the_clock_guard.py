"""the clock guard: where the clock stood last, and when it could not be trusted."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

KEPT = ("clock_stops",)
OPEN = sa.text('confirmed_at IS NULL')


def upgrade() -> None:
    """Forward."""
    op.create_table('clock_beats',
    sa.Column('boot', sa.String(length=64), nullable=False),
    sa.Column('steady_seconds', sa.Double(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('boot', name=op.f('pk_clock_beats'))
    )
    op.create_table('clock_stops',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('forward', 'back', 'gap', name='clockstopkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('seconds', sa.BigInteger(), nullable=False),
    sa.Column('trusted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('worker', sa.String(length=80), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(confirmed_at IS NULL) = (confirmed_by_id IS NULL)', name=op.f('ck_clock_stops_confirmed_by_somebody')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['users.id'], name=op.f('fk_clock_stops_confirmed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_stops'))
    )
    op.create_index('uq_clock_stops_one_open', 'clock_stops', ['kind'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    keep(KEPT)


def downgrade() -> None:
    """When the clock was wrong is part of the evidence."""
    raise RuntimeError("the clock guard has no way back")
