"""follow-up sampling: plans, shares and draws; a call is the centre's, by an outsider, and names what was wrong."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import seal
from migrations.outsiders import is_of_the_chain, is_of_the_office
from migrations.refusing import refuse_when

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

KEPT = ("follow_up_plans", "follow_up_shares", "follow_up_draws")
OF_A_RECTIFICATION = "(SELECT r.ticket_id FROM rectifications r WHERE r.id = NEW.rectification_id)"
MUST_BE_CALLED = (
    "NOT NEW.is_drawn AND NOT NEW.is_must AND NEW.ticket_id IS NOT NULL AND (NEW.round > 1 "
    "OR EXISTS (SELECT 1 FROM supervisions s WHERE s.ticket_id = NEW.ticket_id AND s.level <> 'reminder'"
    " AND s.revoked_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM instructions i WHERE i.ticket_id = NEW.ticket_id) "
    "OR EXISTS (SELECT 1 FROM refusals f WHERE f.ticket_id = NEW.ticket_id))"
)


def upgrade() -> None:
    """Forward. Calls made before stay as they are, also those of nobody and without a class."""
    _plans()
    _draws()
    seal(KEPT)
    refuse_when("follow_up_draws_spare_no_must", "INSERT", "follow_up_draws", condition=MUST_BE_CALLED,
                words="a case that must be called is not spared")
    refuse_when("follow_ups_name_what_was_wrong", "INSERT", "follow_ups",
                condition="NEW.was_reached AND NOT (NEW.is_solved AND NEW.is_satisfied) AND NEW.rework_reason IS NULL",
                words="a call that finds fault names its class")
    _outsiders("follow_ups", ticket="NEW.ticket_id", roles="'clerk'")
    _outsiders("rectification_calls", ticket=OF_A_RECTIFICATION, roles="'clerk', 'supervisor'")


def downgrade() -> None:
    """What was drawn, and by which plan, is not thrown away by a command."""
    raise RuntimeError("follow-up sampling has no way back")


def _outsiders(table: str, *, ticket: str, roles: str) -> None:
    caller = {"ticket": ticket, "who": "NEW.called_by_id"}
    centre = is_of_the_office(**caller, at="NEW.called_at", roles=roles)
    refuse_when(f"{table}_by_the_centre", "INSERT", table, condition=f"NEW.called_by_id IS NULL OR NOT {centre}",
                words="only the service centre follows up")
    refuse_when(f"{table}_by_an_outsider", "INSERT", table, condition=is_of_the_chain(**caller),
                words="nobody follows up what they had a part in")


def _plans() -> None:
    op.create_table('follow_up_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('begins_at > set_at', name=op.f('ck_follow_up_plans_begins_later')),
    sa.CheckConstraint('length(seed) = 64', name=op.f('ck_follow_up_plans_seed_of_256_bits')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_follow_up_plans_has_a_reason')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_follow_up_plans_region_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_follow_up_plans_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up_plans')),
    sa.UniqueConstraint('region_id', 'begins_at', name=op.f('uq_follow_up_plans_region_id_begins_at')),
    sa.UniqueConstraint('region_id', 'version', name=op.f('uq_follow_up_plans_region_id_version'))
    )
    op.create_table('follow_up_shares',
    sa.Column('plan_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stratum', sa.Enum('tickets', 'counted', 'unit', 'category', 'channel', name='stratum', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('percent', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint("(stratum IN ('tickets', 'counted')) = (code = '')", name=op.f('ck_follow_up_shares_code_iff_narrower')),
    sa.CheckConstraint('percent >= 0 AND percent <= 100', name=op.f('ck_follow_up_shares_of_a_hundred')),
    sa.ForeignKeyConstraint(['plan_id'], ['follow_up_plans.id'], name=op.f('fk_follow_up_shares_plan_id')),
    sa.PrimaryKeyConstraint('plan_id', 'stratum', 'code', name=op.f('pk_follow_up_shares'))
    )


def _draws() -> None:
    op.create_table('follow_up_draws',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('round', sa.Integer(), nullable=True),
    sa.Column('counted_case_id', sa.Integer(), nullable=True),
    sa.Column('percent', sa.SmallInteger(), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('is_drawn', sa.Boolean(), nullable=False),
    sa.Column('is_must', sa.Boolean(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(ticket_id IS NULL) <> (counted_case_id IS NULL)', name=op.f('ck_follow_up_draws_of_one_case')),
    sa.CheckConstraint('(ticket_id IS NULL) = (round IS NULL)', name=op.f('ck_follow_up_draws_round_of_a_ticket')),
    sa.CheckConstraint('is_drawn = (value < percent * 10000)', name=op.f('ck_follow_up_draws_drawn_by_its_value')),
    sa.CheckConstraint('percent >= 0 AND percent <= 100', name=op.f('ck_follow_up_draws_of_a_hundred')),
    sa.CheckConstraint('value >= 0 AND value < 1000000', name=op.f('ck_follow_up_draws_value_in_range')),
    sa.ForeignKeyConstraint(['counted_case_id'], ['counted_cases.id'], name=op.f('fk_follow_up_draws_counted_case_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['follow_up_plans.id'], name=op.f('fk_follow_up_draws_plan_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_follow_up_draws_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up_draws')),
    sa.UniqueConstraint('counted_case_id', name=op.f('uq_follow_up_draws_counted_case_id')),
    sa.UniqueConstraint('ticket_id', 'round', name=op.f('uq_follow_up_draws_ticket_id_round'))
    )
    op.create_index('ix_follow_up_draws_plan', 'follow_up_draws', ['plan_id', 'drawn_at', 'id'], unique=False)
