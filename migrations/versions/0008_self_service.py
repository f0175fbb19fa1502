"""self-service: codes and invitations, text messages, claims of enterprises and requests to change their facts."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

KEPT = ("claimed_senders", "claims", "fact_requests", "invitations")


def upgrade() -> None:
    """Forward."""
    op.create_table('one_time_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('wish', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('spent_at IS NULL OR used_at IS NOT NULL', name=op.f('ck_one_time_codes_spent_after_use')),
    sa.CheckConstraint('tries >= 0 AND tries <= 5', name=op.f('ck_one_time_codes_few_tries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_codes'))
    )
    with op.batch_alter_table('one_time_codes', schema=None) as batch_op:
        batch_op.create_index('ix_one_time_codes_created', ['created_at'], unique=False)
        batch_op.create_index('ix_one_time_codes_key', ['key_hash'], unique=False)

    op.create_table('text_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('purpose', sa.Enum('code', 'invitation', 'claim', name='textpurpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('given_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reference', sa.String(length=80), nullable=False),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.CheckConstraint("words = '' OR (sent_at IS NULL AND given_up_at IS NULL)", name=op.f('ck_text_messages_words_only_while_waiting')),
    sa.CheckConstraint('sent_at IS NULL OR given_up_at IS NULL', name=op.f('ck_text_messages_sent_or_given_up')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_messages'))
    )
    with op.batch_alter_table('text_messages', schema=None) as batch_op:
        batch_op.create_index('ix_text_messages_address', ['address', 'created_at'], unique=False)
        batch_op.create_index('ix_text_messages_number', ['number', 'created_at'], unique=False)
        batch_op.create_index('ix_text_messages_outbox', ['next_try_at', 'id'], unique=False, sqlite_where=sa.text('sent_at IS NULL AND given_up_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND given_up_at IS NULL'))

    op.create_table('claims',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('credit_code', sa.String(length=18), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('person', sa.String(length=64), nullable=False),
    sa.Column('mobile', sa.String(length=32), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=True),
    sa.Column('owner_unit_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.Enum('confirmed', 'refused', 'withdrawn', name='decision', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("decision IS NULL OR decision <> 'confirmed' OR enterprise_id IS NOT NULL", name=op.f('ck_claims_confirmed_for_an_enterprise')),
    sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_claims_decision_iff_decided')),
    sa.CheckConstraint('enterprise_id IS NOT NULL OR region_id IS NOT NULL', name=op.f('ck_claims_somewhere')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_claims_decided_by_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_claims_enterprise_id')),
    sa.ForeignKeyConstraint(['owner_unit_id'], ['organisations.id'], name=op.f('fk_claims_owner_unit_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_claims_region_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_claims_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claims'))
    )
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.create_index('ix_claims_enterprise', ['enterprise_id'], unique=False)
        batch_op.create_index('ix_claims_waiting', ['asked_at', 'id'], unique=False, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
        batch_op.create_index('uq_claims_one_waiting', ['user_id', 'credit_code'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    op.create_table('fact_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=32), nullable=False),
    sa.Column('before', sa.String(length=300), nullable=False),
    sa.Column('after', sa.String(length=300), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.Enum('confirmed', 'refused', 'withdrawn', name='decision', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_fact_requests_decision_iff_decided')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_fact_requests_asked_by_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_fact_requests_decided_by_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_fact_requests_enterprise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_requests'))
    )
    with op.batch_alter_table('fact_requests', schema=None) as batch_op:
        batch_op.create_index('ix_fact_requests_enterprise', ['enterprise_id', 'id'], unique=False)
        batch_op.create_index('ix_fact_requests_waiting', ['asked_at', 'id'], unique=False, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
        batch_op.create_index('uq_fact_requests_one_waiting', ['enterprise_id', 'field'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    op.create_table('invitations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('mobile', sa.String(length=32), nullable=False),
    sa.Column('member_role', sa.Enum('administrator', 'agent', name='memberrole', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('invited_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('used_by_id IS NULL OR ended_at IS NOT NULL', name=op.f('ck_invitations_used_means_ended')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_invitations_enterprise_id')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['users.id'], name=op.f('fk_invitations_invited_by_id')),
    sa.ForeignKeyConstraint(['used_by_id'], ['users.id'], name=op.f('fk_invitations_used_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitations_token_hash'))
    )
    with op.batch_alter_table('invitations', schema=None) as batch_op:
        batch_op.create_index('uq_invitations_one_open', ['enterprise_id', 'mobile'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('claimed_senders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=False),
    sa.Column('is_proven', sa.Boolean(), nullable=False),
    sa.Column('decision', sa.Enum('confirmed', 'refused', 'withdrawn', name='decision', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_claimed_senders_decision_iff_decided')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_claimed_senders_claim_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_claimed_senders_decided_by_id')),
    sa.ForeignKeyConstraint(['sender_id'], ['enterprises.id'], name=op.f('fk_claimed_senders_sender_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claimed_senders')),
    sa.UniqueConstraint('claim_id', 'sender_id', name=op.f('uq_claimed_senders_claim_id_sender_id'))
    )
    with op.batch_alter_table('claimed_senders', schema=None) as batch_op:
        batch_op.create_index('ix_claimed_senders_waiting', ['claim_id'], unique=False, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    # Written out: both engines add a column with its rule in place, without copying a table that others point at.
    op.execute(
        "ALTER TABLE posts ADD COLUMN member_role VARCHAR(32) "
        "CONSTRAINT ck_posts_memberrole CHECK (member_role IN ('administrator', 'agent')) "
        "CONSTRAINT ck_posts_member_role_of_members CHECK (member_role IS NULL OR role = 'enterprise_member')"
    )
    op.execute("UPDATE posts SET member_role = 'administrator' WHERE role = 'enterprise_member'")
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.create_index('uq_posts_one_membership', ['user_id', 'enterprise_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    keep(KEPT)


def downgrade() -> None:
    """What people have asked for is not thrown away by a command."""
    raise RuntimeError("self-service has no way back")
