"""exports of the wall: its sums and those of the completeness report are taken along by the same door as the others."""

from migrations.widened import widen

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    widen('exports', 'kind', 'exportkind', after='rectifications', more=('rating_wall', 'completeness'))


def downgrade() -> None:
    """Who took what along is not forgotten by a command."""
    raise RuntimeError("exports have no way back")
