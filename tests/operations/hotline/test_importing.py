"""The hotline's messages as tickets: each once, under a sender of its own, with what was answered before."""

import openpyxl
import pytest
from sqlalchemy import func, select

from models import clock
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Enterprise, Region, RegionLevel
from models.log import Event, EventWords
from models.notices import Notice
from models.ratings import Rating
from models.supervision import Supervision
from models.tickets import Act, Channel, Status, Ticket
from operations import verification
from operations.access import scope
from operations.errors import BadInput
from operations.hotline.bad_rows import write_bad_rows
from operations.hotline.importing import import_messages, region_coded
from operations.supervision import sweep
from operations.tickets import intake
from tests.hotline import message
from tests.lives import shanghai

NOW = shanghai("2026-01-05 09:00")


@pytest.fixture
def import_rows(city, table):
    def do(*rows, **options):
        with clock.standing_at(NOW):
            return import_messages(table(rows), region=region_coded(None), **options)

    return do


def tickets():
    return db.session.scalars(select(Ticket).order_by(Ticket.id)).all()


def test_a_message_becomes_a_ticket_that_staff_can_work_on(import_rows, people):
    import_rows(message())

    ticket = db.session.scalars(scope.visible_tickets(people["wujie"])).one()
    assert (ticket.channel, ticket.external_number, ticket.status) == (Channel.HOTLINE, "2554", Status.SUBMITTED)
    assert ticket.submitted_at == shanghai("2019-04-24T16:03:40")
    intake.accept(ticket, actor=people["wujie"], category="城乡建设", difficulty="ordinary")
    assert ticket.status is Status.COORDINATING


def test_the_sender_is_an_unclaimed_enterprise_and_stays_the_same(import_rows):
    import_rows(message(), message(留言编号=1), message(留言编号=2, 留言用户="UU0081"))

    senders = db.session.scalars(select(Enterprise).where(Enterprise.external_ref.is_not(None))).all()
    assert {sender.external_ref: sender.name for sender in senders} == {
        "12345:A00023583": "12345来电人 A00023583",
        "12345:UU0081": "12345来电人 UU0081",
    }
    assert all(sender.claimed_at is None and sender.region.code == "9901" for sender in senders)


def test_those_who_left_no_name_are_not_one_and_the_same(import_rows):
    import_rows(message(留言用户=None), message(留言编号=1, 留言用户=None))

    assert len({ticket.enterprise_id for ticket in tickets()}) == 2


def test_the_earlier_reply_is_a_public_message_at_its_own_time(import_rows):
    import_rows(message())

    said = select(Event, EventWords.words).join(EventWords, EventWords.event_seq == Event.seq)
    event, words = db.session.execute(said.where(Event.action == Act.MESSAGE)).one()
    assert (event.at, event.is_public, event.actor_id) == (shanghai("2019-05-09T09:49:10"), True, None)
    assert words == "12345 原答复（2019年5月9日 9:49）：\n您好，正在施工。"


def test_nothing_is_made_up_and_nobody_is_flooded(import_rows):
    import_rows(message(), message(留言编号=1))
    with clock.standing_at(NOW):
        sweep.sweep()

    for table in (Rating, Notice, Supervision):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_the_clock_runs_from_the_message_and_the_log_says_when_it_came(import_rows):
    import_rows(message())

    running = db.session.scalars(select(Clock)).one()
    assert (running.kind, running.due_at) == (ClockKind.ACCEPTANCE, shanghai("2019-04-25T17:30"))
    submitted = db.session.scalars(select(Event).where(Event.action == Act.SUBMIT)).one()
    assert submitted.at == shanghai("2019-04-24T16:03:40")
    assert NOW.astimezone(submitted.at.tzinfo).isoformat() in submitted.body


def test_the_log_is_whole_afterwards_and_no_time_goes_backwards(import_rows):
    import_rows(message(), message(留言编号=1, 留言时间="2018/1/2 3:04:05", 答复时间=None))

    found = verification.verify()
    assert (found.findings, found.notes) == ([], [])


def test_the_same_file_twice_adds_nothing_and_says_so(import_rows):
    rows = [message(留言编号=number) for number in range(450)]
    first, second = import_rows(*rows), import_rows(*rows)

    assert (first.new, first.known, second.new, second.known) == (450, 0, 0, 450)
    assert len(tickets()) == 450


def test_good_rows_go_in_and_bad_rows_are_told_in_their_order(import_rows):
    found = import_rows(message(留言主题=""), message(), message(留言编号=None), message(留言编号=3, 留言时间="2019/2/30"))

    assert (found.new, [row.row for row in found.bad]) == (1, [2, 4, 5])
    assert [ticket.external_number for ticket in tickets()] == ["2554"]


def test_what_another_import_was_quicker_with_is_known_and_the_rest_goes_in(import_rows, monkeypatch):
    import_rows(message(留言编号=1))
    answers = iter([set(), {"1"}])
    monkeypatch.setattr("operations.hotline.importing.known_numbers", lambda numbers: next(answers, set()))

    found = import_rows(message(留言编号=1), message(留言编号=2))

    assert (found.new, found.known, found.bad) == (1, 1, [])


def test_a_rehearsal_tells_and_writes_nothing(import_rows):
    found = import_rows(message(), message(留言编号=None), is_rehearsal=True)

    assert (found.new, len(found.bad), tickets()) == (1, 1, [])


def test_the_bad_rows_can_be_had_back_with_the_reason(import_rows, table, tmp_path):
    found = import_rows(message(), message(留言编号=9, 留言主题="=1+1", 留言详情="+86"))
    write_bad_rows(table([message(), message(留言编号=9, 留言主题="", 留言详情="+86")]), found.bad, tmp_path / "bad.xlsx")

    header, row = openpyxl.load_workbook(tmp_path / "bad.xlsx").active.iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True))["有误原因"] == "留言主题是公式，请改为文字或数值。"
    assert (row[0], row[4], row[-1]) == (9, "+86", 3)


def test_the_region_is_the_only_city_or_the_one_named(city):
    assert region_coded(None).code == "9901"
    assert region_coded("990102").code == "990102"
    with pytest.raises(BadInput, match="没有代码为 77 的区划"):
        region_coded("77")


def test_two_cities_must_be_told_apart(city):
    db.session.add(Region(code="9902", name="云海市", level=RegionLevel.CITY))
    db.session.flush()

    with pytest.raises(BadInput, match="--region"):
        region_coded(None)
