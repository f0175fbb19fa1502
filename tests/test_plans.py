"""What a connection to PostgreSQL has prepared outlives its rollbacks, and harms nothing that a rollback undoes."""

import pytest
import sqlalchemy as sa

from models import plans
from models.base import db

KNOWN = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%of_this_test%'")
PREPARED = sa.text("SELECT prepared_at FROM made_here WHERE of_this_test = :value")


@pytest.fixture
def connection(app, engine_name):
    if engine_name != "postgresql":
        pytest.skip("SQLite keeps statements, not plans")
    with db.engine.connect() as one:
        yield one
        one.rollback()


def asked(connection, times=plans.KEPT_FROM + 1):
    return [connection.scalar(sa.text("SELECT :value + 1 AS of_this_test"), {"value": 1}) for _ in range(times)]


def test_what_every_page_asks_is_planned_once(connection):
    asked(connection)
    connection.rollback()
    assert connection.scalar(KNOWN) >= 1
    connection.rollback()
    assert asked(connection, 1) == [2]


def test_a_rollback_still_undoes_and_ends_what_has_failed(connection):
    name = sa.text("SELECT current_setting('application_name')")
    before = connection.scalar(name)
    asked(connection)
    connection.execute(sa.text("SET LOCAL application_name = 'changed'"))
    assert connection.scalar(name) == "changed"
    with pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.text("SELECT 1 / 0"))
    connection.rollback()
    assert connection.scalar(name) == before and asked(connection, 1) == [2]


def test_a_table_that_a_rollback_took_is_sought_anew(connection):
    for told in ("first", "second"):
        connection.execute(sa.text("CREATE TABLE made_here (of_this_test int, prepared_at text)"))
        connection.execute(sa.text("INSERT INTO made_here VALUES (7, :told)"), {"told": told})
        for _ in range(10):
            assert connection.scalar(PREPARED, {"value": 7}) == told
        connection.rollback()
    with pytest.raises(sa.exc.ProgrammingError, match="made_here"):
        connection.execute(PREPARED, {"value": 7})


def test_what_is_asked_of_words_is_planned_for_each(connection):
    words = sa.text("SELECT to_tsvector('simple', :words) @@ CAST('unprepared' AS tsquery)")
    for _ in range(plans.KEPT_FROM + 3):
        assert connection.scalar(words, {"words": "unprepared"})
    assert connection.scalar(sa.text(KNOWN.text.replace("of_this_test", "unprepared"))) == 0
