"""registers: consulted units with their orders, answers to instructions and what the leader said, indexes to read by."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

KEPT = ("consultation_units", "instruction_answers")
UNJUDGED = sa.text('judged_at IS NULL')
REGISTERS = (
    ("consultations", ("recorded_at", "id")),
    ("instructions", ("given_at", "id")),
    ("ledger_entries", ("entered_at", "id")),
    ("proposals", ("kind", "proposed_at", "id")),
    ("results", ("reported_at", "id")),
)


def upgrade() -> None:
    """Forward."""
    _consultation_units()
    _instruction_answers()
    _acceptance()
    # SQLite builds a table anew to give it a foreign key, and would lose the triggers of what is kept.
    _add_key('ledger_entries', 'unit_id', 'organisations')
    op.execute("UPDATE ledger_entries SET unit_id = (SELECT lead_unit_id FROM tickets WHERE id = ticket_id)")
    for table, columns in REGISTERS:
        op.create_index(f'ix_{table}_register', table, list(columns), unique=False)
    keep(KEPT)


def downgrade() -> None:
    """What a leader said of an answer is not thrown away by a command."""
    raise RuntimeError("registers have no way back")


def _add_key(table: str, column: str, target: str) -> None:
    name = f'fk_{table}_{column}'
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {target} (id)")


def _acceptance() -> None:
    _add_key('instructions', 'accepted_by_id', 'users')
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute(
        f"ALTER TABLE instructions ADD COLUMN accepted_at {moment} "
        "CONSTRAINT ck_instructions_accepted_only_when_answered CHECK (accepted_at IS NULL OR answered_at IS NOT NULL) "
        "CONSTRAINT ck_instructions_accepted_by_somebody CHECK ((accepted_at IS NULL) = (accepted_by_id IS NULL))"
    )


def _consultation_units() -> None:
    op.create_table('consultation_units',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultations.id'], name=op.f('fk_consultation_units_consultation_id')),
    sa.ForeignKeyConstraint(['order_id'], ['unit_orders.id'], name=op.f('fk_consultation_units_order_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_consultation_units_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation_units')),
    sa.UniqueConstraint('consultation_id', 'unit_id', name=op.f('uq_consultation_units_consultation_id_unit_id'))
    )
    op.create_index('ix_consultation_units_unit', 'consultation_units', ['unit_id', 'consultation_id'], unique=False)
    # Until now the units stood there by their names alone.
    op.execute(
        "INSERT INTO consultation_units (consultation_id, unit_id) SELECT c.id, o.id FROM consultations AS c "
        "JOIN organisations AS o ON '、' || c.units || '、' LIKE '%、' || o.name || '、%'"
    )


def _instruction_answers() -> None:
    op.create_table('instruction_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('instruction_id', sa.Integer(), nullable=False),
    sa.Column('clock_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verdict', sa.Enum('accepted', 'returned', name='answerverdict', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('verdict_words', sa.String(length=500), nullable=False),
    sa.Column('judged_by_id', sa.Integer(), nullable=True),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(judged_at IS NULL) = (judged_by_id IS NULL)', name=op.f('ck_instruction_answers_judged_by_somebody')),
    sa.CheckConstraint('(judged_at IS NULL) = (verdict IS NULL)', name=op.f('ck_instruction_answers_verdict_iff_judged')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_instruction_answers_answered_by_id')),
    sa.ForeignKeyConstraint(['clock_id'], ['clocks.id'], name=op.f('fk_instruction_answers_clock_id')),
    sa.ForeignKeyConstraint(['instruction_id'], ['instructions.id'], name=op.f('fk_instruction_answers_instruction_id')),
    sa.ForeignKeyConstraint(['judged_by_id'], ['users.id'], name=op.f('fk_instruction_answers_judged_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instruction_answers'))
    )
    op.create_index('ix_instruction_answers_instruction', 'instruction_answers', ['instruction_id', 'id'], unique=False)
    op.create_index('uq_instruction_answers_one_open', 'instruction_answers', ['instruction_id'], unique=True, sqlite_where=UNJUDGED, postgresql_where=UNJUDGED)
    op.execute(
        "INSERT INTO instruction_answers (instruction_id, clock_id, words, answered_by_id, answered_at, verdict_words) "
        "SELECT id, clock_id, answer, answered_by_id, answered_at, '' FROM instructions WHERE answered_at IS NOT NULL"
    )
