"""the anti-gaming monitor: digests of where ratings come from, fingerprints of results, indexes by month."""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

CASES = sa.text("kind = 'handling'")


def upgrade() -> None:
    """Forward."""
    op.create_table('rating_sources',
    sa.Column('rating_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['rating_id'], ['ratings.id'], name=op.f('fk_rating_sources_rating_id')),
    sa.PrimaryKeyConstraint('rating_id', name=op.f('pk_rating_sources'))
    )
    op.create_index('ix_rating_sources_source', 'rating_sources', ['source'], unique=False)
    op.add_column('results', sa.Column('fingerprint', sa.String(length=32), nullable=True))
    op.create_index('ix_ratings_rated', 'ratings', ['rated_at', 'id'], unique=False)
    op.create_index('ix_clocks_cases', 'clocks', ['started_at', 'id'], unique=False, sqlite_where=CASES, postgresql_where=CASES)


def downgrade() -> None:
    """Back."""
    op.drop_index('ix_clocks_cases', table_name='clocks')
    op.drop_index('ix_ratings_rated', table_name='ratings')
    op.drop_column('results', 'fingerprint')
    op.drop_table('rating_sources')
