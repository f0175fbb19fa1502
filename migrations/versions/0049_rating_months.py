"""rating months: the sums of days of the rating wall, added up by month."""

import sqlalchemy as sa
from alembic import op

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

GRADES = ('very_satisfied', 'satisfied', 'fairly_satisfied', 'dissatisfied', 'very_dissatisfied')
PLACE = ('cut', 'unit_id', 'window_id', 'officer_id', 'occasion', 'item')
COUNTS = ('cases', *GRADES, 'excluded')


def upgrade() -> None:
    """Forward: what has been counted by day is added up."""
    op.create_table(
        'rating_months',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('month', sa.Date(), nullable=False),
        sa.Column('cut', sa.Enum('unit', 'desk', 'item', name='cut', native_enum=False, create_constraint=True,
                                 length=32), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('window_id', sa.Integer(), nullable=True),
        sa.Column('officer_id', sa.Integer(), nullable=True),
        sa.Column('occasion', sa.Enum('online', 'window', name='ratingoccasion', native_enum=False,
                                      create_constraint=True, length=32), nullable=True),
        sa.Column('item', sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_months')),
    )
    is_postgres = op.get_bind().dialect.name == "postgresql"
    month = "CAST(date_trunc('month', CAST(counts_on AS timestamp)) AS date)" if is_postgres else (
        "date(counts_on, 'start of month')")
    op.execute(f"INSERT INTO rating_months (month, {', '.join(PLACE)}, {', '.join(COUNTS)}) "
               f"SELECT {month}, {', '.join(PLACE)}, {', '.join(f'sum({name})' for name in COUNTS)} "
               f"FROM rating_sums GROUP BY {month}, {', '.join(PLACE)}")
    op.create_index('ix_rating_months_unit', 'rating_months', ['cut', 'unit_id', 'month'])


def downgrade() -> None:
    """Backward: the days still say everything."""
    op.drop_table('rating_months')
