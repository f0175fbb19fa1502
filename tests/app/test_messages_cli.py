"""``zhitongche import messages`` and ``zhitongche replay``, typed as people type them."""

import json

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.cli import main
from models.base import db
from models.tickets import Ticket
from tests.hotline import MESSAGES, ensure_it_agrees, message, needs_messages, rows_of, write_table
from tests.shared import ENGINES_TRIED, IS_DRILL


@pytest.fixture
def table(tmp_path):
    return lambda rows: write_table(tmp_path / "留言.xlsx", rows)


@pytest.fixture
def type_in(monkeypatch, tmp_path):
    """``type_in("replay", path)`` answers exit code, standard output and standard error."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


@pytest.fixture
def type_on_site(type_in, city, database_url, monkeypatch):
    """The same on the demonstration city."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    db.session.rollback()
    return type_in


def count_tickets():
    counted = db.session.scalar(select(func.count(Ticket.id)))
    db.session.rollback()
    return counted


def test_an_import_says_what_went_in_and_what_did_not(type_on_site, table):
    path = table([message(), message(留言编号=3, 留言时间="2019/2/30"), message(留言编号=None)])
    said = type_on_site("import", "messages", path)

    assert said.exit_code == 0
    assert said.stdout.splitlines()[:2] == [
        "第 3 行（编号 3）：留言时间“2019/2/30”不存在。",
        "第 4 行：留言编号为空。",
    ]
    assert said.stdout.splitlines()[2].startswith("新登记 1 件，已登记过 0 件，有误 2 行，用时 ")


def test_the_same_file_again_adds_nothing_and_says_so(type_on_site, table):
    path = table([message(), message(留言编号=3)])
    type_on_site("import", "messages", path)
    said = type_on_site("import", "messages", path)

    assert said.stdout.startswith("没有新的留言。新登记 0 件，已登记过 2 件，有误 0 行")
    assert count_tickets() == 2


def test_machines_get_one_object(type_on_site, table):
    said = json.loads(type_on_site("import", "messages", "--json", "--dry-run", table([message(), {"留言编号": 9}])).stdout)

    assert said.pop("seconds") < 60
    assert said == {"new": 1, "known": 0, "bad": [{"row": 3, "number": "9", "reason": "留言时间为空。"}], "dry_run": True}
    assert count_tickets() == 0


def test_bad_rows_are_written_where_asked(type_on_site, table, tmp_path):
    type_on_site("import", "messages", table([message(留言主题="")]), "--bad-rows", tmp_path / "bad.xlsx")

    assert openpyxl.load_workbook(tmp_path / "bad.xlsx").active["H2"].value == "留言主题为空。"


@pytest.mark.parametrize("command", [("import", "messages"), ("replay",)])
def test_a_file_that_cannot_be_read_ends_with_code_two_and_one_sentence(type_on_site, tmp_path, command):
    path = tmp_path / "留言.xlsx"
    path.write_text("<html></html>")
    said = type_on_site(*command, path)

    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.count("\n") == 1 and "不是 Excel 表格" in said.stderr


def test_an_unknown_region_ends_with_code_two(type_on_site, table):
    assert type_on_site("import", "messages", "--region", "77", table([message()])).exit_code == 2


def test_a_replay_writes_one_document_and_sums_it_up(type_in, table, tmp_path):
    path = table([message(), message(留言编号="b", 答复时间="")])
    said = type_in("replay", path, "--limit", 5, "--json", tmp_path / "out.json")

    assert said.exit_code == 0
    assert said.stderr == "第 3 行（编号 b）略去：答复时间为空。\n"
    assert said.stdout.startswith(
        "重放 1 件，办理时限 5 个工作日：按时 0 件（0.0%），超时 1 件；一次督办 1 件，二次督办 1 件，提请约谈 0 件；略去 1 行；用时"
    )
    assert json.loads((tmp_path / "out.json").read_text()) == {
        "messages": [
            {
                "number": "2554",
                "submitted_at": "2019-04-24T16:03:40+08:00",
                "due_at": "2019-04-30T17:30:00+08:00",
                "closed_at": "2019-05-09T09:49:10+08:00",
                "on_time": False,
                "supervisions": [
                    order("first", "2019-04-30T17:30:00+08:00", "2019-05-07T17:30:00+08:00"),
                    order("second", "2019-05-07T17:30:00+08:00", "2019-05-10T17:30:00+08:00"),
                ],
            }
        ],
        "totals": {
            "messages": 1, "on_time": 0, "late": 1, "on_time_rate": 0.0,
            "first": 1, "second": 1, "talk": 0, "left_out": 1,
        },
        "left_out": [{"row": 3, "number": "b", "reason": "答复时间为空。"}],
    }


def order(level, opened_at, due_at):
    return {"level": level, "opened_at": opened_at, "due_at": due_at}


def test_a_replay_can_answer_on_standard_output(type_in, table):
    said = type_in("replay", table([message()]), "--json", "-")

    assert json.loads(said.stdout)["totals"]["messages"] == 1
    assert said.stderr.startswith("重放 1 件")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--json", "/nowhere/out.json"), "目录不存在"),
        (("--database", "mysql://x"), "--database：应为"),
        (("--limit", "0"), "--limit"),
    ],
)
def test_what_a_replay_cannot_use_is_told_before_it_begins(type_in, table, options, sentence):
    said = type_in("replay", table([message()]), *options)

    assert said.exit_code == 2 and sentence in said.stderr


def test_a_replay_leaves_a_database_with_people_alone(type_on_site, database_url, table):
    said = type_on_site("replay", table([message()]), "--database", database_url)

    assert said.exit_code == 2 and "空的数据库" in said.stderr


@needs_messages
@pytest.mark.skipif(not IS_DRILL, reason="a minute long: make drill (test_replay.py tries a part)")
def test_every_real_message_agrees_with_plain_date_arithmetic(type_in, tmp_path):
    said = type_in("replay", MESSAGES, "--limit", 5, "--json", tmp_path / "out.json")

    assert said.exit_code == 0
    ensure_it_agrees(json.loads((tmp_path / "out.json").read_text()), rows_of(MESSAGES), limit=5)


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")  # test_importing asks both
@needs_messages
def test_every_real_message_is_imported_once(type_on_site):
    first = json.loads(type_on_site("import", "messages", "--json", MESSAGES).stdout)
    second = json.loads(type_on_site("import", "messages", "--json", MESSAGES).stdout)

    assert (first["new"], first["bad"], second["new"], second["known"]) == (1402, [], 0, 1402)
