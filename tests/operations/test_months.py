"""Months of what only grows: cut where one begins, whoever writes or reads meanwhile; on PostgreSQL by partitions."""

import contextlib
import os
import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from app import create_app
from benchmarks import postgres as server
from migrations import partitioned
from models import clock
from models.access import User
from models.base import db
from models.bulk import insert_rows
from models.deliveries import Carrier, Delivery, Purpose
from models.log import Event, EventWords, LogHead
from models.months import Month, first_event_of, partitions
from models.notices import Notice
from operations import health, log, months, notices, verification
from operations.access.actor import SYSTEM
from operations.base import operation
from tests import postgres, shared
from tests.conftest import settings_for
from tests.lives import START
from tests.together import at_once

# Far ahead: the migrations begin the month in which they run.
NOVEMBER = START.replace(year=2090, month=11)
DECEMBER = NOVEMBER + timedelta(days=31)


@pytest.fixture(scope="module")
def own(engine_name, database, tmp_path_factory):
    """A site with a database of its own, which has lived through two months: partitions do not go with the rows."""
    if engine_name == "sqlite":
        path = tmp_path_factory.mktemp("months") / "months.sqlite3"
        shutil.copy(shared.room() / "template.sqlite3", path)
        url, dropping = f"sqlite:///{path}", contextlib.nullcontext()
    else:
        base_url, name = os.environ[postgres.BASE_URL], f"{database.name}_months"
        url = server.create_database(base_url, name, template=database.template)
        dropping = contextlib.closing(_Dropped(base_url, name))
    site = create_app(settings_for(url))
    with dropping, site.app_context():
        somebody = User(username="somebody", name="某人", password_hash="")
        db.session.add(somebody)
        db.session.commit()
        happen(3), tell(somebody.id, "a", at=NOVEMBER), tell(somebody.id, "sent", at=NOVEMBER, is_sent=True)
        assert begin(NOVEMBER).done == 1
        happen(2), tell(somebody.id, "b", at=NOVEMBER)
        assert begin(DECEMBER).done == 1
        happen(2), tell(somebody.id, "c", at=DECEMBER)
        db.session.remove()
        yield site
        db.engine.dispose()


@pytest.fixture
def site(own):
    with own.app_context():
        yield own
        db.session.remove()


@pytest.fixture
def partitioned_site(site, engine_name):
    if engine_name == "sqlite":
        pytest.skip("SQLite has no partitions")
    return site


class _Dropped:
    def __init__(self, base_url, name):
        self.base_url, self.name = base_url, name

    def close(self):
        server.drop_database(self.base_url, self.name)


@operation
def happen(count, ticket_id=7):
    for _ in range(count):
        log.record("accept", object_type="ticket", object_id=ticket_id, actor=SYSTEM, ticket_id=ticket_id, words="好")


@operation
def tell(person, key, *, at, is_sent=False):
    """Queue a message; ``is_sent``: it has gone out by a carrier, too."""
    row = {"user_id": person, "kind": "system", "ticket_id": None, "subject": key, "words": "", "dedup_key": key,
           "created_at": at, "not_before": at}
    insert_rows(db.session.connection(), Notice.__table__, [row], ignoring=True)
    if is_sent:
        notice_id = db.session.scalar(sa.select(Notice.id).where(Notice.dedup_key == key))
        db.session.add(Delivery(carrier=Carrier.SMS, purpose=Purpose.NOTICE, key=key, user_id=person, recipient="1",
                                notice_id=notice_id, next_try_at=at, expires_at=at))


def begin(moment):
    with clock.standing_at(moment):
        return months.keep()


def refusal_of(statement):
    with pytest.raises(sa.exc.DBAPIError) as refused, db.engine.begin() as connection:
        connection.execute(sa.text(statement))
    return str(refused.value.orig)


def test_the_log_goes_on_over_the_border_of_a_month(site):
    begun = db.session.execute(sa.select(Month.month, Month.first_seq).order_by(Month.month)).all()
    assert begun[1:3] == [("2090-11", 4), ("2090-12", 6)]
    found = verification.verify()
    assert found.is_whole and found.events == db.session.scalar(sa.select(LogHead.seq)) >= 7


def test_a_month_is_begun_once_and_never_goes_back(site):
    assert (begin(DECEMBER).scanned, begin(NOVEMBER).scanned) == (0, 0)
    assert months.latest() >= "2090-12"


def test_two_that_begin_a_month_while_others_write(site):
    before, year = db.session.scalar(sa.select(LogHead.seq)), DECEMBER.replace(year=2091)
    db.session.rollback()
    told = at_once(site, [months.keep, months.keep, *[lambda: happen(3)] * 4], moment=year)
    assert sum(one.done for one in told[:2]) <= 1 and told[2:] == [None] * 4
    begin(year)
    assert db.session.scalar(sa.select(sa.func.count()).where(Month.month == "2091-12")) == 1
    assert verification.verify().events == before + 12


def test_an_older_ticket_is_sought_further_back(app, engine_name):
    db.session.add_all([Month(month="2090-11", first_seq=4, first_ticket_id=100),
                        Month(month="2090-12", first_seq=7, first_ticket_id=200)])
    db.session.commit()
    found = [db.session.scalar(sa.select(first_event_of(ticket))) for ticket in (99, 100, 199, 200, 5000)]
    assert found == ([1, 4, 4, 7, 7] if engine_name == "postgresql" else [0] * 5)


def test_where_the_month_did_not_begin_it_is_said(app):
    def said(moment):
        with clock.standing_at(moment):
            return next(check for check in health.checks(app.config) if check.name == "month")

    db.session.add(Month(month="2090-11", first_seq=1, first_ticket_id=1))
    db.session.commit()
    assert said(NOVEMBER).is_well
    first = DECEMBER.replace(day=1, hour=2)
    assert said(first).is_well and not said(first + timedelta(days=2)).is_well


def test_each_event_lies_in_its_month(partitioned_site):
    lying = dict(db.session.execute(sa.text("SELECT seq, tableoid::regclass::text FROM events WHERE seq < 8")).all())
    names = ("events_before", "events_2090_11", "events_2090_12")
    assert lying == dict(zip(range(1, 8), [names[0]] * 3 + [names[1]] * 2 + [names[2]] * 2, strict=True))
    words = sa.select(sa.func.count()).select_from(Event).join(EventWords, EventWords.of_ticket(7))
    assert db.session.scalar(words.where(Event.of_ticket(7), Event.seq < 8)) == 7


def test_every_partition_refuses_what_the_log_refuses(partitioned_site):
    happen(1)  # the month begun last may hold nothing yet, and a trigger for each row says nothing where there is none
    for table in ("events", *(name for name in partitions(db.session.connection()) if name.startswith("events"))):
        for statement in (f"UPDATE {table} SET body = ''", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            assert "kept for ever" in refusal_of(statement), statement
    for table in (name for name in partitions(db.session.connection()) if name.startswith("event_words")):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
            assert "kept for ever" in refusal_of(statement), statement


def test_no_number_comes_twice_and_no_link_is_followed_twice(partitioned_site):
    happen(1)  # the last event may lie before the month begun last
    columns = ", ".join(column.name for column in Event.__table__.columns if column.name not in ("seq", "prev"))
    again = f"INSERT INTO events (seq, prev, {columns}) SELECT {{}}, {columns} FROM events WHERE seq = {{}}"
    for seq, rule in ((1, "events_before"), (4, "2090_11_follows"), (5, "2090_11_pk"), (7, "2090_12_pk")):
        assert rule in refusal_of(again.format("seq, 'new'", seq)), seq
    last = db.session.scalar(sa.select(LogHead.seq))
    assert "_prev" in refusal_of(again.format(f"{last + 1}, prev", last))


def test_who_reads_for_long_is_not_disturbed_and_nobody_who_writes(partitioned_site):
    later = DECEMBER.replace(year=2092)
    with db.engine.connect() as reader:
        reader.execute(sa.text("SELECT count(*) FROM event_words")).scalar_one()
        told = begin(later)
        assert (told.done, told.error) == (0, months.BUSY)
        happen(1)
    assert begin(later).done == 1
    assert verification.verify().is_whole


def test_each_notice_lies_in_its_month_and_what_was_sent_still_refers_to_it(partitioned_site):
    first = sa.text("SELECT dedup_key, tableoid::regclass::text FROM notices WHERE dedup_key NOT IN ('d', 'e')")
    lying = dict(db.session.execute(first).all())
    assert lying == {"a": "notices_before", "sent": "notices_before", "b": "notices_2090_11", "c": "notices_2090_12"}
    assert "still referenced" in refusal_of("DELETE FROM notices WHERE dedup_key = 'sent'")
    valid = "SELECT convalidated FROM pg_constraint WHERE conname = 'fk_deliveries_notice_id' AND conparentid = 0"
    assert db.session.scalars(sa.text(valid)).all() == [True]


def test_what_was_told_is_not_told_again_within_the_month_nor_just_after_it(site):
    person = db.session.scalar(sa.select(User.id).where(User.username == "somebody"))
    db.session.rollback()
    moment, later = DECEMBER.replace(year=2095), DECEMBER.replace(year=2096)
    tell(person, "d", at=moment), tell(person, "d", at=moment)
    assert begin(later).done == 1
    tell(person, "d", at=later), tell(person, "e", at=later)
    assert sorted(db.session.scalars(sa.select(Notice.dedup_key).where(Notice.dedup_key > "c", Notice.dedup_key < "f"))
                  ) == ["d", "e"]


def test_what_nobody_read_for_half_a_year_is_no_news(site):
    """A plan that was kept from before a border knows of it: asked as often as PostgreSQL wants before it keeps one."""
    person = db.session.scalar(sa.select(User.id).where(User.username == "somebody"))
    db.session.rollback()
    for month in range(1, 8):
        moment = DECEMBER.replace(year=2097, month=month)
        assert begin(moment).done == 1
        tell(person, f"month {month}", at=moment)
        with clock.standing_at(moment):
            notices.deliver()
        for _ in range(12):
            unread = db.session.scalar(notices.UNREAD, {"person": person, "houses": []})
        db.session.rollback()
    assert unread == 6


def test_a_plan_that_is_kept_opens_no_other_month(partitioned_site):
    """The look-up is asked before a plan runs; a plan that is made for each ticket anew costs more than the page."""
    with db.engine.connect() as connection:
        connection.execute(sa.text("SET plan_cache_mode = force_generic_plan"))
        connection.execute(sa.text("PREPARE told AS SELECT seq FROM events WHERE ticket_id = $1 AND "
                                   "seq >= first_event_of($1)"))
        plan = "\n".join(connection.scalars(sa.text("EXPLAIN (COSTS OFF) EXECUTE told(999)")))
        connection.rollback()
    assert "Subplans Removed" in plan and plan.count("Scan on") == 1


def test_a_filled_table_becomes_a_partition_without_a_row_being_read(partitioned_site):
    """As it was before the migration, with rows in it; then by the migration's own way."""
    with db.engine.connect() as connection:
        rows = connection.scalar(sa.text("SELECT count(*) FROM events"))
        for statement in (
            "CREATE TABLE plain (LIKE events INCLUDING DEFAULTS)", "INSERT INTO plain SELECT * FROM events",
            "DROP TABLE events CASCADE", "ALTER TABLE plain RENAME TO events",
            "ALTER TABLE events ADD CONSTRAINT pk_events PRIMARY KEY (seq)",
            "ALTER TABLE events ADD CONSTRAINT uq_events_prev UNIQUE (prev)",
            "CREATE INDEX ix_events_ticket ON events (ticket_id, seq)",
            "CREATE TRIGGER events_kept BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse()",
            "CREATE TRIGGER events_not_emptied BEFORE TRUNCATE ON events EXECUTE FUNCTION refuse()",
        ):
            connection.execute(sa.text(statement))
        read = "SELECT pg_stat_get_xact_tuples_returned('events'::regclass)"
        before = connection.scalar(sa.text(read))
        with Operations.context(MigrationContext.configure(connection)):
            partitioned.partition("events", "seq", unique="prev", is_sealed=True)
        assert connection.scalar(sa.text(read.replace("events", "events_before"))) == before
        assert connection.scalar(sa.text("SELECT count(*) FROM events")) == rows
        assert {index["name"] for index in sa.inspect(connection).get_indexes("events")} == {"ix_events_ticket"}
        connection.rollback()
