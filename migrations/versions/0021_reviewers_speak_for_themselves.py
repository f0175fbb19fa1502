"""联审: members are accounts with opinions of their own; what has been signed, said and concluded is kept as it is."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

VERDICTS = ('upheld', 'revoked', 'redo', 'notice')
SEATED, UNHEARD = sa.text('released_at IS NULL'), sa.text('given_at IS NULL')
COPIED = "id, refusal_id, name, house, opinion, words"
PLACES = ('section', 'deputy', 'head', 'vice_mayor', 'mayor', 'secretary')

HEARD = "(SELECT count(*) FROM review_members WHERE refusal_id = NEW.id AND opinion IS NOT NULL)"
UPHOLDING = "(SELECT count(*) FROM review_members WHERE refusal_id = NEW.id AND opinion = 'upheld')"


def _place(column: str) -> str:
    steps = " ".join(f"WHEN '{level}' THEN {place}" for place, level in enumerate(PLACES))
    return f"CASE {column} {steps} END"


CLIMBED = (
    "EXISTS (SELECT 1 FROM endorsements WHERE refusal_id = NEW.id AND outcome = 'endorsed' "
    f"AND {_place('level')} >= {_place('NEW.height')})"
)
UNSIGNED = "EXISTS (SELECT 1 FROM endorsements WHERE refusal_id = NEW.id AND decided_at IS NULL)"
CONCERNED = (
    "EXISTS (SELECT 1 FROM refusals r JOIN organisations u ON u.id = r.unit_id "
    "JOIN posts p ON p.user_id = NEW.user_id AND p.ended_at IS NULL "
    "JOIN organisations o ON o.id = p.organisation_id AND o.path LIKE u.path || '%' WHERE r.id = NEW.refusal_id) "
    "OR EXISTS (SELECT 1 FROM endorsements WHERE refusal_id = NEW.refusal_id AND decided_by_id = NEW.user_id)"
)
CONCLUDED = "EXISTS (SELECT 1 FROM refusals WHERE id = NEW.refusal_id AND (verdict IS NOT NULL OR ended_at IS NOT NULL))"
# table, moment, name, when it is refused, the sentence
RULES = (
    ("review_members", "INSERT", "named",
     f"NEW.user_id IS NULL OR NEW.opinion IS NOT NULL OR {CONCERNED} OR {CONCLUDED}",
     "a member of a review is an account that has no part in the refusal and speaks later"),
    ("review_members", "UPDATE", "heard",
     "OLD.given_at IS NOT NULL OR NEW.refusal_id <> OLD.refusal_id OR NEW.user_id <> OLD.user_id "
     f"OR (NEW.opinion IS NOT NULL AND {CONCLUDED})",
     "what a member of a review has said is kept as it was said"),
    ("endorsements", "UPDATE", "signed", "OLD.decided_at IS NOT NULL", "a level is signed once"),
    ("refusals", "INSERT", "reported", "NEW.verdict IS NOT NULL OR NEW.ended_at IS NOT NULL",
     "a refusal begins at the bottom"),
    ("refusals", "UPDATE", "concluded",
     "(OLD.verdict IS NOT NULL AND (NEW.verdict IS NULL OR NEW.verdict <> OLD.verdict "
     "OR NEW.member_count <> OLD.member_count)) "
     "OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NULL OR NEW.ended_as <> OLD.ended_as)) "
     "OR NEW.height <> OLD.height OR NEW.ticket_id <> OLD.ticket_id OR NEW.unit_id <> OLD.unit_id",
     "what a refusal came to is kept"),
    ("refusals", "UPDATE", "reviewed",
     f"OLD.verdict IS NULL AND NEW.verdict IS NOT NULL AND (NEW.member_count > {HEARD} "
     f"OR (NEW.verdict = 'upheld' AND {UPHOLDING} * 2 <= {HEARD}))",
     "a review is concluded as its members have said"),
    ("refusals", "UPDATE", "climbed",
     f"OLD.ended_at IS NULL AND NEW.ended_as = 'refused' AND (NOT {CLIMBED} OR {UNSIGNED})",
     "a refusal ends so when it has climbed"),
)


def upgrade() -> None:
    """Forward."""
    op.execute(f"CREATE TABLE members_before AS SELECT {COPIED} FROM review_members")
    op.drop_table('review_members')
    _members()
    op.execute(
        f"INSERT INTO review_members ({COPIED}, named_at, given_at) SELECT m.id, m.refusal_id, m.name, m.house, "
        "m.opinion, m.words, r.reviewed_at, r.reviewed_at FROM members_before m JOIN refusals r ON r.id = m.refusal_id"
    )
    op.drop_table('members_before')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('review_members', 'id'), max(id)) FROM review_members "
                   "HAVING max(id) IS NOT NULL")
    keep(["review_members"])
    for table, moment, name, refused, sentence in RULES:
        _refuse(table, moment, name, refused, sentence)


def downgrade() -> None:
    """Who said what is not thrown away by a command."""
    raise RuntimeError("members' opinions have no way back")


def _refuse(table: str, moment: str, name: str, refused: str, sentence: str) -> None:
    """Refuse an INSERT or UPDATE of the table under a condition, whoever writes the statement."""
    trigger = f"{table}_as_{name}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {trigger}() RETURNS trigger AS $$ BEGIN IF {refused} THEN "
            f"RAISE EXCEPTION '{sentence}'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        op.execute(f"CREATE TRIGGER {trigger} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {trigger}()")
    else:
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {moment} ON {table} WHEN {refused} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )


def _members() -> None:
    op.create_table('review_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('refusal_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('house', sa.String(length=100), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opinion', sa.Enum(*VERDICTS, name='verdict', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(opinion IS NULL) = (given_at IS NULL)', name=op.f('ck_review_members_opinion_iff_given')),
    sa.CheckConstraint('released_at IS NULL OR opinion IS NULL', name=op.f('ck_review_members_released_unheard')),
    sa.ForeignKeyConstraint(['named_by_id'], ['users.id'], name=op.f('fk_review_members_named_by_id')),
    sa.ForeignKeyConstraint(['refusal_id'], ['refusals.id'], name=op.f('fk_review_members_refusal_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_review_members_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_members'))
    )
    with op.batch_alter_table('review_members', schema=None) as batch_op:
        batch_op.create_index('ix_review_members_refusal', ['refusal_id', 'id'], unique=False)
        batch_op.create_index('ix_review_members_unheard', ['user_id', 'refusal_id'], unique=False, sqlite_where=UNHEARD, postgresql_where=UNHEARD)
        batch_op.create_index('uq_review_members_one_seat', ['refusal_id', 'user_id'], unique=True, sqlite_where=SEATED, postgresql_where=SEATED)
