"""the meetings: who is asked, what is brought and decided; and the walks of leaders through a service item."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KEPT = (
    "meeting_decisions", "meeting_guests", "meeting_problems", "meetings", "walk_problems", "walk_steps", "walkthroughs",
)


def upgrade() -> None:
    """Forward."""
    op.create_table('meetings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('breakfast', 'forum', 'talk', 'on_site', 'scheduling', 'task_force', name='meetingkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('theme', sa.String(length=100), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.String(length=100), nullable=False),
    sa.Column('agenda', sa.Text(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('chair_id', sa.Integer(), nullable=False),
    sa.Column('planned_by_id', sa.Integer(), nullable=False),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('minutes', sa.Text(), nullable=False),
    sa.Column('minuted_by_id', sa.Integer(), nullable=True),
    sa.Column('minuted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=200), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(minuted_at IS NULL) = (minutes = '')", name=op.f('ck_meetings_minutes_iff_held')),
    sa.CheckConstraint('minuted_at IS NULL OR cancelled_at IS NULL', name=op.f('ck_meetings_held_or_cancelled')),
    sa.ForeignKeyConstraint(['chair_id'], ['users.id'], name=op.f('fk_meetings_chair_id')),
    sa.ForeignKeyConstraint(['minuted_by_id'], ['users.id'], name=op.f('fk_meetings_minuted_by_id')),
    sa.ForeignKeyConstraint(['planned_by_id'], ['users.id'], name=op.f('fk_meetings_planned_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_meetings_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetings')),
    sa.UniqueConstraint('year', 'sequence', name=op.f('uq_meetings_year_sequence'))
    )
    op.create_index('ix_meetings_chair', 'meetings', ['chair_id', 'held_at'])
    op.create_index('ix_meetings_region', 'meetings', ['region_id', 'held_at'])
    op.create_table('walkthroughs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('walker_id', sa.Integer(), nullable=False),
    sa.Column('walked_on', sa.Date(), nullable=False),
    sa.Column('item', sa.String(length=100), nullable=False),
    sa.Column('mode', sa.Enum('in_person', 'as_agent', 'accompanying', 'at_the_desk', name='walkmode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('place', sa.String(length=100), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('conclusion', sa.String(length=1000), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_id IS NULL OR first_id <> id', name=op.f('ck_walkthroughs_not_its_own_second')),
    sa.ForeignKeyConstraint(['first_id'], ['walkthroughs.id'], name=op.f('fk_walkthroughs_first_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_walkthroughs_recorded_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_walkthroughs_region_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_walkthroughs_unit_id')),
    sa.ForeignKeyConstraint(['walker_id'], ['users.id'], name=op.f('fk_walkthroughs_walker_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_walkthroughs'))
    )
    op.create_index('ix_walkthroughs_region', 'walkthroughs', ['region_id', 'walked_on'])
    op.create_index('uq_walkthroughs_one_second', 'walkthroughs', ['first_id'], unique=True)
    op.create_table('walk_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('walkthrough_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('materials', sa.Integer(), nullable=False),
    sa.Column('trips', sa.Integer(), nullable=False),
    sa.CheckConstraint('minutes >= 0 AND materials >= 0 AND trips >= 0', name=op.f('ck_walk_steps_counts_not_negative')),
    sa.ForeignKeyConstraint(['walkthrough_id'], ['walkthroughs.id'], name=op.f('fk_walk_steps_walkthrough_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_walk_steps')),
    sa.UniqueConstraint('walkthrough_id', 'place', name=op.f('uq_walk_steps_walkthrough_id_place'))
    )
    op.create_table('meeting_guests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('came', sa.Boolean(), nullable=True),
    sa.CheckConstraint('CASE WHEN user_id IS NULL THEN 0 ELSE 1 END + CASE WHEN unit_id IS NULL THEN 0 ELSE 1 END + CASE WHEN enterprise_id IS NULL THEN 0 ELSE 1 END = 1', name=op.f('ck_meeting_guests_one_guest')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_meeting_guests_enterprise_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_meeting_guests_meeting_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_meeting_guests_unit_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_meeting_guests_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_guests'))
    )
    op.create_index('ix_meeting_guests_enterprise', 'meeting_guests', ['enterprise_id', 'meeting_id'])
    op.create_index('ix_meeting_guests_unit', 'meeting_guests', ['unit_id', 'meeting_id'])
    op.create_index('ix_meeting_guests_user', 'meeting_guests', ['user_id', 'meeting_id'])
    op.create_index('uq_meeting_guests_enterprise', 'meeting_guests', ['meeting_id', 'enterprise_id'], unique=True)
    op.create_index('uq_meeting_guests_unit', 'meeting_guests', ['meeting_id', 'unit_id'], unique=True)
    op.create_index('uq_meeting_guests_user', 'meeting_guests', ['meeting_id', 'user_id'], unique=True)
    op.create_table('meeting_problems',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('solution', sa.String(length=500), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['users.id'], name=op.f('fk_meeting_problems_added_by_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_meeting_problems_enterprise_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_meeting_problems_meeting_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_meeting_problems_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_problems'))
    )
    op.create_index('ix_meeting_problems_meeting', 'meeting_problems', ['meeting_id'])
    op.create_table('meeting_decisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(unit_id IS NOT NULL AND due_on IS NOT NULL) = (ticket_id IS NOT NULL)', name=op.f('ck_meeting_decisions_ticket_iff_owner_and_limit')),
    sa.CheckConstraint('ticket_id IS NULL OR enterprise_id IS NOT NULL', name=op.f('ck_meeting_decisions_ticket_of_an_enterprise')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_meeting_decisions_decided_by_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_meeting_decisions_enterprise_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_meeting_decisions_meeting_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_meeting_decisions_ticket_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_meeting_decisions_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_decisions'))
    )
    op.create_index('ix_meeting_decisions_meeting', 'meeting_decisions', ['meeting_id'])
    op.create_index('ix_meeting_decisions_ticket', 'meeting_decisions', ['ticket_id'], unique=True)
    op.create_table('walk_problems',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('walkthrough_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_walk_problems_ticket_id')),
    sa.ForeignKeyConstraint(['walkthrough_id'], ['walkthroughs.id'], name=op.f('fk_walk_problems_walkthrough_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_walk_problems')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_walk_problems_ticket_id'))
    )
    op.create_index('ix_walk_problems_walk', 'walk_problems', ['walkthrough_id'])
    keep(KEPT)


def downgrade() -> None:
    """What was decided is not thrown away by a command."""
    raise RuntimeError("the meetings have no way back")
