"""who stands in for the holder of a post, from day to day."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

KEPT = ("post_covers",)
OPEN = sa.text('ended_at IS NULL')


def upgrade() -> None:
    """Forward."""
    op.create_table('post_covers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('substitute_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_post_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_post_covers_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_post_covers_ended_by_id')),
    sa.ForeignKeyConstraint(['named_by_id'], ['users.id'], name=op.f('fk_post_covers_named_by_id')),
    sa.ForeignKeyConstraint(['opened_post_id'], ['posts.id'], name=op.f('fk_post_covers_opened_post_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_post_covers_post_id')),
    sa.ForeignKeyConstraint(['substitute_id'], ['users.id'], name=op.f('fk_post_covers_substitute_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_covers')),
    sa.UniqueConstraint('opened_post_id', name=op.f('uq_post_covers_opened_post_id'))
    )
    with op.batch_alter_table('post_covers', schema=None) as batch_op:
        batch_op.create_index('ix_post_covers_open', ['starts_on', 'id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.create_index('ix_post_covers_post', ['post_id'], unique=False)
    keep(KEPT)


def downgrade() -> None:
    """Who stood in for whom is not thrown away by a command."""
    raise RuntimeError("covers have no way back")
