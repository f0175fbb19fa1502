"""ratings by every channel: versioned reasons, counted cases, desk codes, kiosks, and one addition to a rating."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep, seal
from migrations.widened import let_be_empty, widen

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

SEALED = ("rating_tag_sets", "rating_additions")
KEPT = (*SEALED, "counted_cases", "desk_codes", "kiosks")
OPEN = sa.text('retired_at IS NULL')
# As a part of the new column, which both engines take; SQLite knows no other way to a constraint of a table that is there.
COLUMNS = (
    "tag_set_id INTEGER CONSTRAINT fk_ratings_tag_set_id REFERENCES rating_tag_sets (id)",
    "counted_case_id INTEGER CONSTRAINT fk_ratings_counted_case_id REFERENCES counted_cases (id)"
    " CONSTRAINT ck_ratings_of_one_case CHECK ((ticket_id IS NULL) <> (counted_case_id IS NULL))",
    "entered_by_id INTEGER CONSTRAINT fk_ratings_entered_by_id REFERENCES users (id)"
    " CONSTRAINT ck_ratings_entered_iff_follow_up CHECK ((channel = 'follow_up') = (entered_by_id IS NOT NULL))",
)


def upgrade() -> None:
    """Forward."""
    _tag_sets()
    _counted_cases()
    _desk_codes()
    _kiosks()
    _additions()
    let_be_empty('ratings', 'ticket_id')
    for column in COLUMNS:
        op.execute(f"ALTER TABLE ratings ADD COLUMN {column}")
    op.create_index('uq_ratings_counted_case', 'ratings', ['counted_case_id'], unique=True)
    widen('ratings', 'channel', 'ratingchannel', after='sms', more=('desk', 'kiosk', 'follow_up'))
    seal(SEALED)
    keep(KEPT[len(SEALED):])


def downgrade() -> None:
    """What people have rated is not thrown away by a command."""
    raise RuntimeError("ratings by every channel have no way back")


def where(condition: str) -> dict[str, Any]:
    """A partial index on both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _tag_sets() -> None:
    op.create_table('rating_tag_sets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('occasion', sa.Enum('online', 'window', name='ratingoccasion', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('grade', sa.Enum('very_satisfied', 'satisfied', 'fairly_satisfied', 'dissatisfied', 'very_dissatisfied', name='grade', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_rating_tag_sets_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_tag_sets')),
    sa.UniqueConstraint('occasion', 'grade', 'effective_at', name=op.f('uq_rating_tag_sets_occasion_grade_effective_at'))
    )


def _counted_cases() -> None:
    op.create_table('counted_cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system', sa.String(length=32), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.Enum('window', 'online', 'terminal', 'post', name='casechannel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('item_code', sa.String(length=64), nullable=False),
    sa.Column('item', sa.String(length=200), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('window_id', sa.Integer(), nullable=True),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('visitor', sa.String(length=64), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('finished_at <= recorded_at', name=op.f('ck_counted_cases_recorded_after_the_end')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_counted_cases_enterprise_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['users.id'], name=op.f('fk_counted_cases_officer_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_counted_cases_recorded_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_counted_cases_unit_id')),
    sa.ForeignKeyConstraint(['window_id'], ['organisations.id'], name=op.f('fk_counted_cases_window_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counted_cases')),
    sa.UniqueConstraint('system', 'number', name=op.f('uq_counted_cases_system_number'))
    )
    op.create_index('ix_counted_cases_enterprise', 'counted_cases', ['enterprise_id', 'finished_at'], unique=False, **where('enterprise_id IS NOT NULL'))
    op.create_index('ix_counted_cases_finished', 'counted_cases', ['finished_at', 'id'], unique=False)
    op.create_index('ix_counted_cases_officer', 'counted_cases', ['officer_id', 'finished_at'], unique=False, **where('officer_id IS NOT NULL'))
    op.create_index('ix_counted_cases_unit', 'counted_cases', ['unit_id', 'finished_at', 'id'], unique=False)
    op.create_index('ix_counted_cases_window', 'counted_cases', ['window_id', 'finished_at', 'id'], unique=False, **where('window_id IS NOT NULL'))


def _desk_codes() -> None:
    op.create_table('desk_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('window_id', sa.Integer(), nullable=False),
    sa.Column('officer_id', sa.Integer(), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(retired_at IS NULL) = (retired_by_id IS NULL)', name=op.f('ck_desk_codes_retired_by_somebody')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['users.id'], name=op.f('fk_desk_codes_issued_by_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['users.id'], name=op.f('fk_desk_codes_officer_id')),
    sa.ForeignKeyConstraint(['retired_by_id'], ['users.id'], name=op.f('fk_desk_codes_retired_by_id')),
    sa.ForeignKeyConstraint(['window_id'], ['organisations.id'], name=op.f('fk_desk_codes_window_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_codes')),
    sa.UniqueConstraint('code', name=op.f('uq_desk_codes_code'))
    )
    op.create_index('ix_desk_codes_window', 'desk_codes', ['window_id', 'officer_id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index('uq_desk_codes_one_open', 'desk_codes', ['officer_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def _kiosks() -> None:
    op.create_table('kiosks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('window_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=32), nullable=False),
    sa.Column('binding_hash', sa.String(length=64), nullable=False),
    sa.Column('binding_expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('device_hash', sa.String(length=64), nullable=True),
    sa.Column('bound_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(bound_at IS NULL) = (device_hash IS NULL)', name=op.f('ck_kiosks_bound_with_a_secret')),
    sa.CheckConstraint('(retired_at IS NULL) = (retired_by_id IS NULL)', name=op.f('ck_kiosks_retired_by_somebody')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_kiosks_made_by_id')),
    sa.ForeignKeyConstraint(['retired_by_id'], ['users.id'], name=op.f('fk_kiosks_retired_by_id')),
    sa.ForeignKeyConstraint(['window_id'], ['organisations.id'], name=op.f('fk_kiosks_window_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kiosks')),
    sa.UniqueConstraint('binding_hash', name=op.f('uq_kiosks_binding_hash')),
    sa.UniqueConstraint('device_hash', name=op.f('uq_kiosks_device_hash'))
    )
    op.create_index('ix_kiosks_window', 'kiosks', ['window_id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)


def _additions() -> None:
    op.create_table('rating_additions',
    sa.Column('rating_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('grade', sa.Enum('very_satisfied', 'satisfied', 'fairly_satisfied', 'dissatisfied', 'very_dissatisfied', name='grade', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('has_tags', sa.Boolean(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("words <> '' OR grade IS NOT NULL OR has_tags", name=op.f('ck_rating_additions_says_something')),
    sa.ForeignKeyConstraint(['rating_id'], ['ratings.id'], name=op.f('fk_rating_additions_rating_id')),
    sa.PrimaryKeyConstraint('rating_id', name=op.f('pk_rating_additions'))
    )
    op.create_index('ix_rating_additions_added', 'rating_additions', ['added_at'], unique=False)
    op.create_table('rating_addition_tokens',
    sa.Column('rating_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['rating_id'], ['ratings.id'], name=op.f('fk_rating_addition_tokens_rating_id')),
    sa.PrimaryKeyConstraint('rating_id', name=op.f('pk_rating_addition_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_rating_addition_tokens_token_hash'))
    )
