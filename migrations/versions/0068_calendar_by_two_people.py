"""calendar by two people: a day or a year is proposed by one and approved by another, and each row says by whom."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0068'
down_revision = '0067'
branch_labels = None
depends_on = None

KEPT = ("calendar_drafts",)
HELD = {
    'decided_at_iff_decided': '(decision IS NULL) = (decided_at IS NULL)',
    'decided_by_somebody': '(decision IS NULL) = (decided_by_id IS NULL)',
    'approved_by_another': "decision IS NULL OR (decision = 'withdrawn') = (decided_by_id = proposed_by_id)",
    'a_day_or_a_year': '(day IS NULL) <> (year IS NULL)',
    'is_working_iff_a_day': '(day IS NULL) = (is_working IS NULL)',
}
OPEN = sa.text('decided_at IS NULL')
# Written by hand because both engines take it so, and SQLite keeps the triggers of the table.
APPROVED = """
ALTER TABLE {table} ADD COLUMN approved_by_id INTEGER
CONSTRAINT fk_{table}_approved_by_id REFERENCES users (id)
CONSTRAINT ck_{table}_approved_by_another CHECK (approved_by_id <> {proposer})
"""


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'calendar_drafts',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=True),
        sa.Column('is_working', sa.Boolean(), nullable=True),
        sa.Column('year', sa.Integer(), nullable=True),
        sa.Column('moved', sa.Integer(), nullable=False),
        sa.Column('base_version', sa.String(length=80), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('proposed_by_id', sa.Integer(), nullable=False),
        sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decision', sa.Enum('approved', 'declined', 'withdrawn', name='draftdecision', native_enum=False,
                                      create_constraint=True, length=32), nullable=True),
        sa.Column('decided_by_id', sa.Integer(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('answer', sa.String(length=200), nullable=False),
        *(sa.CheckConstraint(condition, name=op.f(f'ck_calendar_drafts_{name}')) for name, condition in HELD.items()),
        sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_calendar_drafts_decided_by_id')),
        sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_calendar_drafts_proposed_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_drafts')),
    )
    op.create_index('uq_calendar_drafts_one_open', 'calendar_drafts', ['base_version'], unique=True,
                    sqlite_where=OPEN, postgresql_where=OPEN)
    keep(KEPT)
    for table, proposer in (('calendar_days', 'set_by_id'), ('calendar_years', 'confirmed_by_id')):
        op.execute(APPROVED.format(table=table, proposer=proposer))


def downgrade() -> None:
    """Who changed the calendar and who approved it is not thrown away by a command."""
    raise RuntimeError("calendar by two people has no way back")
