"""letters of measures: an approved talk or referral has its letter, without a ticket too; templates that say so."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

ABOUT = "{{责任单位}}承办的办件 {{办件号}}（{{企业}}反映“{{主题}}”），{{时限名称}}时限为{{到期时间}}，至今没有办结。"
REST = "涉及办件：{{涉及办件}}\n事由：{{事由}}\n时限计算：{{时限说明}}"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
# The first paragraph is an order's, the second a measure's without one; the other is left out.
BODIES = {
    "talk": f"{ABOUT}经两级督办仍未落实，现提请约谈你单位负责人。\n你单位办理企业诉求经督办仍未落实，经领导批准（{{{{措施编号}}}}），现约谈你单位负责人。\n"
            f"{REST}\n约谈的时间、地点另行通知。请准备办理经过、未办结的原因和办结安排。\n本函的打开人和打开时间由系统记录。",
    "referral": f"{ABOUT}经督办、约谈仍未落实，现按规定移交处理，并请反馈处理结果。\n"
                f"{{{{责任单位}}}}办理企业诉求经督办、约谈仍未落实，经领导批准（{{{{措施编号}}}}），现按规定移交处理，并请反馈处理结果。\n{REST}",
}


def upgrade() -> None:
    """Forward."""
    op.execute("ALTER TABLE letters ADD COLUMN measure_id INTEGER "
               "CONSTRAINT fk_letters_measure_id REFERENCES measures (id)")
    op.create_index('uq_letters_measure', 'letters', ['measure_id'], unique=True)
    rows = sa.table(
        'letter_templates', sa.column('kind'), sa.column('region_path'), sa.column('version'), sa.column('title'),
        sa.column('body'), sa.column('made_at', sa.DateTime(timezone=True)),
        sa.column('ended_at', sa.DateTime(timezone=True)),
    )
    first = (rows.c.region_path == "") & (rows.c.version == 1) & rows.c.kind.in_(BODIES)
    titles = dict(op.get_bind().execute(sa.select(rows.c.kind, rows.c.title).where(first)).all())
    op.execute(rows.update().where(first).values(ended_at=BEGAN))
    op.bulk_insert(rows, [{"kind": kind, "region_path": "", "version": 2, "title": titles[kind], "body": body,
                           "made_at": BEGAN} for kind, body in BODIES.items()])


def downgrade() -> None:
    """What was issued is not thrown away by a command."""
    raise RuntimeError("letters of measures have no way back")
