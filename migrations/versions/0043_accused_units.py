"""accused units: a complaint names whom it is about, and the database lets no order on it go there."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

KEPT = ("accused_units",)
OPEN = sa.text("ended_at IS NULL")
# Orders on a ticket to a unit of an accused house, or to one below it.
TO_THE_ACCUSED = (
    "EXISTS (SELECT 1 FROM accused_units a JOIN organisations h ON h.id = a.house_id "
    "JOIN organisations u ON u.id = NEW.unit_id WHERE a.ticket_id = NEW.ticket_id AND a.ended_at IS NULL "
    "AND substr(u.path, 1, length(h.path)) = h.path)"
)
ORDERED_ALREADY = (
    "EXISTS (SELECT 1 FROM unit_orders o JOIN organisations u ON u.id = o.unit_id "
    "JOIN organisations h ON h.id = NEW.house_id WHERE o.ticket_id = NEW.ticket_id AND o.ended_at IS NULL "
    "AND substr(u.path, 1, length(h.path)) = h.path)"
)
NO_COMPLAINT = "(SELECT kind FROM tickets WHERE id = NEW.ticket_id) NOT IN ('complaint', 'report')"
IN_ANOTHER_HOUSE = (
    "EXISTS (SELECT 1 FROM organisations u JOIN organisations h ON h.id = NEW.house_id WHERE u.id = NEW.unit_id "
    "AND substr(u.path, 1, length(h.path)) <> h.path)"
)
# trigger, table, what is refused, what it says
TRIGGERS = (
    ("unit_orders_not_to_the_accused", "unit_orders", TO_THE_ACCUSED, "a complaint is not given to whom it is about"),
    ("accused_units_hold_no_order", "accused_units", ORDERED_ALREADY, "the unit holds an order on this ticket"),
    ("accused_units_of_a_complaint", "accused_units", NO_COMPLAINT, "only a complaint or a report is about a unit"),
    ("accused_units_of_the_house", "accused_units", IN_ANOTHER_HOUSE, "the unit lies in another house"),
)


def upgrade() -> None:
    """Forward."""
    op.create_table('accused_units',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('house_id', sa.Integer(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("ended_at IS NULL OR reason <> ''", name=op.f('ck_accused_units_ended_with_a_reason')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by_id IS NULL)', name=op.f('ck_accused_units_ended_by_somebody')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_accused_units_ended_by_id')),
    sa.ForeignKeyConstraint(['house_id'], ['organisations.id'], name=op.f('fk_accused_units_house_id')),
    sa.ForeignKeyConstraint(['named_by_id'], ['users.id'], name=op.f('fk_accused_units_named_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_accused_units_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_accused_units_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accused_units'))
    )
    op.create_index('uq_accused_units_once', 'accused_units', ['ticket_id', 'unit_id'], unique=True, sqlite_where=OPEN,
                    postgresql_where=OPEN)
    op.create_index('ix_accused_units_house', 'accused_units', ['house_id', 'ticket_id'], unique=False,
                    sqlite_where=OPEN, postgresql_where=OPEN)
    keep(KEPT)
    for trigger in TRIGGERS:
        _refuse(*trigger)


def downgrade() -> None:
    """Whom a complaint was about, and so from whom it was kept, is not thrown away by a command."""
    raise RuntimeError("accused units have no way back")


def _refuse(name: str, table: str, refused: str, words: str) -> None:
    """Let the database refuse a new row by a condition."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {refused} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
