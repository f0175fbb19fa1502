"""rules by two people: a change of the rules is proposed by one and approved by another."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

KEPT = ("policy_drafts",)
OPEN = sa.text('decided_at IS NULL')


def upgrade() -> None:
    """Forward."""
    op.create_table('policy_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('estimate', sa.JSON(), nullable=False),
    sa.Column('base_version', sa.String(length=80), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.Enum('approved', 'declined', 'withdrawn', name='draftdecision', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_policy_drafts_decided_at_iff_decided')),
    sa.CheckConstraint('(decision IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_policy_drafts_decided_by_somebody')),
    sa.CheckConstraint("decision IS NULL OR (decision = 'withdrawn') = (decided_by_id = proposed_by_id)", name=op.f('ck_policy_drafts_approved_by_another')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_policy_drafts_decided_by_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_policy_drafts_proposed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_drafts'))
    )
    op.create_index('uq_policy_drafts_one_open', 'policy_drafts', ['base_version'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    keep(KEPT)


def downgrade() -> None:
    """Who changed the rules and who approved it is not thrown away by a command."""
    raise RuntimeError("rules by two people have no way back")
