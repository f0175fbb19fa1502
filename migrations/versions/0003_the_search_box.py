"""the search box: tokens of enterprises and tickets, indexed the way each engine likes it."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TABLES = {"enterprise_search": "enterprise_id", "ticket_search": "ticket_id"}


def upgrade() -> None:
    """Forward. Rows that were there before get their tokens from `zhitongche init`, or from the job search-index."""
    op.create_table('enterprise_search',
    sa.Column('enterprise_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('tokens', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_enterprise_search_enterprise_id')),
    sa.PrimaryKeyConstraint('enterprise_id', name=op.f('pk_enterprise_search'))
    )
    op.create_table('ticket_search',
    sa.Column('ticket_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('tokens', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_search_ticket_id')),
    sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_ticket_search'))
    )
    for table, key in TABLES.items():
        (_by_gin if op.get_bind().dialect.name == "postgresql" else _by_fts5)(table, key)


def _by_gin(table: str, _key: str) -> None:
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN words tsvector GENERATED ALWAYS AS "
        "(array_to_tsvector(array_remove(string_to_array(tokens, ' '), ''))) STORED"
    )
    op.execute(f"CREATE INDEX ix_{table}_words ON {table} USING gin (words)")


def _by_fts5(table: str, key: str) -> None:
    """External content: the index holds no second copy of the tokens. Kept by operations.insight.indexing, not by
    triggers: this site lets no trigger touch a virtual table (PRAGMA trusted_schema)."""
    op.execute(
        f"CREATE VIRTUAL TABLE {table}_words USING fts5(tokens, content='{table}', content_rowid='{key}', "
        "tokenize='unicode61', columnsize=0, detail=none)"
    )


def downgrade() -> None:
    """What was built can be built again."""
    if op.get_bind().dialect.name != "postgresql":
        for table in TABLES:
            op.execute(f"DROP TABLE {table}_words")
    for table in TABLES:
        op.drop_table(table)
