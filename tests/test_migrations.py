"""The migrations leave the tables that the models describe: columns, keys, and indexes with what they hold."""

import re
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect

from models import months
from models.base import Base, db
from models.months import OF_THE_PARTITIONS
from tests.conftest import migrate


def is_modelled(thing, _name, kind, is_stored, model):
    """The search box's words are each engine's own: written by hand in the migrations, unknown to the models. So are
    PostgreSQL's partitions, which hold what is unique within each of them."""
    table = getattr(thing, "table", thing).name
    if is_stored and kind == "foreign_key_constraint":
        return thing.elements[0].target_fullname.split(".")[0] not in months.partitions(db.session.connection())
    if is_stored:
        return not (model is None and ("_search" in table or table in months.partitions(db.session.connection())))
    return db.engine.dialect.name == "sqlite" or thing.info != OF_THE_PARTITIONS


def test_the_migrations_and_the_models_tell_of_the_same_tables(app):
    options = {"compare_type": True, "include_object": is_modelled}
    context = MigrationContext.configure(db.session.connection(), opts=options)
    assert [str(one) for one in compare_metadata(context, Base.metadata)] == []


def test_partial_indexes_hold_what_the_models_say(app, engine_name):
    """Alembic compares the columns of an index, not its condition."""
    found = inspect(db.session.connection())
    for table in Base.metadata.sorted_tables:
        stored = {index["name"]: index["dialect_options"].get(f"{engine_name}_where") for index in
                  found.get_indexes(table.name)}
        for index in table.indexes:
            said = index.dialect_options[engine_name]["where"]
            assert plain(stored[index.name]) == plain(said), index.name


def plain(condition):
    """PostgreSQL adds brackets and casts to a condition; what is left of it is the same."""
    text = re.sub(r"::[a-z ]+(\[\])?", "", "" if condition is None else str(condition)).lower()
    text = re.sub(r"= any \(\(?array\[(.*?)\]\)?\)", r"in \1", text).replace("<> all (array[", "not in ")
    return re.sub(r"[()\[\]\s]", "", text)


def test_a_migration_that_breaks_off_leaves_nothing_behind(tmp_path, monkeypatch):
    """On PostgreSQL the server sees to it; Alembic by itself would keep every step on SQLite."""
    path, create = tmp_path / "broken.sqlite3", Operations.create_table

    def break_off(operations, name, *columns, **rest):
        if name == "refusals":
            raise InterruptedError
        return create(operations, name, *columns, **rest)

    monkeypatch.setattr(Operations, "create_table", break_off)
    with pytest.raises(InterruptedError):
        migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
