"""imports: batches, their staged rows and bad cells; which batch an enterprise came in by, and what its row said."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

KEPT = ("import_batches", "import_issues", "steward_changes")
# What a row of the template says of an enterprise. When one of these changes by any way, the digest of the row is gone.
IMPORTED_FACTS = (
    "credit_code", "name", "category", "status", "region_id", "owner_unit_id", "address", "industry", "staff_count",
    "revenue", "assets", "founded_on", "legal_representative", "contact_name", "contact_phone", "merged_into_id",
)


def upgrade() -> None:
    """Forward."""
    op.create_table('import_batches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('enterprises', 'stewards', name='importkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'checking', 'checked', 'importing', 'imported', 'cancelled', 'undone', 'failed', name='importstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('stored_name', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('rows_done', sa.Integer(), nullable=False),
    sa.Column('rows_total', sa.Integer(), nullable=False),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('known_count', sa.Integer(), nullable=False),
    sa.Column('changed_count', sa.Integer(), nullable=False),
    sa.Column('unchanged_count', sa.Integer(), nullable=False),
    sa.Column('bad_count', sa.Integer(), nullable=False),
    sa.Column('warned_count', sa.Integer(), nullable=False),
    sa.Column('rows_per_second', sa.Integer(), nullable=False),
    sa.Column('worker', sa.String(length=80), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.CheckConstraint('rows_done >= 0 AND rows_total >= 0', name=op.f('ck_import_batches_rows_not_negative')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_import_batches_unit_id')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['users.id'], name=op.f('fk_import_batches_uploaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batches'))
    )
    with op.batch_alter_table('import_batches', schema=None) as batch_op:
        batch_op.create_index('ix_import_batches_running', ['id'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'checking', 'importing')"), postgresql_where=sa.text("state IN ('waiting', 'checking', 'importing')"))
        batch_op.create_index('ix_import_batches_unit', ['unit_id', 'id'], unique=False)

    op.create_table('import_issues',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('is_warning', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_import_issues_batch_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_issues'))
    )
    with op.batch_alter_table('import_issues', schema=None) as batch_op:
        batch_op.create_index('ix_import_issues_batch', ['batch_id', 'is_warning', 'line', 'id'], unique=False)

    op.create_table('staged_enterprises',
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('is_known', sa.Boolean(), nullable=False),
    sa.Column('credit_code', sa.String(length=18), nullable=False),
    sa.Column('row_digest', sa.String(length=24), nullable=False),
    sa.Column('code_override', sa.String(length=200), nullable=False),
    sa.Column('owner_unit_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('initials', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.Enum('company', 'sole_trader', 'cooperative', 'unknown', name='enterprisekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('category', sa.Enum('key_project', 'industry', 'commerce', 'services', 'general', 'sole_trader', 'cooperative', name='enterprisecategory', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('preparing', 'building', 'operating', 'suspended', 'deregistered', name='enterprisestatus', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('address', sa.String(length=300), nullable=True),
    sa.Column('industry', sa.String(length=8), nullable=True),
    sa.Column('size', sa.Enum('large', 'medium', 'small', 'micro', 'unknown', name='enterprisesize', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('staff_count', sa.Integer(), nullable=True),
    sa.Column('revenue', sa.BigInteger(), nullable=True),
    sa.Column('assets', sa.BigInteger(), nullable=True),
    sa.Column('founded_on', sa.Date(), nullable=True),
    sa.Column('legal_representative', sa.String(length=64), nullable=True),
    sa.Column('contact_name', sa.String(length=64), nullable=True),
    sa.Column('contact_phone', sa.String(length=32), nullable=True),
    sa.Column('steward_id', sa.Integer(), nullable=True),
    sa.Column('project_name', sa.String(length=200), nullable=True),
    sa.Column('project_investment', sa.BigInteger(), nullable=True),
    sa.Column('project_stage', sa.Enum('preparing', 'building', 'operating', name='projectstage', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_staged_enterprises_batch_id')),
    sa.PrimaryKeyConstraint('batch_id', 'line', name=op.f('pk_staged_enterprises'))
    )
    op.create_table('staged_stewards',
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('phone', sa.String(length=32), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('steward_class', sa.Enum('city_leader', 'county_leader', 'bureau', 'town', 'park', name='stewardclass', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('position', sa.String(length=64), nullable=True),
    sa.Column('grid_id', sa.Integer(), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_staged_stewards_batch_id')),
    sa.PrimaryKeyConstraint('batch_id', 'line', name=op.f('pk_staged_stewards'))
    )
    op.create_table('steward_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=32), nullable=False),
    sa.Column('before', sa.String(length=300), nullable=False),
    sa.Column('after', sa.String(length=300), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_steward_changes_batch_id')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_steward_changes_changed_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_steward_changes_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_steward_changes'))
    )
    with op.batch_alter_table('steward_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_steward_changes_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index('ix_steward_changes_user', ['user_id', 'id'], unique=False)
    op.execute(
        "ALTER TABLE enterprises ADD COLUMN import_batch_id INTEGER "
        "CONSTRAINT fk_enterprises_import_batch_id REFERENCES import_batches (id)"
    )
    op.execute("ALTER TABLE enterprises ADD COLUMN row_digest VARCHAR(24)")
    op.execute("CREATE INDEX ix_enterprises_import ON enterprises (import_batch_id) WHERE import_batch_id IS NOT NULL")
    op.execute(
        "ALTER TABLE stewards ADD COLUMN import_batch_id INTEGER "
        "CONSTRAINT fk_stewards_import_batch_id REFERENCES import_batches (id)"
    )
    op.create_index('ix_stewards_import_batch_id', 'stewards', ['import_batch_id'])
    (_forget_digests_on_postgresql if op.get_bind().dialect.name == "postgresql" else _forget_digests_on_sqlite)()
    keep(KEPT)


def _forget_digests_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION forget_row_digest() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.row_digest := NULL; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER enterprises_changed BEFORE UPDATE OF {', '.join(IMPORTED_FACTS)} ON enterprises FOR EACH ROW "
        "WHEN (OLD.row_digest IS NOT NULL AND NEW.row_digest IS NOT DISTINCT FROM OLD.row_digest) "
        "EXECUTE FUNCTION forget_row_digest()"
    )
    op.execute(
        "CREATE FUNCTION forget_digest_of_project() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE enterprises SET row_digest = NULL WHERE id = NEW.enterprise_id AND row_digest IS NOT NULL; "
        "RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER projects_changed AFTER UPDATE ON projects FOR EACH ROW "
        "EXECUTE FUNCTION forget_digest_of_project()"
    )


def _forget_digests_on_sqlite() -> None:
    op.execute(
        f"CREATE TRIGGER enterprises_changed AFTER UPDATE OF {', '.join(IMPORTED_FACTS)} ON enterprises "
        "WHEN OLD.row_digest IS NOT NULL AND NEW.row_digest IS OLD.row_digest "
        "BEGIN UPDATE enterprises SET row_digest = NULL WHERE id = NEW.id; END"
    )
    op.execute(
        "CREATE TRIGGER projects_changed AFTER UPDATE ON projects "
        "BEGIN UPDATE enterprises SET row_digest = NULL WHERE id = NEW.enterprise_id AND row_digest IS NOT NULL; END"
    )


def downgrade() -> None:
    """What a site has come to know is not thrown away by a command."""
    raise RuntimeError("the imports have no way back")
