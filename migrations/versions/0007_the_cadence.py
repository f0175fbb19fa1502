"""the cadence: rules of who owes what how often, the obligations they open, and visits against the cap."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

KEPT = ("cadence_rules", "obligations")
ACTS = ('visit', 'forum', 'cadre_visit', 'finding')
HOLDERS = ('steward', 'head', 'deputy', 'cadre', 'observer')
PERIODS = ('month', 'quarter', 'year')
CATEGORIES = ('key_project', 'industry', 'commerce', 'services', 'general', 'sole_trader', 'cooperative')
SINCE = date(2026, 1, 1)
# domain.md §3; code, title, act, holder, category, count, period, working days of warning.
DEFAULT_RULES = (
    ("every-enterprise", "每家企业每年至少走访一次", "visit", "steward", None, 1, "year", 20),
    ("key-projects", "重点项目每月走访一次", "visit", "steward", "key_project", 1, "month", 5),
    ("heads", "党政主要负责人每年至少主持一次企业座谈", "forum", "head", None, 1, "year", 20),
    ("deputies", "分管负责人每季度至少主持一次企业座谈", "forum", "deputy", None, 1, "quarter", 10),
    ("cadres", "每名领导干部每年至少走访企业两次", "cadre_visit", "cadre", None, 2, "year", 20),
    ("observers", "特约监督员每季度至少提交一条监督发现", "finding", "observer", None, 1, "quarter", 10),
)


def coded(name, codes):
    """A column for a LabelledEnum."""
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Forward."""
    op.execute("ALTER TABLE interactions ADD COLUMN is_invited BOOLEAN DEFAULT false NOT NULL")
    op.execute("ALTER TABLE interactions ADD COLUMN over_cap_reason VARCHAR(200) DEFAULT '' NOT NULL")
    rules = op.create_table('cadence_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('act', coded('dutyact', ACTS), nullable=False),
    sa.Column('holder', coded('dutyholder', HOLDERS), nullable=False),
    sa.Column('category', coded('enterprisecategory', CATEGORIES), nullable=True),
    sa.Column('tag', sa.String(length=20), nullable=False),
    sa.Column('green_card_only', sa.Boolean(), nullable=False),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('period', coded('dutyperiod', PERIODS), nullable=False),
    sa.Column('warn_days', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(act = 'visit') = (holder = 'steward')", name=op.f('ck_cadence_rules_visits_by_stewards')),
    sa.CheckConstraint("holder = 'steward' OR (category IS NULL AND tag = '' AND NOT green_card_only)", name=op.f('ck_cadence_rules_tiers_of_enterprises')),
    sa.CheckConstraint('needed > 0', name=op.f('ck_cadence_rules_needed_positive')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_cadence_rules_ends_after_it_begins')),
    sa.CheckConstraint('warn_days >= 0', name=op.f('ck_cadence_rules_warn_days_not_negative')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_cadence_rules_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cadence_rules'))
    )
    op.create_index('uq_cadence_rules_one_open', 'cadence_rules', ['code'], unique=True, sqlite_where=sa.text('valid_to IS NULL'), postgresql_where=sa.text('valid_to IS NULL'))
    op.create_table('obligations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('done_count', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fulfilled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lapsed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(enterprise_id IS NULL) <> (user_id IS NULL)', name=op.f('ck_obligations_enterprise_or_person')),
    sa.CheckConstraint('(fulfilled_at IS NOT NULL) = (done_count >= needed)', name=op.f('ck_obligations_fulfilled_iff_done')),
    sa.CheckConstraint('(user_id IS NULL) = (unit_id IS NULL)', name=op.f('ck_obligations_unit_iff_person')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_obligations_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_obligations_enterprise_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['cadence_rules.id'], name=op.f('fk_obligations_rule_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_obligations_unit_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_obligations_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_obligations'))
    )
    open_now = sa.text('fulfilled_at IS NULL AND lapsed_at IS NULL')
    of_people = sa.text('user_id IS NOT NULL')
    op.create_index('ix_obligations_open', 'obligations', ['due_at', 'id'], sqlite_where=open_now, postgresql_where=open_now)
    op.create_index('ix_obligations_person', 'obligations', ['user_id'], sqlite_where=of_people, postgresql_where=of_people)
    op.create_index('ix_obligations_subject', 'obligations', ['enterprise_id', 'starts_on'])
    op.create_index('uq_obligations_enterprise', 'obligations', ['code', 'starts_on', 'ends_on', 'enterprise_id'], unique=True)
    op.create_index('uq_obligations_person', 'obligations', ['code', 'starts_on', 'ends_on', 'user_id'], unique=True)
    keep(KEPT)
    op.bulk_insert(rules, [default_rule(*row) for row in DEFAULT_RULES])


def default_rule(code, title, act, holder, category, needed, period, warn_days):
    """The row of a rule that a site starts with."""
    return {
        "code": code, "title": title, "act": act, "holder": holder, "category": category, "tag": "",
        "green_card_only": False, "needed": needed, "period": period, "warn_days": warn_days, "valid_from": SINCE,
        "reason": "随产品提供的默认规则", "set_at": datetime(2026, 1, 1, tzinfo=UTC),
    }


def downgrade() -> None:
    """What was owed and done is not thrown away by a command."""
    raise RuntimeError("the cadence has no way back")
