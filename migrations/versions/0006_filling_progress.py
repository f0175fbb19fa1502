"""filling progress: targets, weekly snapshots and reminders of the units that report; industries by the standard."""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KEPT = ("filling_reminders", "filling_snapshots", "filling_targets")
INDUSTRIES = Path(__file__).resolve().parents[2] / "operations" / "directory" / "industries.csv"


def upgrade() -> None:
    """Forward."""
    op.create_table('filling_targets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('enterprises', sa.Integer(), nullable=False),
    sa.Column('stewards', sa.Integer(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('enterprises >= 0 AND stewards >= 0', name=op.f('ck_filling_targets_not_negative')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_filling_targets_set_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_filling_targets_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filling_targets'))
    )
    op.create_index('ix_filling_targets_year', 'filling_targets', ['year', 'unit_id', 'id'])
    op.create_table('filling_snapshots',
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('enterprises_due', sa.Integer(), nullable=True),
    sa.Column('enterprises', sa.Integer(), nullable=False),
    sa.Column('matched', sa.Integer(), nullable=False),
    sa.Column('stewards_due', sa.Integer(), nullable=True),
    sa.Column('stewards', sa.Integer(), nullable=False),
    sa.Column('active', sa.Integer(), nullable=False),
    sa.Column('silent', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_filling_snapshots_unit_id')),
    sa.PrimaryKeyConstraint('unit_id', 'week', name=op.f('pk_filling_snapshots'))
    )
    op.create_table('filling_reminders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('reminded_by_id', sa.Integer(), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reminded_by_id'], ['users.id'], name=op.f('fk_filling_reminders_reminded_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_filling_reminders_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filling_reminders')),
    sa.UniqueConstraint('unit_id', 'day', name=op.f('uq_filling_reminders_unit_id_day'))
    )
    # The live enterprises of a unit are counted from this alone.
    live = sa.text("status <> 'deregistered' AND merged_into_id IS NULL")
    op.create_index('ix_enterprises_live', 'enterprises', ['owner_unit_id', 'id'], sqlite_where=live, postgresql_where=live)
    keep(KEPT)
    with INDUSTRIES.open(encoding="utf-8", newline="") as rows:
        op.bulk_insert(sa.table('industries', *(sa.column(name) for name in ("code", "name", "section"))), list(csv.DictReader(rows)))


def downgrade() -> None:
    """What units were told and what was seen is not thrown away by a command."""
    raise RuntimeError("filling progress has no way back")
