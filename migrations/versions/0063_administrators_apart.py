"""administrators apart: who is one of the three administrators holds no other post, whoever writes the row."""

from alembic import op

revision = '0063'
down_revision = '0062'
branch_labels = None
depends_on = None

WORDS = "an administrator holds no other post"
THREE = "('system_administrator', 'security_administrator', 'audit_administrator')"
BESIDE = (
    "NEW.ended_at IS NULL AND EXISTS "
    "(SELECT 1 FROM posts p WHERE p.user_id = NEW.user_id AND p.ended_at IS NULL{other} "
    f"AND (p.role IN {THREE}) <> (NEW.role IN {THREE}))"
)
# The moment, and what keeps a post from being held against itself: a new row has no number yet.
MOMENTS = (("posts_apart_when_given", "INSERT", ""),
           ("posts_apart_when_changed", "UPDATE OF user_id, role, ended_at", " AND p.id <> NEW.id"))


def upgrade() -> None:
    """Forward. What is held already stays until it ends."""
    for name, moment, other in MOMENTS:
        condition = BESIDE.format(other=other)
        if op.get_bind().dialect.name == "postgresql":
            # Of two posts given to one person at once the second waits for the first, and then sees it.
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE; "
                f"IF {condition} THEN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'check_violation'; END IF; "
                f"RETURN NEW; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON posts FOR EACH ROW EXECUTE FUNCTION {name}()")
        else:
            op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON posts WHEN {condition} "
                       f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END")


def downgrade() -> None:
    """Back."""
    for name, _, _ in MOMENTS:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {name} ON posts")
            op.execute(f"DROP FUNCTION {name}()")
        else:
            op.execute(f"DROP TRIGGER {name}")
