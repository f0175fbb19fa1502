"""answers carry a code: a rating by text holds the digits of its request, and wrong ones are counted."""

from alembic import op

from migrations.widened import widen

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None

COLUMNS = (
    "reply_code VARCHAR(4) NOT NULL DEFAULT ''",
    "wrong_codes INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_rating_tokens_wrong_codes_counted"
    " CHECK (wrong_codes >= 0 AND wrong_codes <= 3)",
)


def upgrade() -> None:
    """Forward. Requests from before have no code: their link answers them, or a grade alone where that may do."""
    for column in COLUMNS:
        op.execute(f"ALTER TABLE rating_tokens ADD COLUMN {column}")
    widen('text_answers', 'outcome', 'answeroutcome', after='too_many', more=('code_missing', 'wrong_code'))


def downgrade() -> None:
    """What people have answered is not thrown away by a command."""
    raise RuntimeError("answers that carry a code have no way back")
