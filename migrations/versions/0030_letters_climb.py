"""letters climb: how far one has gone up at each addressee, when to look next, and every rung it went."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from migrations.kept import seal

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

# Longer than two working days are wherever no holidays lie between: nothing climbs sooner than it would have.
WAITED = timedelta(days=4)
KEPT = ("letter_climbs",)


def upgrade() -> None:
    """Forward."""
    op.execute("ALTER TABLE letter_addressees ADD COLUMN rung INTEGER NOT NULL DEFAULT 0 "
               "CONSTRAINT ck_letter_addressees_two_rungs CHECK (rung BETWEEN 0 AND 2)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE letter_addressees ALTER COLUMN rung DROP DEFAULT")
    op.add_column('letter_addressees', sa.Column('fire_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_letter_addressees_fire', 'letter_addressees', ['fire_at'],
                    sqlite_where=sa.text('fire_at IS NOT NULL'), postgresql_where=sa.text('fire_at IS NOT NULL'))
    _climbs()
    seal(KEPT)
    _watch_what_nobody_opened()


def downgrade() -> None:
    """What went up is not thrown away by a command."""
    raise RuntimeError("climbs of letters have no way back")


def _climbs() -> None:
    op.create_table('letter_climbs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Enum('unread', 'unanswered', 'rejected', name='climbrule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('rung BETWEEN 1 AND 2', name=op.f('ck_letter_climbs_two_rungs')),
    sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_letter_climbs_letter_id')),
    sa.ForeignKeyConstraint(['office_id'], ['organisations.id'], name=op.f('fk_letter_climbs_office_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_letter_climbs_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_climbs')),
    sa.UniqueConstraint('letter_id', 'unit_id', 'rung', name=op.f('uq_letter_climbs_letter_id_unit_id_rung'))
    )


def _watch_what_nobody_opened() -> None:
    parts = sa.table('letter_addressees', sa.column('letter_id'), sa.column('unit_id'), sa.column('opened_at'),
                     sa.column('fire_at', sa.DateTime(timezone=True)))
    letters = sa.table('letters', sa.column('id'), sa.column('issued_at', sa.DateTime(timezone=True)))
    unopened = sa.select(parts.c.letter_id, parts.c.unit_id, letters.c.issued_at).join(
        letters, letters.c.id == parts.c.letter_id).where(parts.c.opened_at.is_(None))
    for letter_id, unit_id, issued_at in op.get_bind().execute(unopened).all():
        op.get_bind().execute(sa.update(parts).where(
            parts.c.letter_id == letter_id, parts.c.unit_id == unit_id).values(fire_at=issued_at + WAITED))
