"""回访抽样 on its pages: set by the office, shown with seed and draw, one case reckoned again; nothing for the others."""

import re
from datetime import timedelta

from models import clock
from models.base import db
from models.follow_ups import FollowUpPlan
from models.tickets import Status
from tests.lives import POWER, START, Life
from tests.views.counting import statements

FIELDS = {"begins_on": "2026-08-19", "tickets": "0", "counted": "5", "reason": "人手不足，试行", "by_category": "其他 50",
          "by_unit": "市财政局 100%", "by_channel": "12345 30\n大厅窗口 40"}


def test_the_office_sets_a_plan_and_everybody_there_reckons_a_draw_again(city, sign_in, life):
    fields = {**FIELDS, "region_id": city.regions["9901"].id}
    with clock.standing_at(START - timedelta(days=1)):
        office = sign_in("hening")
        assert office.get("/follow-ups/plans") == 200 and "件件回访" in office.text
        for name, value, words in (
            ("by_unit", "没有的局 10", "没有找到“没有的局”"), ("by_channel", "12345", "请写成 名称 比例"),
            ("begins_on", "2026-08-18", "起用日期应在明天以后"), ("tickets", "101", "0 到 100"),
            ("by_category", "其他 50\n其他 60", "写了两次"), ("by_unit", "市财政局 101", "0 到 100 的整数"),
        ):
            assert office.post("/follow-ups/plans/new", fields | {name: value}, page="/follow-ups/plans/new") == 422
            assert words in office.text
        assert office.post("/follow-ups/plans/new", fields, page="/follow-ups/plans/new") == 302
    plan = db.session.query(FollowUpPlan).one()
    life.handling().sign().result().reply()
    assert life.ticket.status is Status.FOLLOWED_UP
    with clock.standing_at(START):
        clerk = sign_in("xuhui")
        assert clerk.get("/follow-ups") == 200 and life.ticket.number not in clerk.text
        assert "/follow-ups/plans" in clerk.html
        assert clerk.get(f"/follow-ups/plans/{plan.id}?number={life.ticket.number}&show=spared") == 200
        assert plan.seed in clerk.text and "未抽中，免访 1" in clerk.text and "与留存一致" in clerk.text
        assert "市财政局 100%" in clerk.text and "12345 30%" in clerk.text
        assert clerk.get(f"/follow-ups/plans/{plan.id}?number=ZQ-2026-08-9999999") == 200
        assert "没有这件办件" in clerk.text
        for who in ("chenjing", "zhoujian", "liumin", "luoshizhang", "hengzha"):
            assert sign_in(who).get(f"/follow-ups/plans/{plan.id}") == 404


def test_each_figure_is_the_length_of_its_list_in_as_many_statements_for_many_as_for_few(city, sign_in):
    with clock.standing_at(START - timedelta(days=1)):
        office = sign_in("hening")
        office.post("/follow-ups/plans/new", {**FIELDS, "tickets": "50", "region_id": city.regions["9901"].id},
                    page="/follow-ups/plans/new")
    first = Life(city).handling().sign().result().reply()
    with first.here():
        clerk = sign_in("xuhui")
        with statements() as few:
            clerk.get("/follow-ups/plans/1")
    for _ in range(5):
        Life(city).submit().accept().dispatch(POWER).sign().result().reply()
    with first.here():
        with statements() as many:
            clerk.get("/follow-ups/plans/1")
        assert len(many) == len(few)
        counted = dict(re.findall(r"show=(\w+)\"[^>]*>[^<]*? (\d+)</a>", clerk.html))
        assert counted["all"] == "6" and int(counted["drawn"]) + int(counted["spared"]) == 6
        for show, count in counted.items():
            clerk.get(f"/follow-ups/plans/1?show={show}")
            assert clerk.html.count("<tr data-row") == int(count)
