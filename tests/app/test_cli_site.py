"""init and demo: from an empty machine to a city that lives; never twice, never over somebody's work."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from benchmarks import postgres as server
from config import HERE
from models.access import User
from models.base import db
from operations.demo import presence
from tests import postgres
from tests.shared import ENGINES_TRIED


def test_a_new_machine_gets_its_database_and_is_told_so(fresh):
    first, second = fresh("init"), fresh("init")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output.startswith("已建库：")
    assert second.output.startswith("数据库已是最新：")


def test_a_place_that_cannot_be_written_is_one_sentence(fresh):
    (fresh.folder / "file").touch()
    refused = fresh("init", ANCHOR_KEY_FILE=str(fresh.folder / "file" / "anchor.key"), ANCHORS="on")
    assert refused.exit_code == 1 and refused.stderr.startswith(f"不能读写 {fresh.folder}/file")


def test_readers_and_the_writer_do_not_wait_for_one_another(fresh):
    fresh("init")
    with sqlite3.connect(fresh.folder / "zhitongche.sqlite3") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_whoever_writes_the_file_meanwhile_is_waited_for(fresh):
    fresh("init")
    with closing(sqlite3.connect(fresh.folder / "zhitongche.sqlite3", isolation_level=None)) as former:
        former.execute("PRAGMA journal_mode=DELETE")
        former.execute("BEGIN IMMEDIATE")
        started = subprocess.Popen([sys.executable, "-m", "app.cli", "init"], cwd=HERE,
                                   env=os.environ | fresh.environment, stdout=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            assert started.wait(3) == 0, "gave up at once"
        former.execute("COMMIT")
        assert started.wait(60) == 0
    with closing(sqlite3.connect(fresh.folder / "zhitongche.sqlite3")) as later:
        assert later.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.fixture
def empty_url(engine_name, database, tmp_path):
    """A database in which there is nothing yet."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite3"
        return
    base_url, name = os.environ[postgres.BASE_URL], f"{database.name}_empty"
    yield server.create_database(base_url, name)
    server.drop_database(base_url, name)


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
def test_three_that_begin_at_once_make_one_database(empty_url, tmp_path):
    environment = os.environ | {"DATABASE_URL": empty_url, "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "app.cli", "init"]
    three = [subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [one.wait(60) for one in three] == [0, 0, 0]


def test_a_database_newer_than_the_program_is_left_alone(fresh):
    fresh("init")
    with sqlite3.connect(fresh.folder / "zhitongche.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    refused = fresh("init")
    assert refused.exit_code == 1
    assert "数据库比程序新" in refused.stderr


def test_somebody_elses_database_is_left_alone(fresh):
    with sqlite3.connect(fresh.folder / "zhitongche.sqlite3") as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    assert "没有本系统的版本记录" in fresh("init").stderr


@pytest.mark.parametrize("words", [("demo",), ("jobs", "run", "sweep"), ("audit", "verify")])
def test_without_a_database_every_command_says_what_to_do_first(fresh, words):
    refused = fresh(*words)
    assert refused.exit_code == 1
    assert "zhitongche init" in refused.stderr


def test_a_wrong_setting_is_one_sentence(fresh):
    refused = fresh("init", SWEEP_SECONDS="soon")
    assert refused.exit_code == 1
    assert "SWEEP_SECONDS" in refused.stderr and "Traceback" not in refused.stderr


def test_a_database_that_does_not_answer_is_one_sentence(fresh):
    refused = fresh("init", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert refused.exit_code == 1
    assert "数据库没有响应" in refused.stderr


def test_the_demonstration_is_not_put_over_somebodys_work(terminal):
    db.session.add(User(username="somebody", name="真人"))
    db.session.commit()
    assert "库里已有数据" in terminal("demo").stderr


def test_the_demonstration_is_not_put_on_a_public_site(terminal):
    assert "不装演示数据" in terminal("demo", SESSION_COOKIE_SECURE="on").stderr


def test_the_demonstration_is_not_built_twice(terminal, city):
    db.session.commit()
    again = terminal("demo")
    assert (again.exit_code, again.output) == (0, "演示数据已经在库里，没有再装。\n")


def test_first_passwords_are_given_back(terminal, city):
    db.session.execute(sa.update(User).values(password_hash="gone"))
    db.session.commit()
    assert "30 个演示账号" in terminal("demo", "--reset-passwords").output
    db.session.rollback()
    assert db.session.scalars(select(User.password_hash)).first() != "gone"


def test_every_role_has_an_account_with_its_unit(app, city):
    accounts = presence.accounts()
    assert {"企业用户", "企业管家", "承办人", "承办单位负责人", "企业服务中心", "营商办督办员"} <= {a.role for a in accounts}
    assert all(account.unit and account.has_first_password for account in accounts)
