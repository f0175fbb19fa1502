"""诉求不合理 and 回访覆盖率 on their pages: each step by its people, each number with the list that it counts."""

import re
from datetime import timedelta

import pytest

from models import clock
from models.base import db
from models.counted_follow_ups import CountedCall, CountedFollowUp
from models.follow_ups import FollowUpDraw, FollowUpPlan
from models.hall import CountedCase
from models.tickets import Status
from models.unreasonable import UnreasonableFinding
from operations.access.people import actor_named
from operations.ratings.sampling import plans
from operations.ratings.sampling.plans import Shares
from tests.conftest import settle_city
from tests.lives import START, Life
from tests.views.guest import Guest
from views.months import month_text

SAID = {"was_reached": "yes", "is_solved": "no", "is_satisfied": "no", "rework_reason": "unsolved", "words": "还要免电费"}
ROW = "<tr data-row"


def test_a_caller_asks_the_office_decides_and_the_ticket_goes_on(life, sign_in, city):
    life.handling().sign().result().reply()
    page = f"/tickets/{life.ticket.number}/follow-up"
    with life.here():
        caller = sign_in("xuhui")
        assert caller.get(page) == 200 and "我认为诉求不合理" in caller.text
        for more, words in (({"is_unreasonable": "y"}, "请写明不合理的理由和依据"),
                            ({"is_unreasonable": "y", "grounds": "无据", "is_solved": "yes", "is_satisfied": "yes"},
                             "才能提请认定诉求不合理")):
            caller.get(page)
            assert caller.post(page, {**caller.hidden(), **SAID, **more}) == 422 and words in caller.text
        caller.get(page)
        sent = {**caller.hidden(), **SAID, "is_unreasonable": "y", "grounds": "法规不允许减免"}
        assert caller.post(page, sent) == 302
        assert caller.get("/follow-ups") == 200 and life.ticket.number not in caller.text
        home = f"/unreasonable/{db.session.query(UnreasonableFinding).one().id}"
        assert caller.get(home) == 200 and "等督办员复核" in caller.text and "agree-words" not in caller.html
        office = sign_in("hening")
        assert office.get("/unreasonable") == 200 and "待复核 1" in office.text and "法规不允许减免" in office.text
        assert office.get(home) == 200 and "还要免电费" in office.text
        assert office.post(f"{home}/agree", {"agree-words": ""}, page=home) == 422
        assert office.post(f"{home}/agree", {"agree-words": "依据充分，已向企业解释"}, page=home) == 302
        db.session.expire_all()
        assert life.ticket.status is Status.FOLLOWED_UP
        member = sign_in("hengzha")
        assert member.get(f"/my/tickets/{life.ticket.number}") == 200 and "依据充分，已向企业解释" in member.text
        assert office.get("/unreasonable?state=agreed&month=2026-08") == 200 and office.html.count(ROW) == 2
        for who in ("chenjing", "zhoujian", "liumin"):
            assert sign_in(who).get(home) == 404


def count_cases(city):
    """Of 城东区: one reached, one called in vain, one spared, one of nobody known, one nobody called; two elsewhere, of
    which one was withdrawn."""
    bureau = city.organisations["云州市住房和城乡建设局"].id
    paths = {code: city.regions[code].path for code in ("990102", "990103")}
    known = city.enterprises["恒轧机械"].id
    at = (("990102", known), ("990102", known), ("990102", known), ("990102", None), ("990102", known),
          ("990103", None), ("990103", known))
    for place, (region, firm) in enumerate(at):
        db.session.add(CountedCase(id=place + 1, system="hall", number=f"C{place}", item="排水许可", unit_id=bureau,
                                   region_path=paths[region], enterprise_id=firm, finished_at=START,
                                   withdrawn_at=START if place == 6 else None))
    db.session.flush()
    for case_id, was_reached in ((1, True), (2, False)):
        db.session.add(CountedFollowUp(counted_case_id=case_id, region_path=paths["990102"], is_must=False,
                                       due_at=START + timedelta(days=2)))
        db.session.flush()
        db.session.add(CountedCall(counted_case_id=case_id, attempt=1, was_reached=was_reached, is_solved=was_reached or
                                   None, is_satisfied=was_reached or None, called_at=START,
                                   called_by_id=city.users["xuhui"].id))
    plan = db.session.query(FollowUpPlan).one().id
    db.session.add(FollowUpDraw(plan_id=plan, counted_case_id=3, percent=0, value=7, is_drawn=False, is_must=False))
    db.session.commit()


@pytest.fixture(scope="module")
def closed(app, database):
    """Of a month: one reached, one never reached, one spared by a plan; and one of another region reached."""
    with app.app_context():
        city = settle_city(database)
        reached = Life(city).handling().sign().result().reply().call().rate()
        life = Life(city).handling().sign().result().reply()
        for _ in range(3):
            life.call(was_reached=False).wait(days=1)
        life.rate()
        other = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang")
        other.handling().sign().result().reply().call().rate()
        with clock.standing_at(START):
            plans.set_plan(city.regions["990102"].id, actor=actor_named("hening"), shares=Shares(0, 0),
                           begins_on=life.now.date(), reason="试行")
        spared = Life(city).at(f"{life.now:%Y-%m-%d %H:%M}").handling().sign().result().reply()
        spared.rate()
        count_cases(city)
        moment, number = spared.now, reached.ticket.number
        db.session.remove()
    yield moment, number
    database.restore()


def lines(page):
    """The table: the heading of each row with its cells, without what is for screen readers only."""
    shown = {}
    for row in page.tree.iterfind(".//tbody/tr"):
        for hidden in row.iterfind(".//span[@class='vh']"):
            hidden.drop_tree()
        shown[row.find("th").text_content()] = [cell.text_content().strip() for cell in row.iter("td")]
    return shown


@pytest.mark.shares_rows
class TestCoverage:
    @pytest.fixture
    def reads(self, app, closed):
        def read(who, path):
            with clock.standing_at(closed[0]):
                return Guest(app, who).opens(path)
        return read

    def test_coverage_is_called_of_closed_and_each_number_opens_its_list(self, reads, closed):
        page = reads("hening", "/follow-ups/coverage")
        assert lines(page) == {"合计": ["75.0%", "100.0%", "4", "3", "2", "1", "0"],
                               "城东区": ["66.7%", "100.0%", "3", "2", "1", "1", "0"],
                               "高新区": ["100.0%", "100.0%", "1", "1", "1", "0", "0"]}
        figures = re.findall(r'href="(/follow-ups/coverage/tickets[^"]+)">(\d+)<', page.html)
        assert len(figures) == 15
        for path, count in figures:
            assert reads("hening", path.replace("&amp;", "&")).html.count(ROW) == int(count), path

    def test_counted_cases_stand_beside_the_tickets_with_lists_of_their_own(self, reads, closed):
        page = reads("hening", "/follow-ups/coverage?kind=counted")
        assert lines(page) == {"合计": ["33.3%", "66.7%", "6", "2", "1", "1", "2", "1"],
                               "城东区": ["40.0%", "66.7%", "5", "2", "1", "1", "1", "1"],
                               "高新区": ["0.0%", "—", "1", "0", "0", "0", "1", "0"]}
        figures = re.findall(r'href="(/follow-ups/coverage/tickets[^"]+)">(\d+)<', page.html)
        assert len(figures) == 18
        for path, count in figures:
            listed = reads("hening", path.replace("&amp;", "&"))
            assert listed.html.count(ROW) == int(count) and "/tickets/Z" not in listed.html, path
        assert lines(reads("hening", "/follow-ups/coverage?kind=counted&by=unit"))["市住建局"][2] == "6"

    def test_by_unit_and_of_another_month_and_of_a_county_alone(self, reads, closed):
        page = reads("hening", "/follow-ups/coverage?by=unit")
        assert lines(page) == {"市供电公司": ["75.0%", "100.0%", "4", "3", "2", "1", "0"]}
        path = re.findall(r'href="(/follow-ups/coverage/tickets[^"]+show=called[^"]*)">3<', page.html)[0]
        assert reads("hening", path.replace("&amp;", "&")).html.count(ROW) == 3
        assert "还没有办结" in reads("hening", "/follow-ups/coverage?month=2026-05").words
        assert lines(reads("tangyi", "/follow-ups/coverage"))["城东街道"][:3] == ["66.7%", "100.0%", "3"]
        assert "宏达" not in reads("tangyi", "/follow-ups/coverage/tickets").words
        assert reads("hening", "/follow-ups/coverage/tickets?by=unit&of=x").html.count(ROW) == 0
        assert month_text(closed[0].date()) in page.words
