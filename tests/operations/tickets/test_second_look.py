"""Hints about a result: each for its own reason, none for a good one."""

import pytest

from models.tickets import ProposalKind, ResultKind
from operations.tickets import second_look
from tests.lives import Life

GOOD = "外线施工已经完成，八月二十一日送电，企业现场确认电压正常，设备可以投产。"


def hints(life, text, kind=ResultKind.SOLVED, next_step=""):
    ticket = life.ticket
    return second_look.of_result(ticket, text, kind=kind, next_step=next_step, unit_id=ticket.lead_unit_id)


@pytest.mark.parametrize(
    ("text", "kind", "next_step", "hint"),
    [
        (GOOD, ResultKind.SOLVED, "", []),
        (GOOD, ResultKind.EXPLAINED, "九月前由供电公司复查", []),
        (GOOD, ResultKind.EXPLAINED, " ", [second_look.NO_NEXT_STEP]),
        (GOOD, ResultKind.PARTLY_SOLVED, "", [second_look.NO_NEXT_STEP]),
        ("外线已送电", ResultKind.SOLVED, "", [second_look.TOO_SHORT]),
        ("经研究，本单位高度重视，已责成有关科室按规定程序认真处理并将持续跟进后续情况。", ResultKind.SOLVED, "", [second_look.OFF_THE_POINT]),
        ("已阅", ResultKind.SOLVED, "", [second_look.OFF_THE_POINT, second_look.TOO_SHORT]),
    ],
)
def test_each_hint_has_its_own_reason(life, text, kind, next_step, hint):
    assert hints(life.handling(), text, kind, next_step) == hint


def test_the_same_words_on_another_ticket_of_the_unit_are_noticed(life, city):
    other = Life(city).handling().sign()
    other.grant(other.propose(ProposalKind.RESULT, reason=GOOD, result_kind=ResultKind.SOLVED))
    assert hints(life.handling(), f"{GOOD}  ") == [second_look.SAME_AGAIN]


def test_another_unit_may_say_the_same(life, city):
    other = Life(city).submit().accept().dispatch("云州市自然资源局").sign("litao")
    other.grant(other.propose(ProposalKind.RESULT, "litao", reason=GOOD, result_kind=ResultKind.SOLVED), "gaofeng")
    assert hints(life.handling(), GOOD) == []
