"""password_links: one-time links by which somebody sets a password, and who asked for one."""

import sqlalchemy as sa
from alembic import op

from migrations.widened import restate_check, widen

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None

OPEN = sa.text('ended_at IS NULL')
WAITING = sa.text('taken_at IS NULL')


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'password_requests',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account', sa.String(length=64), nullable=False),
        sa.Column('address', sa.String(length=64), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_password_requests')),
    )
    op.create_index('ix_password_requests_waiting', 'password_requests', ['id'], sqlite_where=WAITING,
                    postgresql_where=WAITING)
    op.create_index('ix_password_requests_address', 'password_requests', ['address', 'asked_at'])
    op.create_table(
        'password_links',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.Enum('reset', 'invitation', name='linkkind', native_enum=False, create_constraint=True,
                                  length=32), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('used_at IS NULL OR ended_at IS NOT NULL', name=op.f('ck_password_links_used_means_ended')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_password_links_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_password_links')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_password_links_token_hash')),
    )
    op.create_index('uq_password_links_one_open', 'password_links', ['user_id'], unique=True, sqlite_where=OPEN,
                    postgresql_where=OPEN)
    op.create_index('ix_password_links_user', 'password_links', ['user_id', 'created_at'])
    widen('deliveries', 'purpose', 'purpose', after='digest', more=('password',))
    restate_check('deliveries', 'codes_go_by_text', before="purpose IN ('notice', 'digest') OR carrier = 'sms'",
                  after="purpose IN ('notice', 'digest', 'password') OR carrier = 'sms'")


def downgrade() -> None:
    """Deliveries that went out keep their purpose."""
    raise RuntimeError("password links have no way back")
