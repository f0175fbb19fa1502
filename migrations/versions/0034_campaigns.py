"""campaigns: enterprises rate the offices they had to do with; the draw, the answers and the results stay as they are."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep, seal

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

CHANGING = ("campaign_invitations", "campaign_objects", "campaigns")
SEALED = ("campaign_answers", "campaign_picks", "campaign_results", "campaign_strata", "campaign_tokens")
KEPT = (*CHANGING, *SEALED)
OPEN = sa.text('dropped_at IS NULL')
PLAN = ("begins_on", "ends_on", "sample_size", "seed", "minimum", "tail", "tail_needs", "digest", "drawn_at", "region_id")
MOMENTS = ("invited_at", "closed_at", "frozen_at", "published_at", "abandoned_at")
CHANGED = " OR ".join((
    *(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in PLAN),
    "CAST(NEW.weights AS TEXT) IS DISTINCT FROM CAST(OLD.weights AS TEXT)",
))
MOVED = " OR ".join(f"(OLD.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})" for name in MOMENTS)
CAMPAIGN = "SELECT 1 FROM campaigns c JOIN campaign_objects o ON o.campaign_id = c.id WHERE o.id = NEW.object_id AND"
# trigger, table, moment, what is refused, what it says
TRIGGERS = (
    ("campaigns_as_drawn", "campaigns", "UPDATE", f"(OLD.drawn_at IS NOT NULL AND ({CHANGED})) OR {MOVED}",
     "a campaign stays as it was drawn, and no moment of it moves"),
    ("campaign_objects_as_drawn", "campaign_objects", "UPDATE",
     "EXISTS (SELECT 1 FROM campaigns c WHERE c.id = OLD.campaign_id AND c.drawn_at IS NOT NULL)",
     "the objects of a campaign stay as they were drawn"),
    ("campaign_invitations_answered_once", "campaign_invitations", "UPDATE", "OLD.is_answered",
     "an invitation is answered once"),
    ("campaign_answers_while_it_runs", "campaign_answers", "INSERT",
     f"NOT EXISTS ({CAMPAIGN} c.invited_at IS NOT NULL AND c.closed_at IS NULL)",
     "a campaign takes answers while it runs"),
    ("campaign_results_until_frozen", "campaign_results", "INSERT",
     f"NOT EXISTS ({CAMPAIGN} c.closed_at IS NOT NULL AND c.frozen_at IS NULL)",
     "results are written before the freeze and never again"),
)


def upgrade() -> None:
    """Forward."""
    tables()
    keep(CHANGING)
    seal(SEALED)
    for trigger in TRIGGERS:
        refuse(*trigger)


def refuse(name: str, table: str, moment: str, refused: str, words: str) -> None:
    """Let the database refuse what a condition on the old and the new row says."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {refused} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {refused} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def tables() -> None:
    """As the models say."""
    op.create_table('campaigns',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('answer_until', sa.Date(), nullable=False),
    sa.Column('sample_size', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('minimum', sa.Integer(), nullable=False),
    sa.Column('tail', sa.Integer(), nullable=False),
    sa.Column('tail_needs', sa.Integer(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('frozen_by_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('abandoned_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(drawn_at IS NULL) = (digest = '')", name=op.f('ck_campaigns_digest_iff_drawn')),
    sa.CheckConstraint('(frozen_at IS NULL) = (frozen_by_id IS NULL)', name=op.f('ck_campaigns_frozen_by_somebody')),
    sa.CheckConstraint('(published_at IS NULL) = (published_by_id IS NULL)', name=op.f('ck_campaigns_published_by_somebody')),
    sa.CheckConstraint('abandoned_at IS NULL OR invited_at IS NULL', name=op.f('ck_campaigns_abandoned_before_the_invitation')),
    sa.CheckConstraint('begins_on < ends_on', name=op.f('ck_campaigns_period_has_days')),
    sa.CheckConstraint('closed_at IS NULL OR invited_at IS NOT NULL', name=op.f('ck_campaigns_closed_after_the_invitation')),
    sa.CheckConstraint('frozen_at IS NULL OR closed_at IS NOT NULL', name=op.f('ck_campaigns_frozen_after_the_close')),
    sa.CheckConstraint('invited_at IS NULL OR drawn_at IS NOT NULL', name=op.f('ck_campaigns_invited_after_the_draw')),
    sa.CheckConstraint('published_at IS NULL OR frozen_at IS NOT NULL', name=op.f('ck_campaigns_published_after_the_freeze')),
    sa.CheckConstraint('published_by_id IS NULL OR published_by_id <> frozen_by_id', name=op.f('ck_campaigns_published_by_another')),
    sa.CheckConstraint('sample_size > 0 AND minimum > 0 AND tail > 0', name=op.f('ck_campaigns_plan_is_positive')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_campaigns_created_by_id')),
    sa.ForeignKeyConstraint(['frozen_by_id'], ['users.id'], name=op.f('fk_campaigns_frozen_by_id')),
    sa.ForeignKeyConstraint(['office_id'], ['organisations.id'], name=op.f('fk_campaigns_office_id')),
    sa.ForeignKeyConstraint(['published_by_id'], ['users.id'], name=op.f('fk_campaigns_published_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_campaigns_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaigns'))
    )
    op.create_index('ix_campaigns_region', 'campaigns', ['region_id', 'ends_on'], unique=False)
    op.create_table('campaign_objects',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('unit', 'division', 'station', name='objectkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('peer_group', sa.String(length=40), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dropped_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_objects_campaign_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_campaign_objects_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_objects'))
    )
    op.create_index('uq_campaign_objects_once', 'campaign_objects', ['campaign_id', 'unit_id', 'name'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table('campaign_answers',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('object_id', sa.Integer(), nullable=False),
    sa.Column('grade', sa.Enum('very_satisfied', 'satisfied', 'fairly_satisfied', 'dissatisfied', 'very_dissatisfied', name='grade', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['object_id'], ['campaign_objects.id'], name=op.f('fk_campaign_answers_object_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_answers')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_campaign_answers_object', 'campaign_answers', ['object_id', 'grade'], unique=False)
    op.create_table('campaign_picks',
    sa.Column('object_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('enterprise_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_campaign_picks_enterprise_id')),
    sa.ForeignKeyConstraint(['object_id'], ['campaign_objects.id'], name=op.f('fk_campaign_picks_object_id')),
    sa.PrimaryKeyConstraint('object_id', 'enterprise_id', name=op.f('pk_campaign_picks'))
    )
    op.create_index('ix_campaign_picks_enterprise', 'campaign_picks', ['enterprise_id', 'object_id'], unique=False)
    op.create_table('campaign_invitations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('is_answered', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_campaign_invitations_campaign_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_campaign_invitations_enterprise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_invitations')),
    sa.UniqueConstraint('campaign_id', 'enterprise_id', name=op.f('uq_campaign_invitations_campaign_id_enterprise_id'))
    )
    op.create_index('ix_campaign_invitations_enterprise', 'campaign_invitations', ['enterprise_id'], unique=False)
    op.create_table('campaign_results',
    sa.Column('object_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('drawn_count', sa.Integer(), nullable=False),
    sa.Column('answer_count', sa.Integer(), nullable=True),
    sa.Column('unknown_count', sa.Integer(), nullable=True),
    sa.Column('grades', sa.JSON(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('satisfied', sa.Integer(), nullable=True),
    sa.Column('lowest', sa.Integer(), nullable=True),
    sa.Column('highest', sa.Integer(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('is_last', sa.Boolean(), nullable=False),
    sa.Column('is_last_again', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(answer_count IS NULL) = (score IS NULL)', name=op.f('ck_campaign_results_score_iff_enough_answers')),
    sa.CheckConstraint('NOT is_last OR rank IS NOT NULL', name=op.f('ck_campaign_results_last_of_the_ranked')),
    sa.CheckConstraint('NOT is_last_again OR is_last', name=op.f('ck_campaign_results_last_again_is_last')),
    sa.CheckConstraint('answer_count IS NULL OR answer_count >= 5', name=op.f('ck_campaign_results_few_answers_say_nothing')),
    sa.CheckConstraint('rank IS NULL OR score IS NOT NULL', name=op.f('ck_campaign_results_ranked_by_score')),
    sa.ForeignKeyConstraint(['object_id'], ['campaign_objects.id'], name=op.f('fk_campaign_results_object_id')),
    sa.PrimaryKeyConstraint('object_id', name=op.f('pk_campaign_results'))
    )
    op.create_table('campaign_strata',
    sa.Column('object_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stratum', sa.String(length=40), nullable=False),
    sa.Column('contacts', sa.Text(), nullable=False),
    sa.Column('contact_count', sa.Integer(), nullable=False),
    sa.Column('drawn_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['object_id'], ['campaign_objects.id'], name=op.f('fk_campaign_strata_object_id')),
    sa.PrimaryKeyConstraint('object_id', 'stratum', name=op.f('pk_campaign_strata'))
    )
    op.create_table('campaign_tokens',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=False),
    sa.Column('delivery_key', sa.String(length=160), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['invitation_id'], ['campaign_invitations.id'], name=op.f('fk_campaign_tokens_invitation_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_campaign_tokens')),
    sa.UniqueConstraint('delivery_key', name=op.f('uq_campaign_tokens_delivery_key'))
    )
    op.create_index('ix_campaign_tokens_invitation', 'campaign_tokens', ['invitation_id'], unique=False)

def downgrade() -> None:
    """What enterprises have said of offices is not thrown away by a command."""
    raise RuntimeError("campaigns have no way back")
