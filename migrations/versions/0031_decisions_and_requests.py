"""decisions and requests: what a consultation decided has an owner and a limit; a ledger entry knows who asked for it."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

RULE = "(due_on IS NULL) = (duty = '')"
# The n-th entry of a ticket came of its n-th granted request.
ASKED = """
UPDATE ledger_entries SET proposal_id = (
    SELECT p.id FROM (
        SELECT id, ticket_id, row_number() OVER (PARTITION BY ticket_id ORDER BY decided_at, id) AS place
        FROM proposals WHERE kind = 'ledger' AND decision = 'granted'
    ) p JOIN (
        SELECT id, ticket_id, row_number() OVER (PARTITION BY ticket_id ORDER BY entered_at, id) AS place
        FROM ledger_entries
    ) e ON e.ticket_id = p.ticket_id AND e.place = p.place
    WHERE e.id = ledger_entries.id
)
"""


def upgrade() -> None:
    """Forward."""
    op.execute("ALTER TABLE ledger_entries ADD COLUMN proposal_id INTEGER "
               "CONSTRAINT fk_ledger_entries_proposal_id REFERENCES proposals (id)")
    op.execute(ASKED)
    op.create_index('uq_ledger_entries_proposal', 'ledger_entries', ['proposal_id'], unique=True)
    op.add_column('consultation_units', sa.Column('duty', sa.String(length=500), nullable=False, server_default=''))
    op.execute("ALTER TABLE consultation_units ADD COLUMN due_on DATE "
               f"CONSTRAINT ck_consultation_units_decision_has_a_limit CHECK ({RULE})")


def downgrade() -> None:
    """What was decided is not thrown away by a command."""
    raise RuntimeError("decisions have no way back")
