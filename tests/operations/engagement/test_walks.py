"""走流程: a walk, the second one beside it, and its problems on the line."""

from datetime import date

import pytest

from models import clock
from models.base import db
from models.engagement import WalkMode
from models.tickets import Channel
from operations.engagement import walks
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import walks as pages
from tests.lives import POWER, START


@pytest.fixture
def walk(city, people):
    """``walk(by="luoshizhang", …)``: 罗建国 applies for a line at the power company."""

    def walked(by="luoshizhang", **changes):
        told = {
            "walker_id": people["luoshizhang"].user_id, "walked_on": START.date(), "item": "外线接入",
            "mode": WalkMode.IN_PERSON, "unit_id": city.organisations[POWER].id,
            "steps": [walks.Step("交材料", 30, 6, 2), walks.Step("现场查勘", 240, 1, 1)], "problems": ["材料要交两遍"],
        }
        with clock.standing_at(START):
            return walks.record_walk(walks.Walk(**(told | changes)), actor=people[by])

    return walked


def test_a_second_walk_is_compared_with_the_first(walk):
    first = walk()
    second = walk(first=first, steps=[walks.Step("网上提交", 10, 3, 0)], problems=[], item="别的", unit_id=1)
    assert (second.item, second.unit_id) == (first.item, first.unit_id)
    told = {one.label: (one.first, one.second, one.words) for one in pages.compared(first, second)}
    assert told == {"环节": (2, 1, "少 1 个"), "用时": (270, 10, "少 260 分钟"), "材料": (7, 3, "少 4 份"),
                    "跑动": (3, 0, "少 3 次")}
    with pytest.raises(Refused, match="已经回头看过"):
        walk(first=first)
    with pytest.raises(BadInput, match="只比较第一次"):
        walk(first=second)


def test_a_problem_goes_on_the_line_once_by_the_centre(walk, city, people):
    problem = walks.problems_of(walk())[0].WalkProblem
    firm = city.enterprises["恒轧机械"]
    with clock.standing_at(START):
        with pytest.raises(NotAllowed):
            walks.put_on_line(problem, firm, actor=people["luoshizhang"])
        ticket = walks.put_on_line(problem, firm, actor=people["wujie"])
        with pytest.raises(Refused):
            walks.put_on_line(problem, firm, actor=people["wujie"])
    assert ticket.channel is Channel.INSTRUCTION and "罗建国走流程“外线接入”" in ticket.content


def test_it_is_read_by_the_offices_above_the_unit_and_the_walker(walk, people):
    made = walk()
    for name in ("luoshizhang", "hening", "zhoujian", "wujie"):
        assert walks.get(people[name], made.id) is made
    for name in ("tangyi", "liumin", "gaofeng", "hengzha"):
        with pytest.raises(NotFound):
            walks.get(people[name], made.id)
    (row,) = pages.listed(people["hening"])
    assert (row.steps, row.minutes, row.materials, row.trips, row.problems, row.tickets) == (2, 270, 7, 3, 1, 0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"steps": []}, "至少写一个环节"), ({"walked_on": date(2026, 8, 20)}, "过去一年以内"),
     ({"steps": [walks.Step("交材料", -1, 0, 0)]}, "不太大的整数")],
)
def test_what_cannot_have_been_is_refused(walk, wrong, sentence):
    with pytest.raises(BadInput, match=sentence):
        walk(**wrong)


@pytest.mark.parametrize("by", ["liumin", "hening", "chenjing"])
def test_leaders_and_the_centre_record(walk, by):
    with pytest.raises(NotAllowed):
        walk(by=by)
    db.session.rollback()
