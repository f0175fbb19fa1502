"""months of the log: where each begins, and on PostgreSQL a partition for each; rows stay where they are."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from migrations.kept import seal
from migrations.partitioned import partition
from models import clock

revision = '0061'
down_revision = '0060'
branch_labels = None
depends_on = None

KEPT = ('months',)
FIRST_EVENT = """
CREATE FUNCTION first_event_of(ticket integer) RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS
$$ BEGIN RETURN coalesce((SELECT first_seq FROM months WHERE first_ticket_id <= ticket
                          ORDER BY first_ticket_id DESC, first_seq DESC LIMIT 1), 0); END $$
"""


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'months',
        sa.Column('month', sa.String(length=7), nullable=False),
        sa.Column('first_seq', sa.BigInteger(), nullable=False),
        sa.Column('first_ticket_id', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('month', name=op.f('pk_months')),
    )
    op.create_index('ix_months_first_ticket', 'months', ['first_ticket_id', 'first_seq'])
    seal(KEPT)
    # What there is belongs to the present month: it is cut at the next one's midnight, when nobody waits for it.
    begun = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    op.execute(f"INSERT INTO months (month, first_seq, first_ticket_id) VALUES ('{begun:%Y-%m}', 1, 1)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FIRST_EVENT)
        partition('events', 'seq', unique='prev', is_sealed=True)
        partition('event_words', 'event_seq')


def downgrade() -> None:
    """A log is not taken apart by a command."""
    raise RuntimeError("the months of the log have no way back")
