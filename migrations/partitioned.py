"""A table of PostgreSQL becomes the first partition of a table of its name: no row is moved and none is read."""

from alembic import op


def partition(table: str, key: str, *, unique: str = "", is_sealed: bool = False, is_kept: bool = True) -> None:
    """Partition ``table`` by ranges of ``key``, its primary key; what stands in it is one open range for the present.

    ``unique`` is unique within each partition from now on: an index over all of them would need ``key``. Takes ACCESS
    EXCLUSIVE for as long as the catalogue is written: milliseconds, however many rows.
    """
    first = f"{table}_before"
    connection = op.get_bind()
    indexes = connection.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s "
        "AND indexname LIKE 'ix%%'", (table,)
    ).all()
    for trigger in (f"{table}_kept", f"{table}_not_emptied"):
        op.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {table}")
    op.execute(f"ALTER TABLE {table} RENAME TO {first}")
    op.execute(f"ALTER TABLE {first} RENAME CONSTRAINT pk_{table} TO pk_{first}")
    if unique:
        op.execute(f"ALTER TABLE {first} RENAME CONSTRAINT uq_{table}_{unique} TO uq_{first}_{unique}")
    for name, _ in indexes:
        op.execute(f"ALTER INDEX {name} RENAME TO {name}_before")
    op.execute(
        f"CREATE TABLE {table} (LIKE {first} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({key})"
    )
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({key})")
    for _, definition in indexes:
        op.execute(definition)
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO (MAXVALUE)")
    if is_kept:
        acts = "UPDATE OR DELETE" if is_sealed else "DELETE"
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE {acts} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()")
        for emptied in (table, first):
            op.execute(
                f"CREATE TRIGGER {emptied}_not_emptied BEFORE TRUNCATE ON {emptied} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
            )
