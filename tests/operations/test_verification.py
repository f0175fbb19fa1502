"""Verification names the row: one altered byte of every kind, behind the database's back, on both engines."""

import contextlib
import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from models.base import db
from models.log import Event, EventWords, LogHead
from operations import sealed_log, verification
from operations.log import GENESIS, link_hash, words_digest
from tests.conftest import settle_city
from tests.eventful import eventful
from tests.postgres import AS_REPLICA

# One more, or one less, or another letter: what a hand with a hex editor would do.
NUMBERS = ("actor_id", "post_id", "object_id", "ticket_id", "round")
TEXTS = ("action", "object_type", "source", "target", "body", "alg", "prev", "hash")


@pytest.fixture(scope="module")
def log(app, database):
    """A log with one event of nearly every kind, as the operations wrote it."""
    with app.app_context():
        eventful(settle_city(database))
        db.session.remove()
    database.remember("log")
    yield
    database.restore()


@pytest.fixture(autouse=True)
def whole_again(app, log, database):
    yield
    db.session.remove()
    database.restore("log")


pytestmark = pytest.mark.shares_rows


def behind_our_back(database, *statements):
    """Write as somebody who owns the database: without triggers, without us."""
    if database.url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            connection.commit()
    else:
        engine = sa.create_engine(database.url, connect_args=AS_REPLICA, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def event_with(column):
    """The number of an event in the middle that has something in this column, and what it has."""
    has = getattr(Event, column)
    rows = select(Event.seq, has).where(has.is_not(None), Event.seq > 3).order_by(Event.seq).limit(1)
    seq, value = db.session.execute(rows).one()
    db.session.rollback()
    return seq, value


def other_byte(text):
    """The same text with one letter in the middle changed to its neighbour."""
    place = len(text) // 2
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]


def found():
    return [finding.seq for finding in verification.verify().findings]


def last_seq():
    seq = db.session.scalar(select(LogHead.seq))
    db.session.rollback()
    return seq


def test_a_log_nobody_touched_is_whole():
    report = verification.verify()

    assert (report.findings, report.notes) == ([], [])
    assert report.events == report.head == last_seq()
    assert report.words > 0


def test_the_newest_links_are_read_by_themselves(database):
    """Not what lies before them, and all that is wrong with them: also where the log is shorter than was asked for."""
    last = last_seq()
    assert [verification.verify_newest(count).events for count in (5, last, last + 9)] == [5, last, last]
    behind_our_back(database, f"UPDATE events SET action = 'x' WHERE seq IN (3, {last - 1})")
    assert [finding.seq for finding in verification.verify_newest(5).findings] == [last - 1]
    assert found() == [3, last - 1]


@pytest.mark.parametrize("column", NUMBERS)
def test_an_altered_number_is_found(database, column):
    seq, value = event_with(column)
    behind_our_back(database, f"UPDATE events SET {column} = {value + 1} WHERE seq = {seq}")
    assert found() == [seq]


@pytest.mark.parametrize("column", TEXTS)
def test_an_altered_letter_is_found(database, column):
    seq, value = event_with(column)
    behind_our_back(database, f"UPDATE events SET {column} = '{other_byte(value)}' WHERE seq = {seq}")
    assert found() == [seq]


@pytest.mark.parametrize("column", [*NUMBERS, "source", "target"])
def test_an_emptied_column_is_found(database, column):
    seq, _ = event_with(column)
    behind_our_back(database, f"UPDATE events SET {column} = NULL WHERE seq = {seq}")
    assert found() == [seq]


def test_a_time_moved_by_a_microsecond_is_found(database, engine_name):
    seq, _ = event_with("at")
    sooner = {
        "sqlite": f"UPDATE events SET at = substr(at, 1, 25) || '7' WHERE seq = {seq}",
        "postgresql": f"UPDATE events SET at = at + interval '7 microseconds' WHERE seq = {seq}",
    }
    behind_our_back(database, sooner[engine_name])
    assert found() == [seq]


def test_a_public_event_made_secret_is_found(database):
    seq, _ = event_with("seq")
    behind_our_back(database, f"UPDATE events SET is_public = NOT is_public WHERE seq = {seq}")
    assert found() == [seq]


def test_the_case_of_an_algorithms_name_is_found(database):
    behind_our_back(database, "UPDATE events SET alg = 'SHA256' WHERE seq = 4")
    assert found() == [4]


@pytest.mark.parametrize("column", ["salt", "words"])
def test_altered_words_are_found(database, column):
    seq, value = db.session.execute(select(EventWords.event_seq, getattr(EventWords, column)).limit(1)).one()
    db.session.rollback()
    behind_our_back(database, f"UPDATE event_words SET {column} = '{other_byte(value)}' WHERE event_seq = {seq}")
    assert found() == [seq]


def test_words_given_to_another_event_are_found_at_both(database):
    sealed = set(db.session.scalars(select(EventWords.event_seq)))
    silent = next(seq for seq in range(1, last_seq()) if seq not in sealed)
    behind_our_back(database, f"UPDATE event_words SET event_seq = {silent} WHERE event_seq = {min(sealed)}")
    assert found() == sorted([silent, min(sealed)])


def test_words_without_an_event_are_found(database):
    behind_our_back(database, "INSERT INTO event_words (event_seq, salt, words) VALUES (999999, 's', 'w')")
    assert found() == [999999]


def test_words_erased_by_law_break_nothing(database):
    seq = db.session.scalar(select(EventWords.event_seq).limit(1))
    db.session.rollback()
    behind_our_back(database, f"UPDATE event_words SET salt = '', words = '' WHERE event_seq = {seq}")

    report = verification.verify()

    assert (report.findings, report.erased) == ([], 1)


def test_a_deleted_event_is_named(database):
    behind_our_back(database, "DELETE FROM event_words WHERE event_seq = 5", "DELETE FROM events WHERE seq = 5")
    assert found() == [5]


def test_a_cut_tail_is_named(database):
    end = last_seq()
    rest = end - 3
    cut = [f"DELETE FROM events WHERE seq > {rest}", f"DELETE FROM event_words WHERE event_seq > {rest}"]
    behind_our_back(database, *cut)
    assert verification.verify().findings == [verification.Finding(end - 2, f"至 {end} 缺失，共 3 条")]


def test_a_renumbered_event_leaves_a_gap_and_stands_out(database):
    end = last_seq()
    behind_our_back(database, f"UPDATE events SET seq = {end + 7} WHERE seq = {end}")
    assert end in found() and end + 7 in found()


def test_two_exchanged_events_are_both_named(database):
    swap = [f"UPDATE events SET seq = {new} WHERE seq = {old}" for old, new in ((6, -6), (7, 6), (-6, 7))]
    behind_our_back(database, *swap)
    assert {6, 7} <= set(found())


def test_an_added_link_is_named_however_well_it_is_made(database):
    end = last_seq()
    last = db.session.scalars(select(Event).where(Event.seq == end)).one()
    body = last.body.replace(f'"seq":{end}', f'"seq":{end + 1}')
    link = link_hash(last.hash, end + 1, body, "sha256")
    db.session.rollback()
    columns = "at, actor_id, post_id, action, object_type, object_id, ticket_id, round, source, target, is_public, alg"
    behind_our_back(
        database,
        f"INSERT INTO events (seq, body, prev, hash, {columns})"
        f" SELECT seq + 1, '{body}', hash, '{link}', {columns} FROM events WHERE seq = {end}",
    )
    assert end + 1 in found()


def test_a_number_below_the_first_is_named(database):
    behind_our_back(
        database,
        "INSERT INTO events (seq, at, action, object_type, is_public, body, alg, prev, hash)"
        " SELECT 0, at, action, object_type, is_public, '{}', alg, 'x', 'y' FROM events WHERE seq = 1",
    )
    assert found() == [0]


@pytest.mark.parametrize("change", ["seq = seq + 1", "seq = seq - 1", f"hash = '{GENESIS}'"])
def test_an_altered_head_is_found(database, change):
    behind_our_back(database, f"UPDATE log_head SET {change}")
    assert len(found()) == 1


def test_a_lost_head_is_found(database):
    behind_our_back(database, "DELETE FROM log_head")
    assert found() == [db.session.scalar(select(sa.func.max(Event.seq)))]


def test_a_text_that_is_no_utf8_any_more_is_named(database, engine_name):
    if engine_name != "sqlite":
        pytest.skip("PostgreSQL refuses such a text")
    behind_our_back(database, "UPDATE events SET body = CAST(x'7bff7d' AS TEXT) WHERE seq = 4")
    assert found() == [4]


@pytest.mark.parametrize("column", ["body", "hash", "prev", "action", "at", "alg"])
def test_a_column_that_holds_bytes_instead_of_text_is_named(database, engine_name, column):
    if engine_name != "sqlite":
        pytest.skip("PostgreSQL refuses such a value")
    behind_our_back(database, f"UPDATE events SET {column} = x'00ff' WHERE seq = 4")
    assert found() == [4]


def test_a_time_that_goes_backwards_is_a_note_and_no_break(app):
    with sealed_log.snapshot() as connection:
        walk = verification.Walk(connection.dialect.name)
        walk.at = "9999-12-31"
        walk.take(next(sealed_log.batches(connection, None, 1)))

    assert [note.seq for note in walk.result.notes] == [1]
    assert walk.result.is_whole


def test_the_parts_of_a_long_log_are_one_log(database, monkeypatch):
    monkeypatch.setattr(verification, "WORTH_SHARING", 10)
    seam = last_seq() // 2
    behind_our_back(database, f"UPDATE events SET hash = '{words_digest('a', 'b')}' WHERE seq = {seam}")

    report = verification.verify(processes=2)

    assert [finding.seq for finding in report.findings] == [seam]
    assert report.events == last_seq()
