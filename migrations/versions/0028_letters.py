"""letters: their templates and numbers, whom they went to, who has read them; what came with the program."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from migrations.kept import keep

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

KEPT = ("letter_addressees", "letter_receipts", "letter_series", "letter_templates", "letterheads", "letters")
LAST_WORDS = "逾期不签收、不答复，或者办件仍停在原环节的，升级督办，并按规定提请约谈、移交问责。本函的打开人和打开时间由系统记录。"
ABOUT = "{{责任单位}}承办的办件 {{办件号}}（{{企业}}反映“{{主题}}”），{{时限名称}}时限为{{到期时间}}，至今没有办结。"
# kind, title, body: a paragraph a line. An office edits them on its own page; these stay as version 1.
TEMPLATES = (
    ("hint", "关于{{主题}}的提示函",
     "现就办件 {{办件号}}（{{企业}}反映“{{主题}}”）提示如下：\n{{正文}}\n请于{{答复期限}}前书面答复。\n本函的打开人和打开时间由系统记录。"),
    ("reminder", "关于{{主题}}的工作提醒函",
     "现就办件 {{办件号}}（{{企业}}反映“{{主题}}”）提醒如下：\n{{正文}}\n请于{{答复期限}}前书面答复。\n本函的打开人和打开时间由系统记录。"),
    ("supervision", "关于{{主题}}的督办函",
     f"{ABOUT}现予{{{{督办等级}}}}。\n事由：{{{{事由}}}}\n时限计算：{{{{时限说明}}}}\n"
     f"请于{{{{签收期限}}}}前签收，查清原因、落实责任人，于{{{{答复期限}}}}前书面答复办理情况和办结时间。\n{LAST_WORDS}"),
    ("talk", "关于{{主题}}的约谈函",
     f"{ABOUT}经两级督办仍未落实，现提请约谈你单位负责人。\n事由：{{{{事由}}}}\n时限计算：{{{{时限说明}}}}\n"
     "约谈的时间、地点另行通知。请准备办理经过、未办结的原因和办结安排。\n本函的打开人和打开时间由系统记录。"),
    ("bulletin", "关于{{主题}}的通报", "{{正文}}\n请于{{答复期限}}前书面反馈整改情况。\n本通报的打开人和打开时间由系统记录。"),
    ("referral", "关于{{主题}}的移交函",
     f"{ABOUT}经督办、约谈仍未落实，现按规定移交处理，并请反馈处理结果。\n事由：{{{{事由}}}}\n时限计算：{{{{时限说明}}}}"),
    ("supplement", "一次性告知书",
     "你单位提出的诉求 {{办件号}}（{{主题}}）还缺下列材料或者说明，现一次性告知：\n{{缺少材料}}\n请于{{补正期限}}前补正。\n"
     "期限计算：{{时限说明}}\n补正期间受理时限暂停计算；逾期未补正的视为撤回，可以随时重新提出。"),
)


def upgrade() -> None:
    """Forward."""
    _templates()
    _series()
    _letterheads()
    _letters()
    _addressees()
    _receipts()
    keep(KEPT)
    _guard_what_was_issued()
    _bring_the_templates()


def downgrade() -> None:
    """What was issued is not thrown away by a command."""
    raise RuntimeError("letters have no way back")


def _guard_what_was_issued() -> None:
    """A letter and a receipt stay as they were written, a template but for its end; a series only goes on."""
    same = ("kind", "region_path", "version", "title", "body")
    changed = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in same)
    back = "NEW.last < OLD.last OR NEW.office_id <> OLD.office_id OR NEW.family <> OLD.family OR NEW.year <> OLD.year"
    _refuse_update("letters", "1 = 1", "a letter that was issued is kept for ever as it is")
    _refuse_update("letter_receipts", "1 = 1", "a receipt is kept for ever as it is")
    _refuse_update("letter_templates", changed, "a template is kept for ever as it is: write a new version")
    _refuse_update("letter_series", back, "a series of numbers never goes back")


def _refuse_update(table: str, when: str, sentence: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_as_written() RETURNS trigger AS $$ BEGIN "
            f"RAISE EXCEPTION '{sentence}'; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            f"CREATE TRIGGER {table}_as_written BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({when}) EXECUTE FUNCTION {table}_as_written()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_as_written BEFORE UPDATE ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    )


def _bring_the_templates() -> None:
    rows = sa.table(
        'letter_templates', sa.column('kind'), sa.column('region_path'), sa.column('version'), sa.column('title'),
        sa.column('body'), sa.column('made_at', sa.DateTime(timezone=True)),
    )
    began = datetime(2026, 1, 1, tzinfo=UTC)
    op.bulk_insert(rows, [
        {"kind": kind, "region_path": "", "version": 1, "title": title, "body": body, "made_at": began}
        for kind, title, body in TEMPLATES
    ])


def _templates() -> None:
    op.create_table('letter_templates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('hint', 'reminder', 'supervision', 'talk', 'bulletin', 'referral', 'supplement', name='letterkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("title <> '' AND body <> ''", name=op.f('ck_letter_templates_says_something')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_letter_templates_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_templates')),
    sa.UniqueConstraint('kind', 'region_path', 'version', name=op.f('uq_letter_templates_kind_region_path_version'))
    )
    with op.batch_alter_table('letter_templates', schema=None) as batch_op:
        batch_op.create_index('uq_letter_templates_one_open', ['kind', 'region_path'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))


def _series() -> None:
    op.create_table('letter_series',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('family', sa.Enum('supervision', 'hint', 'bulletin', 'referral', 'supplement', name='family', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.CheckConstraint('last >= 0', name=op.f('ck_letter_series_counts_from_one')),
    sa.ForeignKeyConstraint(['office_id'], ['organisations.id'], name=op.f('fk_letter_series_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_series')),
    sa.UniqueConstraint('office_id', 'family', 'year', name=op.f('uq_letter_series_office_id_family_year'))
    )


def _letterheads() -> None:
    op.create_table('letterheads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('mark', sa.String(length=12), nullable=False),
    sa.Column('contact', sa.String(length=100), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("name <> '' AND mark <> ''", name=op.f('ck_letterheads_has_name_and_mark')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_letterheads_made_by_id')),
    sa.ForeignKeyConstraint(['office_id'], ['organisations.id'], name=op.f('fk_letterheads_office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letterheads'))
    )
    with op.batch_alter_table('letterheads', schema=None) as batch_op:
        batch_op.create_index('uq_letterheads_one_open', ['office_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))


def _letters() -> None:
    op.create_table('letters',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('hint', 'reminder', 'supervision', 'talk', 'bulletin', 'referral', 'supplement', name='letterkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('series_id', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('region_path', sa.String(length=120), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=True),
    sa.Column('supervision_id', sa.Integer(), nullable=True),
    sa.Column('receiver_id', sa.Integer(), nullable=True),
    sa.Column('addressee', sa.String(length=1000), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('answer_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("addressee <> ''", name=op.f('ck_letters_has_an_addressee')),
    sa.CheckConstraint('serial >= 1', name=op.f('ck_letters_counts_from_one')),
    sa.CheckConstraint('supervision_id IS NULL OR receiver_id IS NOT NULL', name=op.f('ck_letters_orders_are_received')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['users.id'], name=op.f('fk_letters_issued_by_id')),
    sa.ForeignKeyConstraint(['office_id'], ['organisations.id'], name=op.f('fk_letters_office_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_letters_post_id')),
    sa.ForeignKeyConstraint(['receiver_id'], ['organisations.id'], name=op.f('fk_letters_receiver_id')),
    sa.ForeignKeyConstraint(['series_id'], ['letter_series.id'], name=op.f('fk_letters_series_id')),
    sa.ForeignKeyConstraint(['supervision_id'], ['supervisions.id'], name=op.f('fk_letters_supervision_id')),
    sa.ForeignKeyConstraint(['template_id'], ['letter_templates.id'], name=op.f('fk_letters_template_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_letters_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letters')),
    sa.UniqueConstraint('series_id', 'serial', name=op.f('uq_letters_series_id_serial')),
    sa.UniqueConstraint('supervision_id', name=op.f('uq_letters_supervision_id'))
    )
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.create_index('ix_letters_digest', ['digest'], unique=False)
        batch_op.create_index('ix_letters_register', ['issued_at', 'id'], unique=False)
        batch_op.create_index('ix_letters_receiver', ['receiver_id', 'id'], unique=False)
        batch_op.create_index('ix_letters_ticket', ['ticket_id'], unique=False)


def _addressees() -> None:
    op.create_table('letter_addressees',
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('accepted_at IS NULL OR answered_at IS NOT NULL', name=op.f('ck_letter_addressees_answered_before_accepted')),
    sa.CheckConstraint('answered_at IS NULL OR signed_at IS NOT NULL', name=op.f('ck_letter_addressees_signed_before_answered')),
    sa.CheckConstraint('signed_at IS NULL OR opened_at IS NOT NULL', name=op.f('ck_letter_addressees_opened_before_signed')),
    sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_letter_addressees_letter_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_letter_addressees_unit_id')),
    sa.PrimaryKeyConstraint('letter_id', 'unit_id', name=op.f('pk_letter_addressees'))
    )
    with op.batch_alter_table('letter_addressees', schema=None) as batch_op:
        batch_op.create_index('ix_letter_addressees_unit', ['unit_id', 'letter_id'], unique=False)


def _receipts() -> None:
    op.create_table('letter_receipts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Enum('opened', 'signed', 'answered', 'accepted', 'returned', name='letterstep', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letters.id'], name=op.f('fk_letter_receipts_letter_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_letter_receipts_post_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisations.id'], name=op.f('fk_letter_receipts_unit_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_letter_receipts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_receipts'))
    )
    with op.batch_alter_table('letter_receipts', schema=None) as batch_op:
        batch_op.create_index('ix_letter_receipts_letter', ['letter_id', 'id'], unique=False)
        batch_op.create_index('uq_letter_receipts_opened_once', ['letter_id', 'unit_id', 'user_id'], unique=True, sqlite_where=sa.text("step = 'opened'"), postgresql_where=sa.text("step = 'opened'"))
        batch_op.create_index('uq_letter_receipts_signed_once', ['letter_id', 'unit_id'], unique=True, sqlite_where=sa.text("step = 'signed'"), postgresql_where=sa.text("step = 'signed'"))
