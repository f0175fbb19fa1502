"""The sealed log and what the databases themselves refuse, whoever asks and by whatever way."""

import importlib.util
import json
import runpy
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy import select, text

from app.upgrading import MIGRATIONS
from models.base import Base, db
from models.log import Event, EventWords, LogHead
from models.ratings import Grade, Rating
from models.tickets import Ticket
from operations import log, verification
from operations.access.people import actor_named
from operations.base import operation
from operations.errors import Refused
from operations.tickets import conversation, handling, intake
from tests.conftest import settle_city
from tests.eventful import eventful
from tests.lives import START, Life
from tests.together import at_once

# Rows that serve a moment and may be forgotten; and the directory, which nothing deletes from but no law forbids.
FORGETTABLE = {
    "arrived_cases", "authenticators", "carrier_states", "chosen_columns", "clock_beats", "deliveries",
    "delivery_attempts", "directory_counts", "drafts", "enterprise_search", "hall_nonces", "job_runs", "kept_forms",
    "login_attempts", "login_sessions", "notices", "one_time_codes", "password_links", "password_requests",
    "past_passwords", "rating_addition_tokens", "rating_months", "rating_sources", "rating_sums", "rating_tallies",
    "rating_tokens", "recovery_codes", "saved_views", "staged_cases", "staged_enterprises", "staged_stewards",
    "staged_stewardships", "submissions", "talk_drafts", "ticket_search",
}
DIRECTORY = {"enterprises", "industries", "organisations", "regions", "users"}


@pytest.fixture(scope="module")
def closed(app, database):
    """A ticket to which everything has happened."""
    with app.app_context():
        ticket_id = eventful(settle_city(database)).ticket.id
        db.session.remove()
    yield ticket_id
    database.restore()


def guards():
    spec = importlib.util.spec_from_file_location("first_migration", MIGRATIONS / "versions" / "0001_the_loop.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusal_of(statement):
    """What the database itself says to a statement that nothing of ours has looked at."""
    with pytest.raises(sa.exc.DBAPIError) as refused, db.engine.begin() as connection:
        connection.execute(text(statement))
    return str(refused.value.orig)


def events():
    return list(db.session.scalars(select(Event).order_by(Event.seq)))


def kept_since():
    """What the later migrations keep for ever."""
    found = set()
    for path in sorted((MIGRATIONS / "versions").glob("0*.py"))[1:]:
        found |= set(runpy.run_path(str(path)).get("KEPT", ()))
    return found


def test_every_table_is_kept_for_ever_or_known_to_be_forgettable():
    kept = {*guards().SEALED, *guards().KEPT, *kept_since()}

    assert kept | FORGETTABLE | DIRECTORY == Base.metadata.tables.keys()
    assert not kept & (FORGETTABLE | DIRECTORY)


@pytest.mark.shares_rows
def test_the_database_deletes_no_row_that_is_kept(app, closed):
    for table in (*guards().SEALED, *guards().KEPT):
        assert db.session.scalar(text(f"SELECT count(*) FROM {table}")), f"no row of {table} to try it with"
        db.session.rollback()
        assert "kept for ever" in refusal_of(f"DELETE FROM {table}"), table


@pytest.mark.shares_rows
def test_what_came_later_is_kept_as_well(app, closed, engine_name):
    catalogues = {"sqlite": ("SELECT name FROM sqlite_master WHERE type = 'trigger'", "{}_no_delete"),
                  "postgresql": ("SELECT tgname FROM pg_trigger", "{}_kept")}
    catalogue, name = catalogues[engine_name]
    triggers = set(db.session.scalars(text(catalogue)))

    assert kept_since()
    assert {name.format(table) for table in kept_since()} <= triggers


@pytest.mark.shares_rows
def test_the_database_empties_no_table_that_is_kept(app, closed, engine_name):
    if engine_name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for table in (*guards().SEALED, *guards().KEPT):
        assert "kept for ever" in refusal_of(f"TRUNCATE {table} CASCADE"), table


@pytest.mark.shares_rows
def test_the_database_changes_no_event_and_no_rating(app, closed):
    for table, column, value in (
        ("events", "body", "'{}'"), ("events", "at", "'2026-01-01'"), ("events", "actor_id", "NULL"),
        ("events", "hash", f"'{'0' * 64}'"), ("ratings", "grade", "'very_satisfied'"), ("ratings", "words", "''"),
        ("ratings", "tags", "'{}'"),
    ):
        assert "kept for ever" in refusal_of(f"UPDATE {table} SET {column} = {value}"), column


@pytest.mark.shares_rows
def test_a_row_is_not_replaced_by_inserting_it_again(app, closed, engine_name):
    over = "INSERT OR REPLACE INTO" if engine_name == "sqlite" else "INSERT INTO"
    words = refusal_of(f"{over} ratings SELECT * FROM ratings")

    assert "kept for ever" in words or "uplicate key" in words


@pytest.mark.shares_rows
def test_everything_that_happened_is_one_whole_chain(app, closed):
    found = verification.verify()

    assert (found.findings, found.notes) == ([], [])
    assert found.head == found.events == len(events())
    assert [event.seq for event in events()] == list(range(1, found.head + 1))


@pytest.mark.shares_rows
def test_the_words_of_an_event_match_their_digest_and_stand_nowhere_in_its_body(app, closed):
    said = db.session.execute(select(Event, EventWords).join(EventWords, EventWords.event_seq == Event.seq)).all()

    assert len(said) >= 15
    for event, words in said:
        assert json.loads(event.body)["words"] == log.words_digest(words.salt, words.words)
        assert words.words not in event.body


@pytest.mark.shares_rows
def test_an_events_body_holds_no_name_no_phone_and_nothing_anybody_wrote(app, closed):
    ticket, bodies = db.session.get_one(Ticket, closed), "\n".join(event.body for event in events())

    for personal in (ticket.contact_phone, ticket.contact_name, ticket.subject, ticket.content, "孙伟", "陈静", "受理单.pdf"):
        assert personal and personal not in bodies


@pytest.mark.shares_rows
def test_every_act_on_the_ticket_has_its_row_with_who_and_by_which_post(app, closed):
    rows = [event for event in events() if event.ticket_id == closed]

    assert all(event.actor_id and event.post_id for event in rows)
    moves = [(event.source, event.target) for event in rows if event.source != event.target]
    assert all(before[1] == after[0] for before, after in pairwise(moves))
    assert moves[-1][1] == db.session.get_one(Ticket, closed).status


def count(model):
    return db.session.scalar(select(sa.func.count()).select_from(model))


def test_an_operation_that_fails_after_recording_leaves_neither_act_nor_row(city, people):
    life = Life(city).submit()
    before = count(Event), count(EventWords), life.ticket.version
    db.session.commit()

    @operation
    def say_and_stumble(ticket):
        conversation.note(ticket, actor=people["liumin"], words="说了又不算")
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError), life.here():
        say_and_stumble(life.ticket)
    db.session.rollback()

    assert (count(Event), count(EventWords), life.ticket.version) == before
    assert verification.verify().is_whole


def test_an_act_whose_row_cannot_be_written_does_not_happen(city, people, monkeypatch):
    life = Life(city).submit()
    monkeypatch.setattr(log, "canonical", lambda body: None)

    with pytest.raises(sa.exc.IntegrityError), life.here():
        intake.accept(life.ticket, actor=people["liumin"], category="用电", difficulty="ordinary")
    db.session.rollback()

    assert life.ticket.status == "submitted"
    assert count(Event) == 1


def test_nothing_is_recorded_outside_an_operation(city, people):
    with pytest.raises(RuntimeError, match="outside an operation"):
        log.record("anything", object_type="ticket", object_id=1, actor=people["liumin"])


def test_a_refused_act_leaves_no_row(life):
    life.handling().sign()
    before = count(Event)

    with pytest.raises(Refused):
        life.sign()
    assert count(Event) == before


def test_many_hands_at_once_write_one_chain_without_a_gap(app, city):
    lives = [Life(city).handling() for _ in range(8)]
    ids, before = [life.ticket.id for life in lives], count(Event)
    db.session.remove()

    def work(ticket_id):
        ticket, actor = db.session.get_one(Ticket, ticket_id), actor_named("chenjing")
        handling.sign(ticket, actor=actor)
        handling.contact(ticket, actor=actor, method="电话", words="约了现场")
        for number in range(3):
            conversation.note(ticket, actor=actor, words=f"第 {number} 条")

    done = at_once(app, [lambda ticket_id=ticket_id: work(ticket_id) for ticket_id in ids], moment=START)

    assert done == [None] * 8
    found = verification.verify()
    assert (found.findings, found.events) == ([], before + 8 * 5)
    head = db.session.scalars(select(LogHead)).one()
    last = events()[-1]
    assert (head.seq, head.hash) == (last.seq, last.hash)


def test_an_anonymous_rating_leaves_no_trace_of_its_author(life):
    life.handling().result().reply().call()
    life.rate(Grade.VERY_DISSATISFIED, tags=("其他",), words="推来推去三个月", is_anonymous=True)
    event = events()[-1]
    sealed = json.loads(event.body)

    assert (event.action, event.actor_id, event.post_id, event.ticket_id) == ("rate_unseen", None, None, None)
    assert [sealed[key] for key in ("actor", "post", "session", "ip")] == [None, None, None, ""]
    assert sealed["details"].keys() == {"anonymous", "opinion"}
    assert db.session.get(EventWords, event.seq) is None
    rating = db.session.scalars(select(Rating)).one()
    assert (rating.rated_by_id, rating.words) == (None, "推来推去三个月")
