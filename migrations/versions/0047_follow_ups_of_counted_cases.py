"""follow-ups of counted cases: which of them are called, and the calls, by the centre and nobody who had a part."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep, seal
from migrations.outsiders import had_a_part
from migrations.refusing import refuse_when

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None

KEPT = ("counted_calls", "counted_follow_ups")
OPEN, ENDED = sa.text('ended_at IS NULL'), sa.text('ended_at IS NOT NULL')
OF_THE_CENTRE = (
    "NOT EXISTS (SELECT 1 FROM posts p LEFT JOIN organisations o ON o.id = p.organisation_id"
    " JOIN regions r ON r.id = coalesce(p.region_id, o.region_id)"
    " JOIN counted_cases c ON c.id = NEW.counted_case_id"
    " WHERE p.user_id = NEW.called_by_id AND p.role = 'clerk' AND (p.ended_at IS NULL OR p.ended_at > NEW.called_at)"
    " AND substr(c.region_path, 1, length(r.path)) = r.path)"
)


def upgrade() -> None:
    """Forward."""
    _follow_ups()
    _calls()
    seal(KEPT[:1])
    keep(KEPT[1:])
    refuse_when("counted_follow_ups_end_once", "UPDATE", "counted_follow_ups", condition="OLD.ended_at IS NOT NULL",
                words="a follow-up ends once")
    refuse_when("counted_calls_by_the_centre", "INSERT", "counted_calls", condition=OF_THE_CENTRE,
                words="only the service centre follows up")
    refuse_when("counted_calls_by_an_outsider", "INSERT", "counted_calls", condition=had_a_part(case="NEW.counted_case_id", who="NEW.called_by_id"),
                words="nobody follows up what they had a part in")


def downgrade() -> None:
    """What enterprises said is not thrown away by a command."""
    raise RuntimeError("follow-ups of counted cases have no way back")


def _follow_ups() -> None:
    op.create_table('counted_follow_ups',
    sa.Column('counted_case_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('is_must', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Enum('solved', 'at_fault', 'unreached', name='countedoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.CheckConstraint('(ended_at IS NULL) = (outcome IS NULL)', name=op.f('ck_counted_follow_ups_outcome_iff_ended')),
    sa.ForeignKeyConstraint(['counted_case_id'], ['counted_cases.id'], name=op.f('fk_counted_follow_ups_counted_case_id')),
    sa.PrimaryKeyConstraint('counted_case_id', name=op.f('pk_counted_follow_ups'))
    )
    op.create_index('ix_counted_follow_ups_open', 'counted_follow_ups', ['due_at', 'counted_case_id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index('ix_counted_follow_ups_ended', 'counted_follow_ups', ['ended_at', 'counted_case_id'], unique=False, sqlite_where=ENDED, postgresql_where=ENDED)


def _calls() -> None:
    op.create_table('counted_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('counted_case_id', sa.Integer(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('was_reached', sa.Boolean(), nullable=False),
    sa.Column('is_solved', sa.Boolean(), nullable=True),
    sa.Column('is_satisfied', sa.Boolean(), nullable=True),
    sa.Column('rework_reason', sa.Enum('unsolved', 'untrue', 'attitude', 'late', 'recurred', 'other', name='reworkreason', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('called_by_id', sa.Integer(), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(rework_reason IS NOT NULL) = (was_reached AND NOT (is_solved AND is_satisfied))', name=op.f('ck_counted_calls_class_iff_at_fault')),
    sa.CheckConstraint('was_reached = (is_satisfied IS NOT NULL)', name=op.f('ck_counted_calls_satisfied_iff_reached')),
    sa.CheckConstraint('was_reached = (is_solved IS NOT NULL)', name=op.f('ck_counted_calls_solved_iff_reached')),
    sa.ForeignKeyConstraint(['called_by_id'], ['users.id'], name=op.f('fk_counted_calls_called_by_id')),
    sa.ForeignKeyConstraint(['counted_case_id'], ['counted_follow_ups.counted_case_id'], name=op.f('fk_counted_calls_counted_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counted_calls')),
    sa.UniqueConstraint('counted_case_id', 'attempt', name=op.f('uq_counted_calls_counted_case_id_attempt'))
    )
