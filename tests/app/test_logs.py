"""Log lines: one object each, with request and person, without words, phones or one-time tokens."""

import json
import logging
import sys
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app import create_app, slow_statements
from app.logs import OneLine, ToStandardError
from models.base import db
from tests.conftest import settings_for


def line_of(message, *args, exc_info=None, **extra):
    record = logging.LogRecord("jobs.runner", logging.INFO, __file__, 1, message, args, exc_info)
    vars(record).update(extra)
    return OneLine().format(record)


def answered(caplog):
    return [record for record in caplog.records if record.name == "zhitongche.requests"]


def test_a_line_is_one_object():
    told = json.loads(line_of("%s did %d", "巡检", 3, job="sweep"))
    assert (told["from"], told["level"], told["says"], told["job"]) == ("jobs.runner", "info", "巡检 did 3", "sweep")


def test_a_line_and_its_end_are_written_in_one_piece(monkeypatch):
    """Else those of two processes stand on one line, where nothing buffers them."""
    pieces = []
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=pieces.append, flush=lambda: None))
    ToStandardError().handle(logging.LogRecord("jobs.runner", logging.INFO, __file__, 1, "woken", (), None))
    (piece,) = pieces
    assert piece.endswith("}\n")


def test_a_traceback_stays_on_its_line():
    try:
        raise LookupError("x")
    except LookupError:
        line = line_of("failed", exc_info=sys.exc_info())
    assert "\n" not in line
    assert "LookupError" in json.loads(line)["trace"]


@pytest.mark.parametrize("personal", ["13800002607", "210302199001011234", "21030219900101123X", "91990102MA0001XY8X"])
def test_phones_and_numbers_of_persons_never_reach_a_line(personal):
    assert personal not in line_of("来电 %s，请回", personal)


@pytest.mark.parametrize("harmless", ["ZQ-2026-11-0482913", "9c2bcc173a6bbb07", "1780000000"])
def test_numbers_of_tickets_and_requests_do(harmless):
    assert harmless in line_of("about %s", harmless)


def test_every_answer_has_an_id_and_a_line_with_it(client, caplog):
    with caplog.at_level(logging.INFO):
        answer = client.get("/login?next=/secret-words")
    (line,) = answered(caplog)
    assert len(answer.headers["X-Request-Id"]) == 16
    assert (line.method, line.rule, line.status) == ("GET", "/login", 200)
    assert "secret-words" not in str(vars(line))


def test_two_requests_have_two_ids_and_nobody_chooses_them(client):
    ids = {client.get("/login", headers={"X-Request-Id": "chosen-by-a-stranger"}).headers["X-Request-Id"] for _ in "12"}
    assert len(ids) == 2
    assert "chosen-by-a-stranger" not in ids


def test_behind_our_own_proxy_its_id_is_taken(database_url):
    behind = create_app(type("Behind", (settings_for(database_url),), {"PROXY_COUNT": 1}))
    answer = behind.test_client().get("/login", headers={"X-Request-Id": "from-the-proxy-01"})
    assert answer.headers["X-Request-Id"] == "from-the-proxy-01"


def test_static_files_make_no_lines(client, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/static/favicon.svg").close()
    assert answered(caplog) == []


def test_nothing_is_written_in_tests(client, capsys):
    client.get("/login")
    assert capsys.readouterr().err == ""


def test_a_slow_statement_is_a_line_without_what_was_bound_to_it(app, caplog):
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    slow_statements.watch(engine, 0)
    with caplog.at_level(logging.WARNING), engine.connect() as connection:
        connection.execute(sa.text("SELECT\n  :said AS said"), {"said": "机密"})
    engine.dispose()
    (line,) = [record for record in caplog.records if record.name == "zhitongche.database"]
    assert (line.getMessage(), line.statement[:6]) == ("slow statement", "SELECT")
    assert "机密" not in str(vars(line)) and line.ms >= 0


def test_a_quick_statement_is_no_line(app, caplog):
    with caplog.at_level(logging.WARNING), app.app_context():
        db.session.execute(sa.text("SELECT 1"))
    assert caplog.records == []
