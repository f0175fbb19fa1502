"""exports of any list: which one somebody took."""

from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Every export so far was of the list of enterprises."""
    op.execute("ALTER TABLE exports ADD COLUMN kind VARCHAR(32) NOT NULL DEFAULT 'enterprises' "
               "CONSTRAINT ck_exports_exportkind CHECK (kind IN ('enterprises', 'supervisions', 'measures'))")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE exports ALTER COLUMN kind DROP DEFAULT")


def downgrade() -> None:
    """Who took what is not thrown away by a command."""
    raise RuntimeError("exports have no way back")
