"""The replay: the product's own acts, clocks and sweep, held against dates reckoned by hand and by plain arithmetic."""

import pytest
from sqlalchemy import select

from models.base import db
from models.log import Event
from models.supervision import Level, Supervision
from models.tickets import Act, Status, Ticket
from operations.errors import BadInput
from operations.hotline.exchanges import read_exchanges
from operations.hotline.replay import replay, report
from tests.hotline import MESSAGES, ensure_it_agrees, message, needs_messages, rows_of

SUBSET = 60


def walk(path, limit=5, first=None):
    exchanges, left_out = read_exchanges(path)
    return report(replay(exchanges[:first], limit_days=limit), left_out)


def asked_and_replied(pairs):
    return [message(留言编号=place, 留言时间=asked, 答复时间=replied) for place, (asked, replied) in enumerate(pairs, start=1)]


# asked, replied, due, then the orders: the level with when it opened and when it must be answered.
# Reckoned by hand. April 2019: the 28th, a Sunday, is worked; May 1st to 4th are free; May 5th, a Sunday, is worked.
# October 2019: September 29th, a Sunday, is worked; October 1st to 7th are free; the 12th, a Saturday, is worked.
DUE, FIRST_DUE, SECOND_DUE = "2019-04-30T17:30:00", "2019-05-07T17:30:00", "2019-05-10T17:30:00"
FIRST, SECOND, TALK = ("first", DUE, FIRST_DUE), ("second", FIRST_DUE, SECOND_DUE), ("talk", SECOND_DUE, None)
BY_HAND = [
    ("2019-04-24T16:03:40", "2019-04-24T16:03:40", DUE, []),
    ("2019-04-24T16:03:40", DUE, DUE, []),
    ("2019-04-24T16:03:40", "2019-04-30T17:30:01", DUE, [FIRST]),
    ("2019-04-24T00:00:00", "2019-05-05T03:12:00", DUE, [FIRST]),
    ("2019-04-24T23:59:59", FIRST_DUE, DUE, [FIRST]),
    ("2019-04-24T08:30:00", "2019-05-07T17:30:01", DUE, [FIRST, SECOND]),
    ("2019-04-24T17:30:00", SECOND_DUE, DUE, [FIRST, SECOND]),
    ("2019-04-24T17:30:01", "2019-05-10T17:30:01", DUE, [FIRST, SECOND, TALK]),
    ("2019-04-24T12:00:00", "2019-09-01T00:00:00", DUE, [FIRST, SECOND, TALK]),
    ("2019-04-28T10:00:00", "2019-05-07T10:00:00", "2019-05-07T17:30:00", []),  # asked on a Sunday that is worked
    ("2019-10-02T10:00:00", "2019-10-12T17:30:00", "2019-10-12T17:30:00", []),  # asked on a holiday
    ("2019-10-02T10:00:00", "2019-10-13T09:00:00", "2019-10-12T17:30:00",  # answered on the Sunday after
     [("first", "2019-10-12T17:30:00", "2019-10-16T17:30:00")]),
]


def as_pairs(walked):
    def plain(moment):
        return moment and moment.removesuffix("+08:00")

    orders = [(o["level"], plain(o["opened_at"]), plain(o["due_at"])) for o in walked["supervisions"]]
    return plain(walked["submitted_at"]), plain(walked["closed_at"]), plain(walked["due_at"]), orders


def test_every_boundary_falls_as_reckoned_by_hand(app, table):
    found = walk(table(asked_and_replied((asked, replied) for asked, replied, *_ in BY_HAND)))

    assert [as_pairs(walked) for walked in found["messages"]] == BY_HAND
    assert [walked["on_time"] for walked in found["messages"]] == [not orders for *_, orders in BY_HAND]


def test_the_totals_count_what_the_messages_say(app, table):
    found = walk(table(asked_and_replied((asked, replied) for asked, replied, *_ in BY_HAND)))

    assert found["totals"] == {
        "messages": 12, "on_time": 4, "late": 8, "on_time_rate": 0.3333,
        "first": 8, "second": 4, "talk": 2, "left_out": 0,
    }


def test_another_limit_moves_every_date(app, table):
    found = walk(table(asked_and_replied([("2019-04-24T16:03:40", "2019-04-26T09:00:00")])), limit=1)

    assert as_pairs(found["messages"][0])[2:] == (
        "2019-04-25T17:30:00", [("first", "2019-04-25T17:30:00", "2019-04-29T17:30:00")]
    )


@pytest.mark.parametrize(
    ("asked", "due", "first_due"),
    [
        ("1990-01-01T00:00:00", "1990-12-21T17:30:00", "1990-12-26T17:30:00"),
        ("2099-12-31T23:59:59", "2100-12-20T17:30:00", None),
    ],
)
def test_the_longest_limit_holds_from_the_first_day_of_the_calendar_to_the_last(app, table, asked, due, first_due):
    replied = "2099-12-31T23:59:59"
    found = walk(table(asked_and_replied([(asked, replied)])), limit=250)["messages"][0]

    assert as_pairs(found)[2] == due
    assert as_pairs(found)[3][:1] == ([("first", due, first_due)] if first_due else [])


def test_a_row_that_cannot_be_walked_is_told_and_left_out(app, table):
    rows = [
        message(留言编号="a", 留言时间="2019/2/30 8:00:00"),
        message(留言编号="b", 答复时间="2019/4/24 16:03:39"),
        message(留言编号="c", 答复时间=None),
        message(留言编号="d", 留言时间="=NOW()"),
        message(留言编号="e", 留言主题=None, 留言详情="长" * 5000, 留言用户=None),
        message(留言编号="e"),
        message(留言编号=None),
    ]
    found = walk(table(rows))

    assert [(row["row"], row["number"], row["reason"]) for row in found["left_out"]] == [
        (2, "a", "留言时间“2019/2/30 8:00:00”不存在。"),
        (3, "b", "答复时间早于留言时间。"),
        (4, "c", "答复时间为空。"),
        (5, "d", "留言时间是公式，请改为文字或数值。"),
    ]
    assert [walked["number"] for walked in found["messages"]] == ["e", "e", ""]


def test_a_file_without_a_walkable_row_has_no_rate(app, table):
    assert walk(table([message(答复时间="")]))["totals"]["on_time_rate"] is None


def test_the_tickets_went_the_whole_way_under_the_real_rules(app, table):
    walk(table(asked_and_replied([("2019-04-24T16:03:40", "2019-09-01T00:00:00")])))

    assert db.session.scalars(select(Ticket)).one().status is Status.FOLLOWED_UP
    acts = db.session.scalars(select(Event.action).where(Event.action != Act.SUPERVISE).order_by(Event.seq)).all()
    assert acts == ["submit", "accept", "dispatch", "propose_measure", "propose_result", "report_result", "reply",
                    "follow_up"]
    orders = db.session.scalars(select(Supervision).where(Supervision.level != Level.REMINDER).order_by(Supervision.id))
    assert [(order.level, order.rule) for order in orders] == [
        (Level.FIRST, "handling_lapsed"), (Level.SECOND, "unanswered"), (Level.TALK, "unanswered"),
    ]


def test_a_replay_never_mixes_with_what_is_there(city, table):
    with pytest.raises(BadInput, match="空的数据库"):
        walk(table([message()]))


@needs_messages
def test_real_messages_agree_with_plain_date_arithmetic(app):
    ensure_it_agrees(walk(MESSAGES, limit=15, first=SUBSET), rows_of(MESSAGES)[:SUBSET], limit=15)
