"""views of an office: a saved view that its owner lets the office see."""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

SHARED = sa.text('office_id IS NOT NULL')


def upgrade() -> None:
    """Forward."""
    op.execute("ALTER TABLE saved_views ADD COLUMN office_id INTEGER "
               "CONSTRAINT fk_saved_views_office_id REFERENCES organisations (id)")
    op.create_index('ix_saved_views_shared', 'saved_views', ['office_id', 'list_name'],
                    sqlite_where=SHARED, postgresql_where=SHARED)


def downgrade() -> None:
    """Backward: nothing of a person is lost by it."""
    op.drop_index('ix_saved_views_shared', 'saved_views')
    with op.batch_alter_table('saved_views') as batch_op:
        batch_op.drop_column('office_id')
