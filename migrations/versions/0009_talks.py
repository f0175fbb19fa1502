"""talks: what the enterprise says of an interaction, the thread of messages, broadcasts and their deliveries."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

KEPT = ("broadcast_deliveries", "broadcast_opt_outs", "broadcasts", "interaction_answers", "messages")
EFFECTS = "'pending', 'effective', 'ineffective'"
FLAWS = "'denied', 'not_assigned', 'template', 'too_short', 'repeated', 'unanswered'"
# Written out: both engines add a column with its rule in place, without copying a table that others point at.
INTERACTION_COLUMNS = (
    f"effect VARCHAR(32) DEFAULT 'pending' NOT NULL CONSTRAINT ck_interactions_effect CHECK (effect IN ({EFFECTS}))",
    f"flaw VARCHAR(32) CONSTRAINT ck_interactions_flaw CHECK (flaw IN ({FLAWS})) "
    "CONSTRAINT ck_interactions_flaw_iff_ineffective CHECK ((effect = 'ineffective') = (flaw IS NOT NULL))",
    "is_exchange BOOLEAN DEFAULT false NOT NULL",
)
PENDING = "effect = 'pending'"


def upgrade() -> None:
    """Forward."""
    for column in INTERACTION_COLUMNS:
        op.execute(f"ALTER TABLE interactions ADD COLUMN {column}")
    op.add_column('interactions', sa.Column('window_ends_at', sa.DateTime(timezone=True), nullable=True))
    # Notes from before the rule: nobody was asked, so their time for an answer is over.
    op.execute("UPDATE interactions SET window_ends_at = recorded_at")
    op.create_index('ix_interactions_window', 'interactions', ['window_ends_at'], sqlite_where=sa.text(PENDING), postgresql_where=sa.text(PENDING))
    op.create_index('ix_interactions_pair', 'interactions', ['enterprise_id', 'steward_id', 'occurred_at'])
    op.create_index('ix_interactions_occurred', 'interactions', ['occurred_at', 'id'])
    op.execute(
        "ALTER TABLE attachments ADD COLUMN interaction_id INTEGER CONSTRAINT fk_attachments_interaction_id REFERENCES interactions (id) "
        "CONSTRAINT ck_attachments_of_one_thing CHECK (ticket_id IS NULL OR interaction_id IS NULL)"
    )
    op.create_index('ix_attachments_interaction', 'attachments', ['interaction_id'])
    create_engagement()
    create_correspondence()
    keep(KEPT)
    seal_answers()


def create_engagement() -> None:
    op.create_table('interaction_answers',
    sa.Column('interaction_id', sa.Integer(), nullable=False),
    sa.Column('is_confirmed', sa.Boolean(), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_interaction_answers_answered_by_id')),
    sa.ForeignKeyConstraint(['interaction_id'], ['interactions.id'], name=op.f('fk_interaction_answers_interaction_id')),
    sa.PrimaryKeyConstraint('interaction_id', name=op.f('pk_interaction_answers'))
    )
    op.create_index('ix_interaction_answers_denied', 'interaction_answers', ['is_confirmed', 'answered_at'])
    op.create_table('talk_drafts',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_talk_drafts_user_id')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_talk_drafts'))
    )


def create_correspondence() -> None:
    op.create_table('messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.Enum('steward', 'enterprise', name='side', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_messages_author_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_messages_enterprise_id')),
    sa.ForeignKeyConstraint(['read_by_id'], ['users.id'], name=op.f('fk_messages_read_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages'))
    )
    op.create_index('ix_messages_thread', 'messages', ['enterprise_id', 'id'])
    op.create_index('ix_messages_unread', 'messages', ['enterprise_id', 'side'], sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
    op.create_table('broadcasts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('narrowing', sa.JSON(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_broadcasts_author_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcasts'))
    )
    op.create_index('ix_broadcasts_author', 'broadcasts', ['author_id', 'id'])
    op.create_index('ix_broadcasts_text', 'broadcasts', ['fingerprint'])
    op.create_table('broadcast_deliveries',
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('sent', 'opted_out', 'no_account', name='deliveryoutcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("read_at IS NULL OR outcome = 'sent'", name=op.f('ck_broadcast_deliveries_only_the_sent_is_read')),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcasts.id'], name=op.f('fk_broadcast_deliveries_broadcast_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_broadcast_deliveries_enterprise_id')),
    sa.ForeignKeyConstraint(['read_by_id'], ['users.id'], name=op.f('fk_broadcast_deliveries_read_by_id')),
    sa.PrimaryKeyConstraint('broadcast_id', 'enterprise_id', name=op.f('pk_broadcast_deliveries'))
    )
    op.create_index('ix_broadcast_deliveries_enterprise', 'broadcast_deliveries', ['enterprise_id', 'broadcast_id'])
    op.create_table('broadcast_opt_outs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('opted_out_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opted_out_by_id', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_broadcast_opt_outs_ended_by_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_broadcast_opt_outs_enterprise_id')),
    sa.ForeignKeyConstraint(['opted_out_by_id'], ['users.id'], name=op.f('fk_broadcast_opt_outs_opted_out_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcast_opt_outs'))
    )
    op.create_index('uq_broadcast_opt_outs_one_open', 'broadcast_opt_outs', ['enterprise_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))


def seal_answers() -> None:
    """What the enterprise said of an interaction is not even changed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TRIGGER interaction_answers_sealed BEFORE UPDATE ON interaction_answers FOR EACH ROW EXECUTE FUNCTION refuse()")
    else:
        op.execute(
            "CREATE TRIGGER interaction_answers_no_update BEFORE UPDATE ON interaction_answers "
            "BEGIN SELECT RAISE(ABORT, 'UPDATE on interaction_answers is refused: it is kept for ever'); END"
        )


def downgrade() -> None:
    """What was said is not thrown away by a command."""
    raise RuntimeError("what was said has no way back")
