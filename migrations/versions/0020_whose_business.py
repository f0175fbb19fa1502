"""派单归属: the dispatch catalogue, rulings that nobody changes, what was suggested; returns name their law."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep, seal

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

SEALED = ("ruling_units", "rulings")
KEPT = ("catalogue_assistants", "catalogue_entries", *SEALED, "suggestions")
OPEN, LED = sa.text('ended_at IS NULL'), sa.text("role = 'lead'")
RULED = "EXISTS (SELECT 1 FROM rulings WHERE ticket_id = NEW.ticket_id)"
WHY = "a ticket that was ruled on is not sent back"
# Neither asked for nor done: table, moment, condition.
RETURNS = (
    ("proposals", "INSERT", "NEW.kind = 'send_back'"),
    ("unit_orders", "UPDATE OF outcome", "NEW.outcome = 'sent_back'"),
)


def upgrade() -> None:
    """Forward."""
    _catalogue_entries()
    _catalogue_assistants()
    _rulings()
    _ruling_units()
    _suggestions()
    for name in ('law', 'article'):
        op.add_column('proposals', sa.Column(name, sa.String(length=200), nullable=False, server_default=''))
    op.create_index('ix_unit_orders_led', 'unit_orders', ['ordered_at', 'id'], sqlite_where=LED, postgresql_where=LED)
    keep(table for table in KEPT if table not in SEALED)
    seal(SEALED)
    _guard_what_was_ruled_on()


def downgrade() -> None:
    """What was ruled is not thrown away by a command."""
    raise RuntimeError("rulings have no way back")


def _guard_what_was_ruled_on() -> None:
    """After a ruling no unit returns the ticket, whoever writes the statement."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(
            f"CREATE FUNCTION not_after_a_ruling() RETURNS trigger AS $$ BEGIN IF {RULED} THEN "
            f"RAISE EXCEPTION '{WHY}'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
    for table, moment, condition in RETURNS:
        begins = f"CREATE TRIGGER {table}_not_after_a_ruling BEFORE {moment} ON {table} "
        op.execute(
            f"{begins} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION not_after_a_ruling()" if is_postgresql else
            f"{begins} WHEN {condition} AND {RULED} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def _catalogue_entries() -> None:
    op.create_table('catalogue_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=120), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('lead_unit_id', sa.Integer(), nullable=False),
    sa.Column('basis', sa.String(length=500), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("category <> '' AND basis <> ''", name=op.f('ck_catalogue_entries_says_what_and_by_which_law')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by_id IS NULL)', name=op.f('ck_catalogue_entries_ended_by_somebody')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_catalogue_entries_ended_by_id')),
    sa.ForeignKeyConstraint(['lead_unit_id'], ['organisations.id'], name=op.f('fk_catalogue_entries_lead_unit_id')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['users.id'], name=op.f('fk_catalogue_entries_opened_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_catalogue_entries_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_entries')),
    sa.UniqueConstraint('category', 'region_id', 'revision', name=op.f('uq_catalogue_entries_category_region_id_revision'))
    )
    with op.batch_alter_table('catalogue_entries', schema=None) as batch_op:
        batch_op.create_index('ix_catalogue_entries_open', ['opened_at', 'id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.create_index('uq_catalogue_entries_one_open', ['category', 'region_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def _catalogue_assistants() -> None:
    op.create_table('catalogue_assistants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['catalogue_entries.id'], name=op.f('fk_catalogue_assistants_entry_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_catalogue_assistants_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_assistants')),
    sa.UniqueConstraint('entry_id', 'unit_id', name=op.f('uq_catalogue_assistants_entry_id_unit_id'))
    )


def _rulings() -> None:
    op.create_table('rulings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=120), nullable=False),
    sa.Column('topic', sa.String(length=120), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('lead_unit_id', sa.Integer(), nullable=False),
    sa.Column('basis', sa.String(length=500), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('ruled_by_id', sa.Integer(), nullable=False),
    sa.Column('ruled_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("basis <> ''", name=op.f('ck_rulings_says_by_which_law')),
    sa.ForeignKeyConstraint(['lead_unit_id'], ['organisations.id'], name=op.f('fk_rulings_lead_unit_id')),
    sa.ForeignKeyConstraint(['ruled_by_id'], ['users.id'], name=op.f('fk_rulings_ruled_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_rulings_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rulings'))
    )
    with op.batch_alter_table('rulings', schema=None) as batch_op:
        batch_op.create_index('ix_rulings_register', ['ruled_at', 'id'], unique=False)
        batch_op.create_index('ix_rulings_ticket', ['ticket_id'], unique=False)
        batch_op.create_index('ix_rulings_topic', ['topic', 'ruled_at', 'id'], unique=False)


def _ruling_units() -> None:
    op.create_table('ruling_units',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ruling_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('has_returned', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['ruling_id'], ['rulings.id'], name=op.f('fk_ruling_units_ruling_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_ruling_units_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ruling_units')),
    sa.UniqueConstraint('ruling_id', 'unit_id', name=op.f('uq_ruling_units_ruling_id_unit_id'))
    )
    with op.batch_alter_table('ruling_units', schema=None) as batch_op:
        batch_op.create_index('ix_ruling_units_unit', ['unit_id', 'ruling_id'], unique=False)


def _suggestions() -> None:
    op.create_table('suggestions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=120), nullable=False),
    sa.Column('topic', sa.String(length=120), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('source', sa.Enum('catalogue', 'ruling', 'practice', name='suggestionsource', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('ruling_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('dispatched_unit_id', sa.Integer(), nullable=False),
    sa.Column('final_unit_id', sa.Integer(), nullable=True),
    sa.Column('dispatched_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(source IS NULL) = (unit_id IS NULL)', name=op.f('ck_suggestions_unit_iff_suggested')),
    sa.ForeignKeyConstraint(['dispatched_unit_id'], ['organisations.id'], name=op.f('fk_suggestions_dispatched_unit_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['catalogue_entries.id'], name=op.f('fk_suggestions_entry_id')),
    sa.ForeignKeyConstraint(['final_unit_id'], ['organisations.id'], name=op.f('fk_suggestions_final_unit_id')),
    sa.ForeignKeyConstraint(['order_id'], ['unit_orders.id'], name=op.f('fk_suggestions_order_id')),
    sa.ForeignKeyConstraint(['ruling_id'], ['rulings.id'], name=op.f('fk_suggestions_ruling_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_suggestions_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_suggestions_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestions')),
    sa.UniqueConstraint('order_id', name=op.f('uq_suggestions_order_id'))
    )
    with op.batch_alter_table('suggestions', schema=None) as batch_op:
        batch_op.create_index('ix_suggestions_month', ['dispatched_at', 'id'], unique=False)
        batch_op.create_index('ix_suggestions_ticket', ['ticket_id', 'round'], unique=False)
        batch_op.create_index('ix_suggestions_topic', ['topic', 'dispatched_at', 'id'], unique=False)
