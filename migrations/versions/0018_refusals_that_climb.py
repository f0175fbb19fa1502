"""refusals that must climb: the chain, its levels, the joint review; the status that nothing else may give."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep
from migrations.widened import widen

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

KEPT = ("endorsements", "refusals", "review_members")
OPEN, UNDECIDED = sa.text('ended_at IS NULL'), sa.text('decided_at IS NULL')
CLIMBED = "EXISTS (SELECT 1 FROM refusals WHERE ticket_id = NEW.id AND ended_as = 'refused')"


def upgrade() -> None:
    """Forward."""
    _refusals()
    _endorsements()
    _members()
    op.add_column('tickets', sa.Column('refusing_since', sa.DateTime(timezone=True), nullable=True))
    widen('clocks', 'kind', 'clockkind', after='instruction', more=('refusal_level', 'government_level', 'joint_review'))
    widen('organisations', 'kind', 'organisationkind', after='window', more=('party',))
    keep(KEPT)
    _guard_the_status()


def downgrade() -> None:
    """What was refused and why is not thrown away by a command."""
    raise RuntimeError("refusals have no way back")


def _guard_the_status() -> None:
    """A ticket becomes ``refused`` by a refusal that has climbed and was upheld, whoever writes the statement."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION only_climbed_refusals() RETURNS trigger AS $$ BEGIN IF NOT {CLIMBED} THEN "
            "RAISE EXCEPTION 'a ticket is refused only by a refusal that has climbed'; END IF; RETURN NEW; END "
            "$$ LANGUAGE plpgsql"
        )
        op.execute(
            "CREATE TRIGGER tickets_refused_by_the_chain BEFORE INSERT OR UPDATE OF status ON tickets FOR EACH ROW "
            "WHEN (NEW.status = 'refused') EXECUTE FUNCTION only_climbed_refusals()"
        )
        return
    for moment in ("INSERT", "UPDATE OF status"):
        op.execute(
            f"CREATE TRIGGER tickets_refused_by_the_chain_{moment.split()[0].lower()} BEFORE {moment} ON tickets "
            f"WHEN NEW.status = 'refused' AND NOT {CLIMBED} "
            "BEGIN SELECT RAISE(ABORT, 'a ticket is refused only by a refusal that has climbed'); END"
        )


def _refusals() -> None:
    op.create_table('refusals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.Enum('not_accepted', 'not_permitted', 'returned', 'not_in_time', 'other', name='refusalkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('articles', sa.Text(), nullable=False),
    sa.Column('alternatives', sa.Text(), nullable=False),
    sa.Column('was_noticed', sa.Boolean(), nullable=False),
    sa.Column('height', sa.Enum('section', 'deputy', 'head', 'vice_mayor', 'mayor', 'secretary', name='refusallevel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reported_by_id', sa.Integer(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('review_clock_id', sa.Integer(), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
    sa.Column('verdict', sa.Enum('upheld', 'revoked', 'redo', 'notice', name='verdict', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('review_words', sa.Text(), nullable=False),
    sa.Column('member_count', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_as', sa.Enum('refused', 'ordered', 'vetoed', 'returned', 'lapsed', name='refusalend', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.CheckConstraint("ended_as IS NULL OR ended_as <> 'refused' OR (verdict IS NOT NULL AND verdict = 'upheld')", name=op.f('ck_refusals_refused_only_when_upheld')),
    sa.CheckConstraint("ended_as IS NULL OR ended_as <> 'vetoed' OR (verdict IS NOT NULL AND verdict IN ('revoked', 'redo'))", name=op.f('ck_refusals_vetoed_by_the_review')),
    sa.CheckConstraint("grounds <> '' AND articles <> '' AND alternatives <> ''", name=op.f('ck_refusals_says_why_and_what_else')),
    sa.CheckConstraint("height <> 'section'", name=op.f('ck_refusals_climbs_at_all')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_as IS NULL)', name=op.f('ck_refusals_ended_as_iff_ended')),
    sa.CheckConstraint('(reviewed_at IS NULL) = (reviewed_by_id IS NULL)', name=op.f('ck_refusals_reviewed_by_somebody')),
    sa.CheckConstraint('(reviewed_at IS NULL) = (verdict IS NULL)', name=op.f('ck_refusals_verdict_iff_reviewed')),
    sa.CheckConstraint('verdict IS NULL OR member_count >= 3', name=op.f('ck_refusals_enough_members')),
    sa.ForeignKeyConstraint(['office_id'], ['organisations.id'], name=op.f('fk_refusals_office_id')),
    sa.ForeignKeyConstraint(['reported_by_id'], ['users.id'], name=op.f('fk_refusals_reported_by_id')),
    sa.ForeignKeyConstraint(['review_clock_id'], ['clocks.id'], name=op.f('fk_refusals_review_clock_id')),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['users.id'], name=op.f('fk_refusals_reviewed_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_refusals_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_refusals_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refusals')),
    sa.UniqueConstraint('number', name=op.f('uq_refusals_number'))
    )
    with op.batch_alter_table('refusals', schema=None) as batch_op:
        batch_op.create_index('ix_refusals_open', ['reported_at', 'id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.create_index('ix_refusals_register', ['reported_at', 'id'], unique=False)
        batch_op.create_index('ix_refusals_ticket', ['ticket_id', 'id'], unique=False)
        batch_op.create_index('ix_refusals_unit', ['unit_id', 'reported_at', 'id'], unique=False)
        batch_op.create_index('uq_refusals_one_open', ['ticket_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def _endorsements() -> None:
    op.create_table('endorsements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('refusal_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.Enum('section', 'deputy', 'head', 'vice_mayor', 'mayor', 'secretary', name='refusallevel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('clock_id', sa.Integer(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('endorsed', 'ordered', 'vacant', name='leveloutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.CheckConstraint("outcome IS NULL OR (outcome = 'vacant') = (decided_by_id IS NULL)", name=op.f('ck_endorsements_signed_unless_vacant')),
    sa.CheckConstraint('(decided_at IS NULL) = (outcome IS NULL)', name=op.f('ck_endorsements_outcome_iff_decided')),
    sa.ForeignKeyConstraint(['clock_id'], ['clocks.id'], name=op.f('fk_endorsements_clock_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_endorsements_decided_by_id')),
    sa.ForeignKeyConstraint(['refusal_id'], ['refusals.id'], name=op.f('fk_endorsements_refusal_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_endorsements_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_endorsements')),
    sa.UniqueConstraint('refusal_id', 'level', name=op.f('uq_endorsements_refusal_id_level'))
    )
    with op.batch_alter_table('endorsements', schema=None) as batch_op:
        batch_op.create_index('uq_endorsements_one_open', ['refusal_id'], unique=True, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED)


def _members() -> None:
    op.create_table('review_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('refusal_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('house', sa.String(length=100), nullable=False),
    sa.Column('opinion', sa.Enum('upheld', 'revoked', 'redo', 'notice', name='verdict', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['refusal_id'], ['refusals.id'], name=op.f('fk_review_members_refusal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_members')),
    sa.UniqueConstraint('refusal_id', 'name', 'house', name=op.f('uq_review_members_refusal_id_name_house'))
    )
