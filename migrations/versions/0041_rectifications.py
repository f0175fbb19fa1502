"""rectifications: a named 差评 is contacted, put right, called about; an appeal against it is decided by another."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep, seal
from migrations.widened import widen

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

SEALED = ("rectification_calls",)
KEPT = (*SEALED, "rating_appeals", "rectifications")
EXCLUDED = sa.text("ended_as = 'excluded'")
# trigger, table, what is refused, what it says
TRIGGERS = (
    ("rectifications_end_once", "rectifications", "OLD.ended_at IS NOT NULL", "a rectification ends once"),
    ("rating_appeals_decided_once", "rating_appeals", "OLD.decided_at IS NOT NULL", "an appeal is decided once"),
)


def upgrade() -> None:
    """Forward."""
    widen('clocks', 'kind', 'clockkind', after='joint_review', more=('rectification_contact', 'rectification'))
    _rectifications()
    _calls()
    _appeals()
    keep(KEPT[len(SEALED):])
    seal(SEALED)
    for trigger in TRIGGERS:
        _refuse(*trigger)


def downgrade() -> None:
    """What was put right, and what was decided about a rating, is not thrown away by a command."""
    raise RuntimeError("rectifications have no way back")


def _refuse(name: str, table: str, refused: str, words: str) -> None:
    """Let the database refuse an update by a condition on the old row."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {refused} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def _rectifications() -> None:
    op.create_table('rectifications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rating_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contact_clock_id', sa.Integer(), nullable=False),
    sa.Column('fix_clock_id', sa.Integer(), nullable=False),
    sa.Column('again_clock_id', sa.Integer(), nullable=True),
    sa.Column('contacted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('contacted_by_id', sa.Integer(), nullable=True),
    sa.Column('contact_words', sa.Text(), nullable=False),
    sa.Column('verification', sa.Enum('true', 'partly', 'mistaken', 'malicious', name='verification', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('measures', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reported_by_id', sa.Integer(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_as', sa.Enum('solved', 'unreached', 'excluded', name='rectificationend', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.CheckConstraint("ended_as IS NULL OR ended_as = 'excluded' OR signed_at IS NOT NULL", name=op.f('ck_rectifications_ended_when_signed')),
    sa.CheckConstraint('(contacted_at IS NULL) = (contacted_by_id IS NULL)', name=op.f('ck_rectifications_contacted_by_somebody')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_as IS NULL)', name=op.f('ck_rectifications_ended_as_iff_ended')),
    sa.CheckConstraint('(reported_at IS NULL) = (reported_by_id IS NULL)', name=op.f('ck_rectifications_reported_by_somebody')),
    sa.CheckConstraint('(reported_at IS NULL) = (verification IS NULL)', name=op.f('ck_rectifications_verified_iff_reported')),
    sa.CheckConstraint('(signed_at IS NULL) = (signed_by_id IS NULL)', name=op.f('ck_rectifications_signed_by_somebody')),
    sa.CheckConstraint('reported_at IS NULL OR contacted_at IS NOT NULL', name=op.f('ck_rectifications_reported_after_the_contact')),
    sa.CheckConstraint('signed_at IS NULL OR reported_at IS NOT NULL', name=op.f('ck_rectifications_signed_after_the_report')),
    sa.ForeignKeyConstraint(['again_clock_id'], ['clocks.id'], name=op.f('fk_rectifications_again_clock_id')),
    sa.ForeignKeyConstraint(['contact_clock_id'], ['clocks.id'], name=op.f('fk_rectifications_contact_clock_id')),
    sa.ForeignKeyConstraint(['contacted_by_id'], ['users.id'], name=op.f('fk_rectifications_contacted_by_id')),
    sa.ForeignKeyConstraint(['fix_clock_id'], ['clocks.id'], name=op.f('fk_rectifications_fix_clock_id')),
    sa.ForeignKeyConstraint(['rating_id'], ['ratings.id'], name=op.f('fk_rectifications_rating_id')),
    sa.ForeignKeyConstraint(['reported_by_id'], ['users.id'], name=op.f('fk_rectifications_reported_by_id')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['users.id'], name=op.f('fk_rectifications_signed_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_rectifications_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_rectifications_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rectifications')),
    sa.UniqueConstraint('rating_id', name=op.f('uq_rectifications_rating_id'))
    )
    op.create_index('ix_rectifications_excluded', 'rectifications', ['rating_id'], unique=False, sqlite_where=EXCLUDED, postgresql_where=EXCLUDED)
    op.create_index('ix_rectifications_opened', 'rectifications', ['opened_at', 'id'], unique=False)
    op.create_index('ix_rectifications_ticket', 'rectifications', ['ticket_id'], unique=False)
    op.create_index('ix_rectifications_unit', 'rectifications', ['unit_id', 'opened_at', 'id'], unique=False)


def _calls() -> None:
    op.create_table('rectification_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rectification_id', sa.Integer(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('was_reached', sa.Boolean(), nullable=False),
    sa.Column('is_solved', sa.Boolean(), nullable=True),
    sa.Column('is_satisfied', sa.Boolean(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('called_by_id', sa.Integer(), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('was_reached = (is_satisfied IS NOT NULL)', name=op.f('ck_rectification_calls_satisfied_iff_reached')),
    sa.CheckConstraint('was_reached = (is_solved IS NOT NULL)', name=op.f('ck_rectification_calls_solved_iff_reached')),
    sa.ForeignKeyConstraint(['called_by_id'], ['users.id'], name=op.f('fk_rectification_calls_called_by_id')),
    sa.ForeignKeyConstraint(['rectification_id'], ['rectifications.id'], name=op.f('fk_rectification_calls_rectification_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rectification_calls')),
    sa.UniqueConstraint('rectification_id', 'attempt', name=op.f('uq_rectification_calls_rectification_id_attempt'))
    )


def _appeals() -> None:
    op.create_table('rating_appeals',
    sa.Column('rectification_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('ground', sa.Enum('mistaken', 'malicious', name='appealground', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by_id', sa.Integer(), nullable=False),
    sa.Column('is_accepted', sa.Boolean(), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("decided_at IS NULL OR decision <> ''", name=op.f('ck_rating_appeals_decided_with_reasons')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_rating_appeals_has_a_reason')),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_rating_appeals_decided_by_somebody')),
    sa.CheckConstraint('(decided_at IS NULL) = (is_accepted IS NULL)', name=op.f('ck_rating_appeals_accepted_iff_decided')),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> filed_by_id', name=op.f('ck_rating_appeals_decided_by_another')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_rating_appeals_decided_by_id')),
    sa.ForeignKeyConstraint(['filed_by_id'], ['users.id'], name=op.f('fk_rating_appeals_filed_by_id')),
    sa.ForeignKeyConstraint(['rectification_id'], ['rectifications.id'], name=op.f('fk_rating_appeals_rectification_id')),
    sa.PrimaryKeyConstraint('rectification_id', name=op.f('pk_rating_appeals'))
    )
