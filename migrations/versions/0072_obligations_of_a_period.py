"""obligations of a period: the list behind a figure of coverage is read in the order in which it is shown."""

from alembic import op

revision = '0072'
down_revision = '0071'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_index('ix_obligations_period', 'obligations', ['code', 'starts_on', 'due_at', 'id'])


def downgrade() -> None:
    """Backward."""
    op.drop_index('ix_obligations_period', 'obligations')
