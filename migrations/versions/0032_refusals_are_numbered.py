"""refusals are numbered: 否定报备情况表 is a letter of the series, with the template that comes with the program."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from migrations.widened import widen

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

BODY = "{{责任单位}}对办件 {{办件号}}（{{企业}}反映“{{主题}}”）提出的否定报备 {{报备编号}}，逐级签批和联审情况见下表，结论为：{{结论}}。"


def upgrade() -> None:
    """Forward."""
    for table in ('letter_templates', 'letters'):
        widen(table, 'kind', 'letterkind', after='supplement', more=('refusal',))
    widen('letter_series', 'family', 'family', after='supplement', more=('refusal',))
    op.execute("ALTER TABLE refusals ADD COLUMN letter_id INTEGER "
               "CONSTRAINT fk_refusals_letter_id REFERENCES letters (id)")
    rows = sa.table(
        'letter_templates', sa.column('kind'), sa.column('region_path'), sa.column('version'), sa.column('title'),
        sa.column('body'), sa.column('made_at', sa.DateTime(timezone=True)),
    )
    op.bulk_insert(rows, [{"kind": "refusal", "region_path": "", "version": 1, "title": "否定报备情况表", "body": BODY,
                           "made_at": datetime(2026, 1, 1, tzinfo=UTC)}])


def downgrade() -> None:
    """What was issued is not thrown away by a command."""
    raise RuntimeError("numbered refusals have no way back")
