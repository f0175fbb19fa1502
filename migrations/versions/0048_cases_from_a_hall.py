"""cases from a hall's own system: the system, its keys and codes, what arrives, and what a counted case said before."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep, seal
from migrations.widened import widen

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

SEALED = ("case_versions",)
KEPT = (*SEALED, "hall_systems", "hall_keys", "hall_codes", "intake_days", "case_links")
COLUMNS = (
    ("counted_cases", "batch_id INTEGER CONSTRAINT fk_counted_cases_batch_id REFERENCES import_batches (id)"),
    ("counted_cases", "withdrawn_at {moment}"),
    ("import_batches", "waiting_count INTEGER NOT NULL DEFAULT 0"),
    ("import_batches", "system_id INTEGER CONSTRAINT fk_import_batches_system_id REFERENCES hall_systems (id)"),
)
# What a rated case says; whose enterprise it is may still be told, and which system knows it by its number.
SAID = ("number", "channel", "item_code", "item", "unit_id", "window_id", "officer_id", "finished_at", "withdrawn_at")
RATED = "EXISTS (SELECT 1 FROM ratings WHERE ratings.counted_case_id = OLD.id)"
RATED_STAYS, WITHDRAWN = "a rated case stays as it is", "a withdrawn case is not rated"


def upgrade() -> None:
    """Forward."""
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    widen('import_batches', 'kind', 'importkind', after='stewardships', more=('cases',))
    for make in (_hall_systems, _hall_keys, _hall_nonces, _hall_codes, _staged_cases, _arrived_cases, _case_versions,
                 _intake_days, _case_links):
        make()
    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(moment=moment)}")
    rests = sa.text('withdrawn_at IS NOT NULL')
    op.create_index('ix_counted_cases_withdrawn', 'counted_cases', ['withdrawn_at'], sqlite_where=rests, postgresql_where=rests)
    seal(SEALED)
    keep(KEPT[len(SEALED):])
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def downgrade() -> None:
    """What a hall has sent is not thrown away by a command."""
    raise RuntimeError("cases from a hall have no way back")


def _guard_on_postgresql() -> None:
    says, said = (", ".join(f"{row}.{name}" for name in SAID) for row in ("NEW", "OLD"))
    op.execute(
        "CREATE FUNCTION rated_cases_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {RATED} THEN RAISE EXCEPTION '{RATED_STAYS}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER counted_cases_rated_stay BEFORE UPDATE ON counted_cases FOR EACH ROW "
        f"WHEN (({says}) IS DISTINCT FROM ({said})) EXECUTE FUNCTION rated_cases_stay()"
    )
    op.execute(  # waits for who is just withdrawing it, and then sees that it is
        "CREATE FUNCTION withdrawn_cases_rest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM 1 FROM counted_cases WHERE id = NEW.counted_case_id AND withdrawn_at IS NULL FOR KEY SHARE; "
        f"IF NOT FOUND THEN RAISE EXCEPTION '{WITHDRAWN}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ratings_of_cases_that_count BEFORE INSERT ON ratings FOR EACH ROW "
        "WHEN (NEW.counted_case_id IS NOT NULL) EXECUTE FUNCTION withdrawn_cases_rest()"
    )


def _guard_on_sqlite() -> None:
    differs = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in SAID)
    op.execute(
        f"CREATE TRIGGER counted_cases_rated_stay BEFORE UPDATE ON counted_cases WHEN ({differs}) AND {RATED} "
        f"BEGIN SELECT RAISE(ABORT, '{RATED_STAYS}'); END"
    )
    op.execute(
        "CREATE TRIGGER ratings_of_cases_that_count BEFORE INSERT ON ratings WHEN NEW.counted_case_id IS NOT NULL AND "
        "EXISTS (SELECT 1 FROM counted_cases WHERE id = NEW.counted_case_id AND withdrawn_at IS NOT NULL) "
        f"BEGIN SELECT RAISE(ABORT, '{WITHDRAWN}'); END"
    )


def _hall_systems() -> None:
    op.create_table('hall_systems',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('may_link', sa.Boolean(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("substr(code, 1, 7) <> 'window-'", name=op.f('ck_hall_systems_code_of_no_window')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_hall_systems_made_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_hall_systems_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hall_systems')),
    sa.UniqueConstraint('code', name=op.f('uq_hall_systems_code'))
    )
    op.create_index('ix_hall_systems_unit', 'hall_systems', ['unit_id'], unique=False)


def _hall_keys() -> None:
    op.create_table('hall_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=24), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by_id IS NULL)', name=op.f('ck_hall_keys_revoked_by_somebody')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_hall_keys_made_by_id')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['users.id'], name=op.f('fk_hall_keys_revoked_by_id')),
    sa.ForeignKeyConstraint(['system_id'], ['hall_systems.id'], name=op.f('fk_hall_keys_system_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hall_keys')),
    sa.UniqueConstraint('name', name=op.f('uq_hall_keys_name'))
    )
    op.create_index('ix_hall_keys_system', 'hall_keys', ['system_id'], unique=False, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))


def _hall_nonces() -> None:
    op.create_table('hall_nonces',
    sa.Column('key_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('nonce', sa.String(length=64), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['hall_keys.id'], name=op.f('fk_hall_nonces_key_id')),
    sa.PrimaryKeyConstraint('key_id', 'nonce', name=op.f('pk_hall_nonces'))
    )
    op.create_index('ix_hall_nonces_seen', 'hall_nonces', ['seen_at'], unique=False)


def _hall_codes() -> None:
    op.create_table('hall_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('unit', 'window', 'officer', name='hallcodekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('has_none', sa.Boolean(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("NOT has_none OR (kind <> 'unit' AND organisation_id IS NULL AND user_id IS NULL)", name=op.f('ck_hall_codes_none_is_none')),
    sa.CheckConstraint("kind <> 'officer' OR organisation_id IS NULL", name=op.f('ck_hall_codes_house_of_the_others')),
    sa.CheckConstraint("kind = 'officer' OR user_id IS NULL", name=op.f('ck_hall_codes_person_of_an_officer')),
    sa.CheckConstraint('(set_at IS NULL) = (organisation_id IS NULL AND user_id IS NULL AND NOT has_none)', name=op.f('ck_hall_codes_set_iff_known')),
    sa.CheckConstraint('(set_at IS NULL) = (set_by_id IS NULL)', name=op.f('ck_hall_codes_set_by_somebody')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_hall_codes_organisation_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_hall_codes_set_by_id')),
    sa.ForeignKeyConstraint(['system_id'], ['hall_systems.id'], name=op.f('fk_hall_codes_system_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_hall_codes_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hall_codes'))
    )
    op.create_index('uq_hall_codes_one_open', 'hall_codes', ['system_id', 'kind', 'code'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))


def _staged_cases() -> None:
    op.create_table('staged_cases',
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.Enum('window', 'online', 'terminal', 'post', name='casechannel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('item_code', sa.String(length=64), nullable=False),
    sa.Column('item', sa.String(length=200), nullable=False),
    sa.Column('unit_code', sa.String(length=64), nullable=False),
    sa.Column('window_code', sa.String(length=64), nullable=False),
    sa.Column('officer_code', sa.String(length=64), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('window_id', sa.Integer(), nullable=True),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('is_ready', sa.Boolean(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('visitor', sa.String(length=64), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_staged_cases_batch_id')),
    sa.ForeignKeyConstraint(['system_id'], ['hall_systems.id'], name=op.f('fk_staged_cases_system_id')),
    sa.PrimaryKeyConstraint('batch_id', 'line', name=op.f('pk_staged_cases'))
    )


def _arrived_cases() -> None:
    op.create_table('arrived_cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.Enum('window', 'online', 'terminal', 'post', name='casechannel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('item_code', sa.String(length=64), nullable=False),
    sa.Column('item', sa.String(length=200), nullable=False),
    sa.Column('unit_code', sa.String(length=64), nullable=False),
    sa.Column('window_code', sa.String(length=64), nullable=False),
    sa.Column('officer_code', sa.String(length=64), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('window_id', sa.Integer(), nullable=True),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('is_ready', sa.Boolean(), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('visitor', sa.String(length=64), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_arrived_cases_batch_id')),
    sa.ForeignKeyConstraint(['system_id'], ['hall_systems.id'], name=op.f('fk_arrived_cases_system_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arrived_cases')),
    sa.UniqueConstraint('system_id', 'number', name=op.f('uq_arrived_cases_system_id_number'))
    )
    op.create_index('ix_arrived_cases_arrived', 'arrived_cases', ['system_id', 'arrived_at', 'id'], unique=False)


def _case_versions() -> None:
    op.create_table('case_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.Enum('window', 'online', 'terminal', 'post', name='casechannel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('item_code', sa.String(length=64), nullable=False),
    sa.Column('item', sa.String(length=200), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('window_id', sa.Integer(), nullable=True),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('enterprise_id', sa.Integer(), nullable=True),
    sa.Column('visitor', sa.String(length=64), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_case_versions_batch_id')),
    sa.ForeignKeyConstraint(['case_id'], ['counted_cases.id'], name=op.f('fk_case_versions_case_id')),
    sa.ForeignKeyConstraint(['enterprise_id'], ['enterprises.id'], name=op.f('fk_case_versions_enterprise_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['users.id'], name=op.f('fk_case_versions_officer_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_case_versions_unit_id')),
    sa.ForeignKeyConstraint(['window_id'], ['organisations.id'], name=op.f('fk_case_versions_window_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_versions'))
    )
    op.create_index('ix_case_versions_batch', 'case_versions', ['batch_id', 'id'], unique=False, sqlite_where=sa.text('batch_id IS NOT NULL'), postgresql_where=sa.text('batch_id IS NOT NULL'))
    op.create_index('ix_case_versions_replaced', 'case_versions', ['replaced_at'], unique=False)
    op.create_index('ix_case_versions_case', 'case_versions', ['case_id', 'id'], unique=False)


def _intake_days() -> None:
    op.create_table('intake_days',
    sa.Column('system_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('way', sa.Enum('file', 'api', 'codes', name='intakeway', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('received_count', sa.Integer(), nullable=False),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('changed_count', sa.Integer(), nullable=False),
    sa.Column('repeated_count', sa.Integer(), nullable=False),
    sa.Column('refused_count', sa.Integer(), nullable=False),
    sa.Column('waiting_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('received_count = new_count + changed_count + repeated_count + refused_count + waiting_count', name=op.f('ck_intake_days_adds_up')),
    sa.ForeignKeyConstraint(['system_id'], ['hall_systems.id'], name=op.f('fk_intake_days_system_id')),
    sa.PrimaryKeyConstraint('system_id', 'day', 'way', name=op.f('pk_intake_days'))
    )
    op.create_index('ix_intake_days_day', 'intake_days', ['day'], unique=False)


def _case_links() -> None:
    op.create_table('case_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['counted_cases.id'], name=op.f('fk_case_links_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_case_links_token_hash'))
    )
    op.create_index('uq_case_links_one_open', 'case_links', ['case_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
