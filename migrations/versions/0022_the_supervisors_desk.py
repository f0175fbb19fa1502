"""常用筛选 with an order, a default and an end; 电话催办 on a supervision order; clocks that stand still."""

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

KEPT = ('reminder_calls',)
IN_USE, DEFAULT = sa.text('retired_at IS NULL'), sa.text('is_default')
PAUSED = sa.text('paused_at IS NOT NULL')
OUTCOMES = ('reached', 'passed_on', 'no_answer', 'wrong_number')
SENTENCE = "what was said on the phone is kept as it was written down"


def upgrade() -> None:
    """Forward."""
    _views()
    _calls()
    with op.batch_alter_table('clocks', schema=None) as batch_op:
        batch_op.create_index('ix_clocks_paused', ['id'], unique=False, sqlite_where=PAUSED, postgresql_where=PAUSED)


def downgrade() -> None:
    """Who was called is not thrown away by a command."""
    raise RuntimeError("calls have no way back")


def _views() -> None:
    with op.batch_alter_table('saved_views', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('is_default', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f('uq_saved_views_user_id_list_name_name'), type_='unique')
        batch_op.create_check_constraint(op.f('ck_saved_views_default_is_in_use'), 'NOT is_default OR retired_at IS NULL')
    op.execute('UPDATE saved_views SET place = id')
    with op.batch_alter_table('saved_views', schema=None) as batch_op:
        batch_op.alter_column('place', server_default=None)
        batch_op.alter_column('is_default', server_default=None)
        batch_op.create_index('uq_saved_views_one_of_a_name', ['user_id', 'list_name', 'name'], unique=True, sqlite_where=IN_USE, postgresql_where=IN_USE)
        batch_op.create_index('uq_saved_views_one_default', ['user_id', 'list_name'], unique=True, sqlite_where=DEFAULT, postgresql_where=DEFAULT)


def _calls() -> None:
    op.create_table('reminder_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('supervision_id', sa.Integer(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=False),
    sa.Column('called_id', sa.Integer(), nullable=True),
    sa.Column('called_name', sa.String(length=64), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Enum(*OUTCOMES, name='calloutcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.CheckConstraint("outcome NOT IN ('reached', 'passed_on') OR words <> ''", name=op.f('ck_reminder_calls_says_what_was_said')),
    sa.CheckConstraint('called_at <= recorded_at', name=op.f('ck_reminder_calls_recorded_after_the_call')),
    sa.ForeignKeyConstraint(['called_id'], ['users.id'], name=op.f('fk_reminder_calls_called_id')),
    sa.ForeignKeyConstraint(['caller_id'], ['users.id'], name=op.f('fk_reminder_calls_caller_id')),
    sa.ForeignKeyConstraint(['supervision_id'], ['supervisions.id'], name=op.f('fk_reminder_calls_supervision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_calls'))
    )
    with op.batch_alter_table('reminder_calls', schema=None) as batch_op:
        batch_op.create_index('ix_reminder_calls_order', ['supervision_id', 'id'], unique=False)
    keep(KEPT)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TRIGGER reminder_calls_written_once BEFORE UPDATE ON reminder_calls FOR EACH ROW "
                   "EXECUTE FUNCTION refuse()")
    else:
        op.execute(f"CREATE TRIGGER reminder_calls_written_once BEFORE UPDATE ON reminder_calls "
                   f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END")
