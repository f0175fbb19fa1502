"""sealed numbers: telephone numbers stand in the database encrypted, and are found without being read.

No column or index changes but in width: the sealed text of a number is its own index. What stands there is sealed here,
a batch at a time, in the transaction of the migration: 35 s of CPU for a city's million tickets on PostgreSQL.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from migrations.widened import lengthen
from models import encryption

revision = '0062'
down_revision = '0061'
branch_labels = None
depends_on = None

NUMBERS = (
    ('users', 'phone'), ('one_time_codes', 'number'), ('invitations', 'mobile'), ('claims', 'mobile'),
    ('enterprises', 'contact_phone'), ('contacts', 'phone'), ('tickets', 'contact_phone'),
    ('stopped_numbers', 'number'), ('text_answers', 'number'),
    ('staged_enterprises', 'contact_phone'), ('staged_stewards', 'phone'),
)
# Where numbers stand among other things.
ACCOUNTS = (('users', 'username'), ('login_attempts', 'account'), ('password_requests', 'account'),
            ('staged_stewards', 'username'))
AMONG = (('deliveries', 'recipient'), ('enterprises', 'external_ref'), ('fact_changes', 'before'),
         ('fact_changes', 'after'), ('fact_requests', 'before'), ('fact_requests', 'after'), ('import_issues', 'value'))
WORDS = (('drafts', 'answers'), ('kept_forms', 'body'))
WATCHING = 'enterprises_changed'
SHORT, LONG = 32, 192
AT_ONCE = 20_000
KEYS = {'staged_enterprises': ('batch_id', 'line'), 'staged_stewards': ('batch_id', 'line')}

Change = Callable[[str], str]


def upgrade() -> None:
    """Forward. The words of the search box are of the numbers too: `zhitongche init` writes them anew."""
    with _unwatched():
        for table, column in NUMBERS:
            lengthen(table, column, before=SHORT, after=LONG)
        _name_callers_anew()
        _everywhere(encryption.seal, encryption.seal)
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("INSERT INTO enterprise_search_words (enterprise_search_words) VALUES ('delete-all')")
    op.execute('DELETE FROM enterprise_search')


def downgrade() -> None:
    """Backward."""
    with _unwatched():
        _everywhere(encryption.unseal, lambda text: encryption.unseal(json.loads(text)))
        for table, column in NUMBERS:
            lengthen(table, column, before=LONG, after=SHORT)


def _name_callers_anew() -> None:
    """Who left the hotline a number for a name is called by what may be shown of it, as new ones are."""
    bind, called = op.get_bind(), '12345来电人 '
    senders = bind.execute(sa.text(
        "SELECT id, substr(external_ref, 7) FROM enterprises WHERE external_ref LIKE '12345:%'"
        " AND name = :called || substr(external_ref, 7)"), {'called': called}).all()
    for sender, number in senders:
        if re.fullmatch(encryption.MOBILE, number):
            said = {'id': sender, 'number': number, 'name': f'{called}{number[:3]}****{number[-4:]}'}
            bind.execute(sa.text("UPDATE enterprises SET name = :name, contact_name = '', contact_phone = :number"
                                 ' WHERE id = :id'), said)
            bind.execute(sa.text("UPDATE tickets SET contact_name = '', contact_phone = :number"
                                 ' WHERE enterprise_id = :id AND contact_name = :number'), said)


@contextmanager
def _unwatched() -> Iterator[None]:
    """Without the trigger by which an enterprise forgets that it says what its file said: it still does."""
    bind, on = op.get_bind(), ' ON enterprises' if op.get_bind().dialect.name == 'postgresql' else ''
    made = bind.exec_driver_sql(
        f"SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = '{WATCHING}'" if on else
        f"SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = '{WATCHING}'"
    ).scalar_one()
    op.execute(f'DROP TRIGGER {WATCHING}{on}')
    yield
    op.execute(made)


def _everywhere(change: Change, change_words: Change) -> None:
    for table, column in NUMBERS:
        _rewrite(table, column, change)
    for places, pattern in ((ACCOUNTS, encryption.MOBILE), (AMONG, encryption.TELEPHONE)):
        meant = re.compile(f'{pattern}|{encryption.SEALED.pattern}')
        for table, column in places:
            _rewrite(table, column, lambda text, meant=meant: change(text) if meant.fullmatch(text) else text)
    for table, column in WORDS:
        _rewrite(table, column, lambda text: json.dumps(change_words(text)) if change is encryption.seal
                 else change_words(text))


def _rewrite(table: str, column: str, change: Change) -> None:
    """Every text of the column that is not empty."""
    if op.get_bind().dialect.name == 'sqlite':
        _in_one_statement(table, column, change)
    else:
        _in_batches(table, column, KEYS.get(table, ('id',)), change)


def _in_one_statement(table: str, column: str, change: Change) -> None:
    driver = op.get_bind().connection.dbapi_connection
    driver.create_function('changed', 1, change)
    op.execute(f"UPDATE {table} SET \"{column}\" = changed(\"{column}\") WHERE \"{column}\" <> ''")
    driver.create_function('changed', 1, None)


def _in_batches(table: str, column: str, keys: tuple[str, ...], change: Change) -> None:
    """By the primary key: one statement reads a batch, one writes what has changed of it."""
    bind, after = op.get_bind(), None
    kind = 'json' if (table, column) in WORDS else 'varchar'
    listed = ', '.join(keys)
    while True:
        beyond = f'AND ({listed}) > ({", ".join("%s" for _ in keys)})' if after else ''
        rows = bind.exec_driver_sql(
            f'SELECT {listed}, "{column}"::varchar FROM {table} WHERE "{column}"::varchar <> \'\' {beyond} '
            f'ORDER BY {listed} LIMIT {AT_ONCE}', after or (),
        ).all()
        if not rows:
            return
        after = tuple(rows[-1][:-1])
        changed = [(*row[:-1], text) for row in rows if (text := change(row[-1])) != row[-1]]
        if changed:
            arrays = ', '.join([*('%s::integer[]' for _ in keys), '%s::varchar[]'])
            named = ', '.join(f'k{n}' for n in range(len(keys)))
            theirs = ' AND '.join(f't.{key} = u.k{n}' for n, key in enumerate(keys))
            bind.exec_driver_sql(
                f'UPDATE {table} t SET "{column}" = u.v::{kind} FROM unnest({arrays}) AS u({named}, v) WHERE {theirs}',
                tuple(list(values) for values in zip(*changed)),
            )
