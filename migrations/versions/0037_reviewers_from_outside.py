"""reviewers from outside: a member without an account, whose opinion the office enters."""

from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

HEARD = "(SELECT count(*) FROM review_members WHERE refusal_id = NEW.id AND opinion IS NOT NULL)"
THEMSELVES = ("(SELECT count(*) FROM review_members WHERE refusal_id = NEW.id AND opinion IS NOT NULL "
              "AND user_id IS NOT NULL)")
UPHOLDING = "(SELECT count(*) FROM review_members WHERE refusal_id = NEW.id AND opinion = 'upheld')"
CONCERNED = (
    "EXISTS (SELECT 1 FROM refusals r JOIN organisations u ON u.id = r.unit_id "
    "JOIN posts p ON p.user_id = NEW.user_id AND p.ended_at IS NULL "
    "JOIN organisations o ON o.id = p.organisation_id AND o.path LIKE u.path || '%' WHERE r.id = NEW.refusal_id) "
    "OR EXISTS (SELECT 1 FROM endorsements WHERE refusal_id = NEW.refusal_id AND decided_by_id = NEW.user_id)"
)
CONCLUDED = "EXISTS (SELECT 1 FROM refusals WHERE id = NEW.refusal_id AND (verdict IS NOT NULL OR ended_at IS NOT NULL))"
# table, moment, name, when it is refused, the sentence; each replaces the rule of that name
RULES = (
    ("review_members", "INSERT", "named",
     f"NEW.named_by_id IS NULL OR NEW.opinion IS NOT NULL OR {CONCERNED} OR {CONCLUDED}",
     "a member of a review is named by somebody, has no part in the refusal and speaks later"),
    ("review_members", "UPDATE", "heard",
     "OLD.given_at IS NOT NULL OR NEW.refusal_id <> OLD.refusal_id OR NEW.user_id <> OLD.user_id "
     "OR (NEW.user_id IS NULL) <> (OLD.user_id IS NULL) "
     "OR (NEW.opinion IS NOT NULL AND (NEW.user_id IS NULL) <> (NEW.entered_by_id IS NOT NULL)) "
     f"OR (NEW.opinion IS NOT NULL AND {CONCLUDED})",
     "what a member of a review has said is kept as it was said, and only an outsider''s is entered by another"),
    ("refusals", "UPDATE", "reviewed",
     f"OLD.verdict IS NULL AND NEW.verdict IS NOT NULL AND (NEW.member_count > {HEARD} OR {THEMSELVES} < 2 "
     f"OR (NEW.verdict = 'upheld' AND {UPHOLDING} * 2 <= {HEARD}))",
     "a review is concluded as its members have said, two of them themselves"),
)


def upgrade() -> None:
    """Forward."""
    op.execute("ALTER TABLE review_members ADD COLUMN entered_by_id INTEGER "
               "CONSTRAINT fk_review_members_entered_by_id REFERENCES users (id)")
    for table, moment, name, refused, sentence in RULES:
        _replace(table, moment, name, refused, sentence)


def downgrade() -> None:
    """Who said what is not thrown away by a command."""
    raise RuntimeError("members' opinions have no way back")


def _replace(table: str, moment: str, name: str, refused: str, sentence: str) -> None:
    trigger = f"{table}_as_{name}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger AS $$ BEGIN IF {refused} THEN "
            f"RAISE EXCEPTION '{sentence}'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        return
    op.execute(f"DROP TRIGGER {trigger}")
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {moment} ON {table} WHEN {refused} "
        f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    )
