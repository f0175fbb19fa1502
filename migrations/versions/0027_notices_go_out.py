"""notices go out: a row for each message and carrier, its attempts, how carriers fare, what people want and answer."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep
from migrations.widened import widen

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

KEPT = ("carrier_choices", "receiving_hours", "stopped_numbers", "text_answers")
# What waits in the old outbox goes on in the new one, under the key that its gateway may know.
CARRIED = """
INSERT INTO deliveries (carrier, purpose, key, recipient, words, address, created_at, next_try_at, expires_at, tries,
                        most_tries, ended_at, outcome, reference, problem)
SELECT 'sms', purpose, 'text-' || id, number, words, address, created_at, next_try_at, expires_at, tries, 8,
       coalesce(sent_at, given_up_at),
       CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN given_up_at IS NOT NULL THEN 'given_up' END, reference, problem
FROM text_messages ORDER BY id
"""


def upgrade() -> None:
    """Forward."""
    _states()
    _choices()
    _hours()
    _stopped()
    _answers()
    _deliveries()
    _attempts()
    op.execute(CARRIED)
    op.drop_table('text_messages')
    for carrier in ('sms', 'email', 'wecom', 'dingtalk'):
        op.execute(f"INSERT INTO carrier_states (carrier, failures, problem) VALUES ('{carrier}', 0, '')")
    op.add_column('users', sa.Column('email', sa.String(length=254), nullable=True))
    widen('ratings', 'channel', 'ratingchannel', after='link', more=('sms',))
    keep(KEPT)


def downgrade() -> None:
    """What people have chosen and answered is not thrown away by a command."""
    raise RuntimeError("deliveries have no way back")


def _states() -> None:
    op.create_table('carrier_states',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('carrier', sa.Enum('sms', 'email', 'wecom', 'dingtalk', name='carrier', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('paused_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('worked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.CheckConstraint('failures >= 0', name=op.f('ck_carrier_states_failures_counted')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carrier_states')),
    sa.UniqueConstraint('carrier', name=op.f('uq_carrier_states_carrier'))
    )


def _choices() -> None:
    op.create_table('carrier_choices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('ticket', 'supervision', 'message', 'system', name='noticekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('carrier', sa.Enum('sms', 'email', 'wecom', 'dingtalk', name='carrier', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('is_wanted', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_carrier_choices_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carrier_choices')),
    sa.UniqueConstraint('user_id', 'kind', 'carrier', name=op.f('uq_carrier_choices_user_id_kind_carrier'))
    )


def _hours() -> None:
    op.create_table('receiving_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('opens >= 0 AND opens < closes AND closes <= 1440', name=op.f('ck_receiving_hours_opens_before_it_closes')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_receiving_hours_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receiving_hours')),
    sa.UniqueConstraint('user_id', name=op.f('uq_receiving_hours_user_id'))
    )


def _stopped() -> None:
    op.create_table('stopped_numbers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resumed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resumed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['resumed_by_id'], ['users.id'], name=op.f('fk_stopped_numbers_resumed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stopped_numbers'))
    )
    with op.batch_alter_table('stopped_numbers', schema=None) as batch_op:
        batch_op.create_index('uq_stopped_numbers_open', ['number'], unique=True, sqlite_where=sa.text('resumed_at IS NULL'), postgresql_where=sa.text('resumed_at IS NULL'))


def _answers() -> None:
    op.create_table('text_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.String(length=80), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Enum('rated', 'stopped', 'nothing_to_rate', 'not_understood', 'too_many', name='answeroutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(outcome = 'rated') = (ticket_id IS NOT NULL)", name=op.f('ck_text_answers_ticket_iff_rated')),
    sa.CheckConstraint('(settled_at IS NULL) = (outcome IS NULL)', name=op.f('ck_text_answers_outcome_iff_settled')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_text_answers_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_answers')),
    sa.UniqueConstraint('provider_id', name=op.f('uq_text_answers_provider_id'))
    )
    with op.batch_alter_table('text_answers', schema=None) as batch_op:
        batch_op.create_index('ix_text_answers_number', ['number', 'received_at'], unique=False)
        batch_op.create_index('ix_text_answers_received', ['received_at'], unique=False)


def _deliveries() -> None:
    op.create_table('deliveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('carrier', sa.Enum('sms', 'email', 'wecom', 'dingtalk', name='carrier', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('purpose', sa.Enum('code', 'invitation', 'claim', 'rating', 'notice', 'digest', name='purpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('notice_id', sa.Integer(), nullable=True),
    sa.Column('rating_token_id', sa.Integer(), nullable=True),
    sa.Column('folded_into_id', sa.Integer(), nullable=True),
    sa.Column('recipient', sa.String(length=254), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('most_tries', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Enum('sent', 'given_up', 'folded', 'unwanted', name='outcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reference', sa.String(length=80), nullable=False),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.CheckConstraint("(purpose = 'notice') = (notice_id IS NOT NULL)", name=op.f('ck_deliveries_notice_iff_about_one')),
    sa.CheckConstraint("folded_into_id IS NULL OR (outcome IS NOT NULL AND outcome = 'folded')", name=op.f('ck_deliveries_folded_into_a_digest')),
    sa.CheckConstraint("purpose IN ('notice', 'digest') OR carrier = 'sms'", name=op.f('ck_deliveries_codes_go_by_text')),
    sa.CheckConstraint("recipient <> ''", name=op.f('ck_deliveries_goes_somewhere')),
    sa.CheckConstraint("words = '' OR ended_at IS NULL", name=op.f('ck_deliveries_words_only_while_waiting')),
    sa.CheckConstraint('(ended_at IS NULL) = (outcome IS NULL)', name=op.f('ck_deliveries_outcome_iff_ended')),
    sa.ForeignKeyConstraint(['folded_into_id'], ['deliveries.id'], name=op.f('fk_deliveries_folded_into_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_deliveries_notice_id')),
    sa.ForeignKeyConstraint(['rating_token_id'], ['rating_tokens.id'], name=op.f('fk_deliveries_rating_token_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_deliveries_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('key', name=op.f('uq_deliveries_key'))
    )
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.create_index('ix_deliveries_address', ['address', 'created_at'], unique=False)
        batch_op.create_index('ix_deliveries_dead', ['id'], unique=False, sqlite_where=sa.text("outcome = 'given_up'"), postgresql_where=sa.text("outcome = 'given_up'"))
        batch_op.create_index('ix_deliveries_digest', ['folded_into_id'], unique=False)
        batch_op.create_index('ix_deliveries_outbox', ['carrier', 'next_try_at', 'id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.create_index('ix_deliveries_person', ['user_id', 'carrier', 'ended_at'], unique=False)
        batch_op.create_index('ix_deliveries_recipient', ['recipient', 'created_at'], unique=False)
        batch_op.create_index('uq_deliveries_notice_carrier', ['notice_id', 'carrier'], unique=True)
        batch_op.create_index('uq_deliveries_one_digest', ['user_id', 'carrier'], unique=True, sqlite_where=sa.text("purpose = 'digest' AND ended_at IS NULL"), postgresql_where=sa.text("purpose = 'digest' AND ended_at IS NULL"))


def _attempts() -> None:
    op.create_table('delivery_attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('milliseconds', sa.Integer(), nullable=True),
    sa.Column('was_taken', sa.Boolean(), nullable=True),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_delivery_attempts_delivery_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_attempts')),
    sa.UniqueConstraint('delivery_id', 'number', name=op.f('uq_delivery_attempts_delivery_id_number'))
    )
