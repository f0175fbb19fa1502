"""What a hall's computer sends: believed when it is signed, taken once, answered case by case."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from models import clock
from models.base import db
from models.hall import CountedCase
from models.hall_intake import ArrivedCase, IntakeDay
from models.log import Event
from models.ratings import Grade, Rating, RatingChannel
from operations.hall import believing, systems
from operations.hall.believing import PER_MINUTE
from tests.hall import CANARY, Computer, Hall
from tests.lives import START


@pytest.fixture
def hall(city, tmp_path):
    with clock.standing_at(START):
        hall = Hall(city, tmp_path)
        hall.know()
        yield hall


@pytest.fixture
def computer(hall):
    return Computer(hall)


@pytest.fixture
def client(app):
    return app.test_client()


def told(answer):
    return [(one["number"], one["status"]) for one in answer.get_json()["results"]]


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_each_case_is_answered_and_sent_again_it_adds_nothing(hall, computer, client):
    items = (computer.item(), computer.item("a002"), computer.item("A003", window="B99"),
             computer.item("A004", unit=""), computer.item("A001"),
             computer.item("A005", officer=None, window=None, finished_at="2026-08-19T00:10:00Z"))
    answer = computer.send(client, *items)
    assert answer.status_code == 200 and answer.get_json()["received"] == 6
    assert told(answer) == [("A001", "new"), ("a002", "new"), ("A003", "waiting"), ("A004", "refused"),
                            ("A001", "refused"), ("A005", "new")]
    assert [one.get("reason") for one in answer.get_json()["results"]][3:5] == ["unit：为空", "number：与本批前面的一件重复"]
    hall.rate("A002", Grade.SATISFIED)
    again = computer.send(client, computer.item(item="排水许可变更"), computer.item("A002", item="别的事"),
                          computer.item("A005", officer=None, window=None, finished_at="2026-08-19 08:10"))
    assert told(again) == [("A001", "changed"), ("A002", "rated"), ("A005", "repeated")]

    cases = db.session.scalars(select(CountedCase).order_by(CountedCase.number)).all()
    assert [(case.number, case.item) for case in cases] == [
        ("A001", "排水许可变更"), ("A002", "排水许可"), ("A005", "排水许可")]
    assert count(ArrivedCase) == 1
    day, = db.session.scalars(select(IntakeDay)).all()
    assert (day.received_count, day.new_count, day.changed_count, day.repeated_count, day.refused_count,
            day.waiting_count) == (9, 3, 1, 2, 2, 1)
    for table in ("counted_cases", "arrived_cases", "events", "hall_codes"):
        assert CANARY not in str(db.session.execute(text(f"SELECT * FROM {table}")).all())


def test_forged_stale_repeated_and_revoked_requests_look_alike(hall, computer, client):
    body = json.dumps({"cases": [computer.item()]}).encode()
    good = computer.headers(body, nonce="n" * 20)
    assert client.post("/api/hall/cases", data=body, headers=good).status_code == 200
    stale = int(clock.now().timestamp()) - 301
    wrong = [
        good,  # the same again
        computer.headers(body + b" "), computer.headers(body, second=stale), computer.headers(body, nonce="short"),
        {**computer.headers(body), "X-Key": "zq0000000000000000"}, {**computer.headers(body), "X-Key": ""},
        {**computer.headers(body), "X-Nonce": "m" * 20}, {**computer.headers(body), "X-Signature": "é"}, {},
    ]
    answers = [client.post("/api/hall/cases", data=body, headers=one) for one in wrong]
    key, = systems.live_keys(hall.system.id)
    systems.revoke_key(hall.system.id, key.id, actor=hall.registrar)
    answers.append(client.post("/api/hall/cases", data=body, headers=computer.headers(body)))
    assert {(answer.status_code, answer.data) for answer in answers} == {(403, answers[0].data)}
    assert answers[0].get_json()["error"]["code"] == "not_believed" and count(CountedCase) == 1


UNREADABLE = (
    (b"no json", 400, "not_json"), (b"[" * 90_000, 400, "not_json"), (b"[]", 422, "bad_request"),
    (b'{"cases": {}}', 422, "bad_request"), (b'{"cases": []}', 422, "bad_request"),
    (json.dumps({"cases": [1] * 1001}).encode(), 422, "bad_request"), (b" " * 1_100_000, 413, "too_large"),
    (b'{"cases": [{}], "links": true}', 422, "bad_request"),
)
BAD = (
    ("number", 5), ("number", "A" * 65), ("number", None), ("number", "甲"), ("item", "事" * 201), ("item", "a\0b"),
    ("finished_at", "2026-08-19"), ("finished_at", "later"), ("finished_at", "2026-08-20 08:00"),
    ("finished_at", "9999-12-31T23:59:59-14:00"), ("finished_at", "0001-01-01 00:00"), ("channel", "pigeon"),
    ("credit_code", "123"), ("visitor", {"id": 1}), ("phone", "13800000001"), ("item", ["x"]),
)


def test_what_cannot_be_read_is_told_in_one_shape(computer, client):
    for body, status, code in UNREADABLE:
        answer = computer.send(client, body=body)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code), body[:40]
        assert answer.get_json()["error"]["words"]


def test_a_bad_field_refuses_its_case_alone_and_repeats_nothing_of_the_visitor(computer, client):
    items = [computer.item(**{"number": f"C{place:03}", field: value}) for place, (field, value) in enumerate(BAD)]
    answer = computer.send(client, computer.item(), *items)
    good, *bad = answer.get_json()["results"]
    assert good["status"] == "new" and CANARY not in answer.get_data(as_text=True)
    for (field, value), one in zip(BAD, bad, strict=True):
        assert one["status"] == "refused" and field in one["reason"], (field, value)


def test_items_that_are_no_objects_are_refused_one_by_one(computer, client):
    assert told(computer.send(client, 1, None, "x", [], {}, computer.item())) == [
        (None, "refused")] * 5 + [("A001", "new")]


def test_a_key_sends_no_more_than_its_share_and_old_nonces_are_forgotten(computer, client, monkeypatch):
    monkeypatch.setattr(believing, "PER_MINUTE", 2)
    assert PER_MINUTE > 2 and [computer.send(client, computer.item()).status_code for _ in range(3)] == [200, 200, 429]
    with clock.standing_at(START + timedelta(minutes=11)):
        assert believing.forget_old() == 2
        db.session.commit()


def test_a_link_rates_its_case_once_and_only_where_it_is_allowed(hall, computer, client, guest):
    systems.allow_links(hall.system.id, actor=hall.registrar, may_link=True)
    first, = computer.send(client, computer.item(), said={"links": True}).get_json()["results"]
    second, = computer.send(client, computer.item(), said={"links": True}).get_json()["results"]
    old, new = (one["link"][one["link"].index("/w/"):] for one in (first, second))
    visitor = guest()
    assert visitor.client.get(old).status_code == 404 and "排水许可" in visitor.opens(new).words
    page = visitor.opens(new)
    assert visitor.sends(page, grade="dissatisfied", tags="等候太久", words="", named="no").status == 302
    rating, = db.session.scalars(select(Rating)).all()
    assert (rating.channel, rating.grade, rating.is_anonymous) == (RatingChannel.LINK, Grade.DISSATISFIED, True)
    spent, odd = visitor.client.get(new), visitor.client.get("/w/" + "x" * 43)
    assert spent.status_code == odd.status_code == 404
    told_again, = computer.send(client, computer.item(), said={"links": True}).get_json()["results"]
    assert "link" not in told_again
    events = db.session.scalars(select(Event).where(Event.action == "rate_counted_case")).all()
    assert len(events) == 1 and "dissatisfied" not in events[0].body
