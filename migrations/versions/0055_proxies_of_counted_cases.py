"""proxies of counted cases: a closed ticket bears the clocks of a 差评整改, and nobody of the case calls about it."""

import sqlalchemy as sa
from alembic import op

from migrations.outsiders import had_a_part
from migrations.refusing import refuse_when

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None

IS_PROXY = sa.text('counted_case_id IS NOT NULL')
COLUMN = (
    "counted_case_id INTEGER CONSTRAINT fk_tickets_counted_case_id REFERENCES counted_cases (id)"
    " CONSTRAINT ck_tickets_proxy_is_closed CHECK (counted_case_id IS NULL OR status = 'closed')"
)
OF_THE_CALL = (
    "(SELECT t.counted_case_id FROM rectifications r JOIN tickets t ON t.id = r.ticket_id"
    " WHERE r.id = NEW.rectification_id)"
)
OF_ANOTHER_CASE = (
    "NOT EXISTS (SELECT 1 FROM ratings g JOIN tickets t ON t.id = NEW.ticket_id WHERE g.id = NEW.rating_id"
    " AND (g.ticket_id = t.id OR g.counted_case_id = t.counted_case_id))"
)


def upgrade() -> None:
    """Forward."""
    op.execute(f"ALTER TABLE tickets ADD COLUMN {COLUMN}")
    op.create_index('uq_tickets_counted_case', 'tickets', ['counted_case_id'], unique=True, sqlite_where=IS_PROXY, postgresql_where=IS_PROXY)
    refuse_when("rectifications_of_the_rated_case", "INSERT", "rectifications", condition=OF_ANOTHER_CASE,
                words="a rectification is of the case that was rated")
    refuse_when("rectification_calls_by_nobody_of_the_case", "INSERT", "rectification_calls",
                condition=had_a_part(case=OF_THE_CALL, who="NEW.called_by_id"),
                words="nobody follows up what they had a part in")


def downgrade() -> None:
    """What was put right is not thrown away by a command."""
    raise RuntimeError("proxies of counted cases have no way back")
