"""unreasonable findings: what keeps a case from a new round, and the other person who must agree to it."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep
from migrations.outsiders import is_of_the_chain, is_of_the_office
from migrations.refusing import refuse_when
from migrations.widened import widen

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

TABLE = 'unreasonable_findings'
KEPT = (TABLE,)
WAITING = sa.text('decided_at IS NULL')
CLOSED = sa.text("status = 'closed'")
FAULT = "f.was_reached AND NOT (f.is_solved AND f.is_satisfied)"
AGREED = "EXISTS (SELECT 1 FROM unreasonable_findings u WHERE u.follow_up_id = f.id AND u.is_agreed)"
UNANSWERED = (
    "OLD.status = 'replied' AND NEW.status = 'followed_up' AND EXISTS (SELECT 1 FROM follow_ups f"
    f" WHERE f.ticket_id = NEW.id AND f.round = NEW.round AND f.rework_reason IS NOT NULL AND {FAULT} AND NOT {AGREED})"
)
NOT_OF_THAT_CALL = (
    "NOT EXISTS (SELECT 1 FROM follow_ups f WHERE f.id = NEW.follow_up_id AND f.ticket_id = NEW.ticket_id"
    f" AND f.round = NEW.round AND f.called_by_id = NEW.found_by_id AND {FAULT}) OR NEW.decided_at IS NOT NULL"
)
CHANGED = (
    "OLD.decided_at IS NOT NULL OR NEW.reason <> OLD.reason OR NEW.found_by_id <> OLD.found_by_id"
    " OR NEW.follow_up_id <> OLD.follow_up_id"
)
DECIDER = {"ticket": "NEW.ticket_id", "who": "NEW.decided_by_id"}


def upgrade() -> None:
    """Forward."""
    widen('clocks', 'kind', 'clockkind', after='rectification', more=('countersign',))
    _findings()
    keep(KEPT)
    op.create_index('ix_tickets_closed', 'tickets', ['closed_at', 'id'], unique=False, sqlite_where=CLOSED,
                    postgresql_where=CLOSED)
    refuse_when("unreasonable_findings_of_a_call", "INSERT", TABLE, condition=NOT_OF_THAT_CALL,
                words="a finding is about the finder own call that found fault")
    refuse_when("unreasonable_findings_decided_once", "UPDATE", TABLE, condition=CHANGED,
                words="a finding is decided once")
    office = is_of_the_office(**DECIDER, at="NEW.decided_at", roles="'supervisor'")
    refuse_when("unreasonable_findings_by_the_office", "UPDATE", TABLE,
                condition=f"NEW.decided_by_id IS NOT NULL AND NOT {office}", words="only a supervisor countersigns")
    refuse_when("unreasonable_findings_by_an_outsider", "UPDATE", TABLE,
                condition=f"NEW.decided_by_id IS NOT NULL AND ({is_of_the_chain(**DECIDER)})",
                words="nobody countersigns what they had a part in")
    refuse_when("tickets_rest_when_countersigned", "UPDATE OF status", "tickets", condition=UNANSWERED,
                words="a call that found fault begins a new round or is countersigned")


def downgrade() -> None:
    """What was found, and who agreed, is not thrown away by a command."""
    raise RuntimeError("unreasonable findings have no way back")


def _findings() -> None:
    op.create_table(TABLE,
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('follow_up_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('found_by_id', sa.Integer(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_agreed', sa.Boolean(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.CheckConstraint("decided_at IS NULL OR decision <> ''", name=op.f('ck_unreasonable_findings_decided_with_reasons')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_unreasonable_findings_has_a_reason')),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_unreasonable_findings_decided_by_somebody')),
    sa.CheckConstraint('(decided_at IS NULL) = (is_agreed IS NULL)', name=op.f('ck_unreasonable_findings_agreed_iff_decided')),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> found_by_id', name=op.f('ck_unreasonable_findings_decided_by_another')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_unreasonable_findings_decided_by_id')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name=op.f('fk_unreasonable_findings_follow_up_id')),
    sa.ForeignKeyConstraint(['found_by_id'], ['users.id'], name=op.f('fk_unreasonable_findings_found_by_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_unreasonable_findings_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unreasonable_findings')),
    sa.UniqueConstraint('follow_up_id', name=op.f('uq_unreasonable_findings_follow_up_id')),
    sa.UniqueConstraint('ticket_id', 'round', name=op.f('uq_unreasonable_findings_ticket_id_round'))
    )
    op.create_index('ix_unreasonable_findings_found', TABLE, ['found_at', 'id'], unique=False)
    op.create_index('ix_unreasonable_findings_open', TABLE, ['ticket_id'], unique=False, sqlite_where=WAITING, postgresql_where=WAITING)
