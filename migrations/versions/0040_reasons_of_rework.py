"""reasons of rework: a call that begins a new round says of which class its reason is."""

from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

CLASSES = "'unsolved', 'untrue', 'attitude', 'late', 'recurred', 'other'"


def upgrade() -> None:
    """Forward. Calls made before have words and no class: none is invented for them."""
    op.execute("ALTER TABLE follow_ups ADD COLUMN rework_reason VARCHAR(32) "
               f"CONSTRAINT ck_follow_ups_reworkreason CHECK (rework_reason IN ({CLASSES})) "
               "CONSTRAINT ck_follow_ups_reason_of_rework_only "
               "CHECK (rework_reason IS NULL OR NOT (is_solved AND is_satisfied))")


def downgrade() -> None:
    """What enterprises said is not thrown away by a command."""
    raise RuntimeError("reasons of rework have no way back")
