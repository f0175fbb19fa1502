"""exports of rectifications: the register of 差评整改 is taken along by the same door as the others."""

from migrations.widened import widen

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    widen('exports', 'kind', 'exportkind', after='measures', more=('rectifications',))


def downgrade() -> None:
    """Who took what along is not forgotten by a command."""
    raise RuntimeError("exports have no way back")
