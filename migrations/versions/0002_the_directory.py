"""the directory: what is known of an enterprise, its projects, contacts and tags, and the stewards' own facts."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

KEPT = ("contacts", "enterprise_names", "fact_changes", "projects", "stewards", "tags")
SIZES = "'large', 'medium', 'small', 'micro', 'unknown'"
FLAGS = "'normal', 'trusted', 'watched', 'distrusted'"
LINES = "'projects', 'industry', 'commerce'"
# Written out: both engines add a column with its rule in place, without copying a table that others point at.
ENTERPRISE_COLUMNS = (
    "code_override VARCHAR(200) DEFAULT '' NOT NULL",
    "initials VARCHAR(200) DEFAULT '' NOT NULL",
    "suspended_from DATE",
    "suspended_until DATE",
    f"size VARCHAR(32) DEFAULT 'unknown' NOT NULL CONSTRAINT ck_enterprises_enterprisesize CHECK (size IN ({SIZES}))",
    "staff_count INTEGER",
    "revenue BIGINT",
    "assets BIGINT",
    "founded_on DATE",
    f"credit_flag VARCHAR(32) DEFAULT 'normal' NOT NULL CONSTRAINT ck_enterprises_creditflag CHECK (credit_flag IN ({FLAGS}))",
    "source VARCHAR(100) DEFAULT '' NOT NULL",
    "merged_into_id INTEGER CONSTRAINT fk_enterprises_merged_into_id REFERENCES enterprises (id) "
    "CONSTRAINT ck_enterprises_not_merged_into_itself CHECK (merged_into_id IS NULL OR merged_into_id <> id)",
    "version INTEGER DEFAULT 1 NOT NULL",
)


def upgrade() -> None:
    """Forward."""
    for column in ENTERPRISE_COLUMNS:
        op.execute(f"ALTER TABLE enterprises ADD COLUMN {column}")
    # Nothing ever wrote the old one.
    op.execute("ALTER TABLE organisations DROP COLUMN line")
    op.execute(f"ALTER TABLE organisations ADD COLUMN line VARCHAR(32) CONSTRAINT ck_organisations_line CHECK (line IN ({LINES}))")
    op.create_index('ix_enterprises_merged', 'enterprises', ['merged_into_id'])
    op.create_index('ix_enterprises_owner', 'enterprises', ['owner_unit_id', 'region_id'])
    op.create_table('industries',
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('section', sa.String(length=1), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_industries'))
    )
    op.create_table('stewards',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('owner_unit_id', sa.Integer(), nullable=True),
    sa.Column('steward_class', sa.Enum('city_leader', 'county_leader', 'bureau', 'town', 'park', name='stewardclass', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('position', sa.String(length=64), nullable=False),
    sa.Column('grid_id', sa.Integer(), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('capacity > 0', name=op.f('ck_stewards_capacity_positive')),
    sa.ForeignKeyConstraint(['grid_id'], ['regions.id'], name=op.f('fk_stewards_grid_id')),
    sa.ForeignKeyConstraint(['owner_unit_id'], ['organisations.id'], name=op.f('fk_stewards_owner_unit_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_stewards_user_id')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_stewards'))
    )
    with op.batch_alter_table('stewards', schema=None) as batch_op:
        batch_op.create_index('ix_stewards_grid', ['grid_id'], unique=False)
        batch_op.create_index('ix_stewards_owner', ['owner_unit_id'], unique=False)

    op.create_table('contacts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=64), nullable=False),
    sa.Column('phone', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_contacts_enterprise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contacts'))
    )
    with op.batch_alter_table('contacts', schema=None) as batch_op:
        batch_op.create_index('ix_contacts_enterprise', ['enterprise_id'], unique=False)

    op.create_table('enterprise_names',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_enterprise_names_enterprise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enterprise_names'))
    )
    with op.batch_alter_table('enterprise_names', schema=None) as batch_op:
        batch_op.create_index('ix_enterprise_names_enterprise', ['enterprise_id'], unique=False)

    op.create_table('fact_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=32), nullable=False),
    sa.Column('before', sa.String(length=300), nullable=False),
    sa.Column('after', sa.String(length=300), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_fact_changes_changed_by_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_fact_changes_enterprise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_changes'))
    )
    with op.batch_alter_table('fact_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fact_changes_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index('ix_fact_changes_enterprise', ['enterprise_id', 'field', 'id'], unique=False)

    op.create_table('projects',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('investment', sa.BigInteger(), nullable=True),
    sa.Column('stage', sa.Enum('preparing', 'building', 'operating', name='projectstage', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('finished_on', sa.Date(), nullable=True),
    sa.Column('has_green_card', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('finished_on IS NULL OR started_on IS NULL OR finished_on >= started_on', name=op.f('ck_projects_ends_after_start')),
    sa.CheckConstraint('investment >= 0', name=op.f('ck_projects_investment_not_negative')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_projects_enterprise_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_projects'))
    )
    with op.batch_alter_table('projects', schema=None) as batch_op:
        batch_op.create_index('uq_projects_enterprise_name', ['enterprise_id', 'name'], unique=True)

    op.create_table('tags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=20), nullable=False),
    sa.Column('tagged_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_tags_enterprise_id')),
    sa.ForeignKeyConstraint(['tagged_by_id'], ['users.id'], name=op.f('fk_tags_tagged_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tags'))
    )
    with op.batch_alter_table('tags', schema=None) as batch_op:
        batch_op.create_index('ix_tags_label', ['label', 'enterprise_id'], unique=False)
        batch_op.create_index('uq_tags_one_open', ['enterprise_id', 'label'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    keep(KEPT)


def downgrade() -> None:
    """What a site has come to know is not thrown away by a command."""
    raise RuntimeError("the directory has no way back")
