"""rating wall: where each rating counts, the groups of the anonymous ones, and the sums of every day."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep, seal

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None

GRADES = ('very_satisfied', 'satisfied', 'fairly_satisfied', 'dissatisfied', 'very_dissatisfied')
SEALED = ("rating_groups",)
KEPT = (*SEALED, "rating_places", "rating_rounds")
RATED = sa.text("kind = 'rating'")
BAD = sa.text("grade IN ('dissatisfied', 'very_dissatisfied')")
OFFICER, WINDOW = sa.text("officer_id IS NOT NULL"), sa.text("window_id IS NOT NULL")
ALONE = sa.text("is_anonymous AND group_id IS NULL")


def upgrade() -> None:
    """Forward. The job ``count-ratings`` fills them: nothing is counted here."""
    op.create_index('ix_clocks_ratings', 'clocks', ['id'], sqlite_where=RATED, postgresql_where=RATED)
    op.create_index('ix_counted_cases_recorded', 'counted_cases', ['recorded_at'])
    _groups()
    _places()
    _rounds()
    _sums()
    seal(SEALED)
    keep(KEPT[len(SEALED):])
    _grouped_once()


def downgrade() -> None:
    """Groups formed anew would tell anonymous ratings apart that have once counted together."""
    raise RuntimeError("the groups of anonymous ratings have no way back")


def _occasion(nullable: bool) -> sa.Column[str]:
    kind = sa.Enum('online', 'window', name='ratingoccasion', native_enum=False, create_constraint=True, length=32)
    return sa.Column('occasion', kind, nullable=nullable)


def _place_columns(*, occasion_may_differ: bool = True) -> list[sa.Column[object]]:
    return [
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('window_id', sa.Integer(), nullable=True),
        sa.Column('officer_id', sa.Integer(), nullable=True),
        _occasion(occasion_may_differ),
        sa.Column('item', sa.String(length=200), nullable=False),
        sa.Column('counts_on', sa.Date(), nullable=False),
    ]


def _place_keys() -> list[sa.ForeignKeyConstraint]:
    leads = {'unit_id': 'organisations.id', 'window_id': 'organisations.id', 'officer_id': 'users.id'}
    return [sa.ForeignKeyConstraint([column], [to], name=op.f(f'fk_rating_groups_{column}'))
            for column, to in leads.items()]


def _grade_columns() -> list[sa.Column[object]]:
    return [sa.Column(grade, sa.Integer(), nullable=False) for grade in GRADES]


def _groups() -> None:
    op.create_table(
        'rating_groups',
        sa.Column('id', sa.Integer(), nullable=False),
        *_place_columns(),
        sa.Column('level', sa.SmallInteger(), nullable=False),
        sa.Column('cell', sa.String(length=300), nullable=False),
        sa.Column('formed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        *_grade_columns(),
        sa.CheckConstraint('count >= 5', name=op.f('ck_rating_groups_no_small_groups')),
        sa.CheckConstraint(f"count = {' + '.join(GRADES)}", name=op.f('ck_rating_groups_grades_add_up')),
        *_place_keys(),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_groups')),
        sa.UniqueConstraint('formed_at', 'level', 'cell', name=op.f('uq_rating_groups_formed_at_level_cell')),
    )
    op.create_index('ix_rating_groups_unit', 'rating_groups', ['unit_id', 'counts_on'])


def _places() -> None:
    grade = sa.Enum(*GRADES, name='grade', native_enum=False, create_constraint=True, length=32)
    op.create_table(
        'rating_places',
        sa.Column('rating_id', sa.Integer(), autoincrement=False, nullable=False),
        *_place_columns(occasion_may_differ=False),
        sa.Column('grade', grade, nullable=False),
        sa.Column('is_anonymous', sa.Boolean(), nullable=False),
        sa.Column('is_excluded', sa.Boolean(), nullable=False),
        sa.Column('rated_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=True),
        sa.CheckConstraint('group_id IS NULL OR is_anonymous', name=op.f('ck_rating_places_named_ones_need_no_group')),
        sa.ForeignKeyConstraint(['rating_id'], ['ratings.id'], name=op.f('fk_rating_places_rating_id')),
        sa.ForeignKeyConstraint(['group_id'], ['rating_groups.id'], name=op.f('fk_rating_places_group_id')),
        sa.PrimaryKeyConstraint('rating_id', name=op.f('pk_rating_places')),
    )
    latest = ['rated_at', 'rating_id']
    op.create_index('ix_rating_places_rated', 'rating_places', latest)
    op.create_index('ix_rating_places_unit', 'rating_places', ['unit_id', *latest])
    for name, columns, only in (
        ('bad', ['unit_id', *latest], BAD), ('officer', ['officer_id', *latest], OFFICER),
        ('window', ['window_id', *latest], WINDOW), ('alone', ['unit_id', 'counts_on'], ALONE),
    ):
        op.create_index(f'ix_rating_places_{name}', 'rating_places', columns, sqlite_where=only, postgresql_where=only)


def _rounds() -> None:
    op.create_table(
        'rating_rounds',
        sa.Column('clock_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('ticket_id', sa.Integer(), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('item', sa.String(length=200), nullable=False),
        sa.Column('came_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('is_dropped', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['clock_id'], ['clocks.id'], name=op.f('fk_rating_rounds_clock_id')),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_rating_rounds_ticket_id')),
        sa.PrimaryKeyConstraint('clock_id', name=op.f('pk_rating_rounds')),
    )
    op.create_index('ix_rating_rounds_came', 'rating_rounds', ['came_at', 'clock_id'])
    op.create_index('ix_rating_rounds_unit', 'rating_rounds', ['unit_id', 'came_at', 'clock_id'])


def _sums() -> None:
    op.create_table(
        'rating_sums',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('cut', sa.Enum('unit', 'desk', 'item', name='cut', native_enum=False, create_constraint=True,
                                 length=32), nullable=False),
        *_place_columns(),
        sa.Column('cases', sa.Integer(), nullable=False),
        *_grade_columns(),
        sa.Column('excluded', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_sums')),
    )
    op.create_index('ix_rating_sums_day', 'rating_sums', ['cut', 'counts_on', 'unit_id'])
    op.create_index('ix_rating_sums_unit', 'rating_sums', ['cut', 'unit_id', 'counts_on'])
    op.create_table(
        'rating_tallies',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_rating_tallies_one_row')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_tallies')),
    )


def _grouped_once() -> None:
    """A rating that has counted in a group counts in no other."""
    words = "a rating counts in one group for ever"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION rating_grouped_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.group_id IS DISTINCT FROM OLD.group_id THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
        )
        op.execute("CREATE TRIGGER rating_grouped_once BEFORE UPDATE ON rating_places FOR EACH ROW "
                   "WHEN (OLD.group_id IS NOT NULL) EXECUTE FUNCTION rating_grouped_once()")
    else:
        op.execute("CREATE TRIGGER rating_grouped_once BEFORE UPDATE ON rating_places "
                   "WHEN OLD.group_id IS NOT NULL AND NEW.group_id IS NOT OLD.group_id "
                   f"BEGIN SELECT RAISE(ABORT, '{words}'); END")
