"""months of notices: the outbox by month as well, on PostgreSQL; rows stay where they are."""

import sqlalchemy as sa
from alembic import op

from migrations.partitioned import partition

revision = '0066'
down_revision = '0065'
branch_labels = None
depends_on = None

FIRST_NOTICE = """
CREATE FUNCTION first_notice_of(ticket integer) RETURNS integer LANGUAGE plpgsql STABLE PARALLEL SAFE AS
$$ BEGIN RETURN coalesce((SELECT first_notice_id FROM months WHERE first_ticket_id <= ticket
                          ORDER BY first_ticket_id DESC, first_seq DESC LIMIT 1), 0); END $$
"""
# IMMUTABLE though it reads a table: it changes when a month begins, and the new partition voids all plans with it.
FIRST_LATELY = """
CREATE FUNCTION first_notice_lately() RETURNS integer LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
$$ BEGIN RETURN coalesce((SELECT first_notice_id FROM months ORDER BY month DESC OFFSET 5 LIMIT 1), 0); END $$
"""
# The partition before takes no more rows, so that nobody can be putting there what is looked for.
TOLD_BEFORE = """
CREATE FUNCTION told_before() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE is_told boolean; BEGIN
EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE dedup_key = $1)', TG_ARGV[0]) INTO is_told USING NEW.dedup_key;
IF is_told THEN RETURN NULL; END IF; RETURN NEW; END $$
"""
REFERENCES = (
    ("notices", "user_id", "users"), ("notices", "ticket_id", "tickets"), ("deliveries", "notice_id", "notices"),
)


def upgrade() -> None:
    """Forward. Workers of the version before write no ``first_notice_id``: nothing is then left out."""
    op.add_column('months', sa.Column('first_notice_id', sa.Integer(), nullable=False, server_default='0'))
    if op.get_bind().dialect.name == "postgresql":
        for function in (FIRST_NOTICE, FIRST_LATELY, TOLD_BEFORE):
            op.execute(function)
        op.execute("ALTER TABLE deliveries DROP CONSTRAINT fk_deliveries_notice_id")
        partition('notices', 'id', unique='dedup_key', is_kept=False)
        op.execute("ALTER SEQUENCE notices_id_seq OWNED BY notices.id")
        for table, column, to in REFERENCES:
            name = f"fk_{table}_{column}"
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {to} (id)")


def downgrade() -> None:
    """Nor is the outbox."""
    raise RuntimeError("the months of notices have no way back")
