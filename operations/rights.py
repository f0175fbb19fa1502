"""What the site's own account may do in a database whose tables belong to another account."""

import sqlalchemy as sa

from operations.errors import Refused

TURN = 7_283_194_001  # any number that no other program on the server takes
# Who owns a table can switch off what keeps it; so can whoever may become its owner, or owns the database.
_IS_MASTER = sa.text("""
SELECT rolsuper OR rolcreaterole OR pg_has_role(oid, current_user, 'MEMBER')
    OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = pg_roles.oid)
    OR EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner = pg_roles.oid)
FROM pg_roles WHERE rolname = :account
""")
# What a trigger refuses to everybody (migration 0001 and later) is not given in the first place.
_TABLES = sa.text("""
SELECT c.relname, c.relispartition OR c.relname IN ('alembic_version', 'months') AS only_read,
    coalesce(bool_or(t.tgtype & 16 > 0), false) AS never_changed,
    coalesce(bool_or(t.tgtype & 8 > 0), false) AS never_gone
FROM pg_class c
LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgfoid = to_regproc('refuse') AND t.tgqual IS NULL AND t.tgattr = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
GROUP BY c.oid ORDER BY c.relname
""")
FUNCTIONS = "begin_month(text, timestamptz), settle_months()"


def give(connection: sa.Connection, account: str) -> None:
    """Let ``account`` read and write rows, and let it do nothing else; called by who owns the tables. May be repeated.

    Rows of what is never changed it can only add; partitions it reads by themselves (a backup does) and writes through
    their tables alone. A month begins by a function that acts as the owner. Raises Refused for an account that could
    help itself to more.
    """
    is_master = connection.scalar(_IS_MASTER, {"account": account})
    if is_master is None:
        raise Refused(f"数据库里没有 DATABASE_URL 的账户 {account}，请先建（见 deploy.md）。")
    if is_master:
        raise Refused(f"DATABASE_URL 的账户 {account} 是库或表的属主，或能成为属主，分成两个账户就没有用了（见 deploy.md）。")
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
    name = connection.dialect.identifier_preparer.quote_identifier(account)
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {name}",  # what a new month makes
        *(f'GRANT {_acts(table)} ON "{table.relname}" TO {name}' for table in connection.execute(_TABLES).all()),
    ):
        connection.exec_driver_sql(statement)


def _acts(table: sa.Row[tuple[str, bool, bool, bool]]) -> str:
    if table.only_read:
        return "SELECT"
    changed = [] if table.never_changed else ["UPDATE"]
    return ", ".join(["SELECT", "INSERT", *changed, *([] if table.never_gone else ["DELETE"])])
