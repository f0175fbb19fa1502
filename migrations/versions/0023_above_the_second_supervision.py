"""what comes above the second supervision: measures, the unit's word against them, orders that stand together."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep
from migrations.widened import widen

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

KEPT = ("commitments", "measure_progress", "measures", "reconsiderations")
OPEN = sa.text('ended_at IS NULL')
BY_TWO_OFFICES, SECONDS = sa.text("level IN ('first', 'second')"), sa.text("level = 'second'")
JOINED = sa.text('joined_to_id IS NOT NULL')


def upgrade() -> None:
    """Forward."""
    _supervisions()
    _measures()
    _what_came_of_them()
    _reconsiderations()
    keep(KEPT)


def downgrade() -> None:
    """What a unit had to face is not thrown away by a command."""
    raise RuntimeError("measures have no way back")


def _supervisions() -> None:
    op.execute(
        "ALTER TABLE supervisions ADD COLUMN joined_to_id INTEGER "
        "CONSTRAINT fk_supervisions_joined_to_id REFERENCES supervisions (id)"
    )
    op.add_column('supervisions', sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True))
    widen('supervisions', 'ended_as', 'supervisionend', after='escalated', more=('revoked',))
    op.create_index('uq_supervisions_another_office', 'supervisions', ['clock_id', 'due_version', 'issuer_id'],
                    unique=True, sqlite_where=BY_TWO_OFFICES, postgresql_where=BY_TWO_OFFICES)
    op.create_index('ix_supervisions_seconds', 'supervisions', ['receiver_id', 'opened_at'], sqlite_where=SECONDS,
                    postgresql_where=SECONDS)
    op.create_index('ix_supervisions_joined', 'supervisions', ['joined_to_id'], sqlite_where=JOINED,
                    postgresql_where=JOINED)


def _measures() -> None:
    op.create_table('measures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('talk', 'listing', 'referral', name='measurekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('source', sa.Enum('rule', 'person', name='supervisionsource', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rule', sa.String(length=64), nullable=False),
    sa.Column('occasion', sa.String(length=64), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('responsible_id', sa.Integer(), nullable=True),
    sa.Column('direct_name', sa.String(length=64), nullable=False),
    sa.Column('direct_title', sa.String(length=64), nullable=False),
    sa.Column('leading_name', sa.String(length=64), nullable=False),
    sa.Column('leading_title', sa.String(length=64), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decision', sa.Enum('approved', 'declined', name='decision', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decision_words', sa.String(length=500), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('place', sa.String(length=100), nullable=False),
    sa.Column('participants', sa.String(length=500), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_as', sa.Enum('done', 'declined', 'revoked', name='measureend', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(source = 'rule') = (proposed_by_id IS NULL)", name=op.f('ck_measures_proposed_by_a_person_or_a_rule')),
    sa.CheckConstraint("ended_as IS NULL OR ended_as <> 'done' OR (decision IS NOT NULL AND decision = 'approved')", name=op.f('ck_measures_done_only_when_approved')),
    sa.CheckConstraint("kind <> 'referral' OR (direct_name <> '' AND leading_name <> '' AND (direct_name <> leading_name OR direct_title <> leading_title))", name=op.f('ck_measures_two_persons_responsible')),
    sa.CheckConstraint("kind <> 'talk' OR ended_as IS NULL OR ended_as <> 'done' OR (held_on IS NOT NULL AND words <> '')", name=op.f('ck_measures_talk_has_its_record')),
    sa.CheckConstraint("kind = 'referral' OR (direct_name = '' AND leading_name = '')", name=op.f('ck_measures_names_only_in_referrals')),
    sa.CheckConstraint("kind = 'talk' OR (held_on IS NULL AND place = '' AND participants = '')", name=op.f('ck_measures_held_only_as_a_talk')),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_measures_decided_by_somebody')),
    sa.CheckConstraint('(decided_at IS NULL) = (decision IS NULL)', name=op.f('ck_measures_decision_iff_decided')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_as IS NULL)', name=op.f('ck_measures_ended_as_iff_ended')),
    sa.CheckConstraint('decided_by_id IS NULL OR proposed_by_id IS NULL OR decided_by_id <> proposed_by_id', name=op.f('ck_measures_decided_by_another')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_measures_decided_by_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_measures_ended_by_id')),
    sa.ForeignKeyConstraint(['office_id'], ['organisations.id'], name=op.f('fk_measures_office_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_measures_proposed_by_id')),
    sa.ForeignKeyConstraint(['responsible_id'], ['users.id'], name=op.f('fk_measures_responsible_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_measures_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_measures_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measures')),
    sa.UniqueConstraint('occasion', name=op.f('uq_measures_occasion'))
    )
    with op.batch_alter_table('measures', schema=None) as batch_op:
        batch_op.create_index('ix_measures_open', ['kind', 'proposed_at', 'id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.create_index('ix_measures_register', ['proposed_at', 'id'], unique=False)
        batch_op.create_index('ix_measures_ticket', ['ticket_id'], unique=False)
        batch_op.create_index('ix_measures_unit', ['unit_id', 'proposed_at', 'id'], unique=False)
        batch_op.create_index('uq_measures_one_open_of_ticket', ['kind', 'ticket_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND ticket_id IS NOT NULL'), postgresql_where=sa.text('ended_at IS NULL AND ticket_id IS NOT NULL'))
        batch_op.create_index('uq_measures_one_open_of_unit', ['kind', 'unit_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL AND ticket_id IS NULL'), postgresql_where=sa.text('ended_at IS NULL AND ticket_id IS NULL'))


def _what_came_of_them() -> None:
    op.create_table('commitments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('measure_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('kept_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(kept_at IS NULL) = (kept_by_id IS NULL)', name=op.f('ck_commitments_kept_by_somebody')),
    sa.ForeignKeyConstraint(['kept_by_id'], ['users.id'], name=op.f('fk_commitments_kept_by_id')),
    sa.ForeignKeyConstraint(['measure_id'], ['measures.id'], name=op.f('fk_commitments_measure_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitments'))
    )
    with op.batch_alter_table('commitments', schema=None) as batch_op:
        batch_op.create_index('ix_commitments_measure', ['measure_id'], unique=False)
    op.create_table('measure_progress',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('measure_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['measure_id'], ['measures.id'], name=op.f('fk_measure_progress_measure_id')),
    sa.ForeignKeyConstraint(['reported_by_id'], ['users.id'], name=op.f('fk_measure_progress_reported_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measure_progress'))
    )
    with op.batch_alter_table('measure_progress', schema=None) as batch_op:
        batch_op.create_index('ix_measure_progress_measure', ['measure_id', 'id'], unique=False)


def _reconsiderations() -> None:
    op.create_table('reconsiderations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('supervision_id', sa.Integer(), nullable=True),
    sa.Column('measure_id', sa.Integer(), nullable=True),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('issuer_id', sa.Integer(), nullable=True),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('upheld', 'revoked', name='reconsiderationoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.CheckConstraint("reasons <> ''", name=op.f('ck_reconsiderations_says_why')),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_reconsiderations_decided_by_somebody')),
    sa.CheckConstraint('(decided_at IS NULL) = (outcome IS NULL)', name=op.f('ck_reconsiderations_outcome_iff_decided')),
    sa.CheckConstraint('(supervision_id IS NULL) <> (measure_id IS NULL)', name=op.f('ck_reconsiderations_about_one_thing')),
    sa.CheckConstraint('decided_by_id IS NULL OR (decided_by_id <> requested_by_id AND (issued_by_id IS NULL OR decided_by_id <> issued_by_id) AND (approved_by_id IS NULL OR decided_by_id <> approved_by_id))', name=op.f('ck_reconsiderations_decided_by_somebody_else')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_reconsiderations_approved_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_reconsiderations_decided_by_id')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['users.id'], name=op.f('fk_reconsiderations_issued_by_id')),
    sa.ForeignKeyConstraint(['issuer_id'], ['organisations.id'], name=op.f('fk_reconsiderations_issuer_id')),
    sa.ForeignKeyConstraint(['measure_id'], ['measures.id'], name=op.f('fk_reconsiderations_measure_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_reconsiderations_requested_by_id')),
    sa.ForeignKeyConstraint(['supervision_id'], ['supervisions.id'], name=op.f('fk_reconsiderations_supervision_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_reconsiderations_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_reconsiderations_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reconsiderations')),
    sa.UniqueConstraint('measure_id', name=op.f('uq_reconsiderations_measure_id')),
    sa.UniqueConstraint('supervision_id', name=op.f('uq_reconsiderations_supervision_id'))
    )
    with op.batch_alter_table('reconsiderations', schema=None) as batch_op:
        batch_op.create_index('ix_reconsiderations_register', ['requested_at', 'id'], unique=False)
        batch_op.create_index('ix_reconsiderations_unit', ['unit_id', 'requested_at', 'id'], unique=False)
