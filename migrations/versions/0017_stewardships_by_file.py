"""包保关系 by file: a third kind of import and its staged rows."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

RULE, TABLE = 'ck_import_batches_importkind', 'import_batches'
TWO, THREE = "'enterprises', 'stewards'", "'enterprises', 'stewards', 'stewardships'"


def upgrade() -> None:
    """Forward."""
    op.create_table('staged_stewardships',
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('steward_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=150), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_staged_stewardships_batch_id')),
    sa.PrimaryKeyConstraint('batch_id', 'line', name=op.f('pk_staged_stewardships'))
    )
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        op.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {RULE}")
        op.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {RULE} CHECK (kind IN ({THREE}))")
        return
    # SQLite changes a rule only in a new table, and other tables point at this one: a wider rule is written in place,
    # as its own documentation shows it; no row can offend it.
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
        (f"({TWO})", f"({THREE})", TABLE),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    """Who was given to whom is not thrown away by a command."""
    raise RuntimeError("stewardships by file have no way back")
