"""Counted cases followed up one to one: drawn by the plan or badly rated by name, called about by an outsider."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from models import clock
from models.access import Post, Role
from models.base import db
from models.counted_follow_ups import CountedFollowUp, CountedOutcome
from models.follow_ups import FollowUpDraw, FollowUpPlan
from models.hall import CountedCase
from models.ratings import Grade, Rating, RatingChannel, ReworkReason
from operations.access.people import actor_named
from operations.errors import BadInput, NotFound, Refused
from operations.insight import counted_sheets, follow_up_plans
from operations.insight.counted_sheets import View
from operations.insight.follow_up_coverage import Kind
from operations.insight.follow_up_plans import Came
from operations.ratings import counted_calls
from operations.ratings.sampling import counted, drawing, plans
from operations.ratings.sampling.plans import Shares
from operations.tickets.aftercare import Call
from tests.conftest import SettledCity, settle_city
from tests.lives import START
from tests.views.counting import statements

WINDOW, BUREAU = "云州市住建局市政科", "云州市住房和城乡建设局"
GOOD, BAD = Call(True, True, True, "都好"), Call(True, False, True, "证还没拿到", ReworkReason.UNSOLVED)


@pytest.fixture(scope="module")
def hall(app, database):
    """40 cases of 恒轧 just finished and 10 of nobody known; half are to be drawn since this morning."""
    with app.app_context():
        city = settle_city(database)
        with clock.standing_at(START - timedelta(days=1)):
            plans.set_plan(city.regions["9901"].id, actor=actor_named("hening"), shares=Shares(100, 50), reason="试行",
                           begins_on=START.date())
        window = city.organisations[WINDOW]
        db.session.execute(insert(CountedCase), [{
            "system": "hall", "number": f"A{number:03}", "channel": "window", "item": "排水许可", "unit_id":
            city.organisations[BUREAU].id, "window_id": window.id, "officer_id": city.users["linfang"].id,
            "region_path": city.regions["9901"].path, "finished_at": START, "recorded_at": START, "item_code": "",
            "visitor": "", "enterprise_id": city.enterprises["恒轧机械"].id if number < 40 else None,
            "recorded_by_id": city.users["linfang"].id,
        } for number in range(50)])
        cases = list(db.session.scalars(select(CountedCase.id).order_by(CountedCase.id)))
        for case_id, is_anonymous in ((cases[0], False), (cases[1], True), (cases[45], False)):
            db.session.add(Rating(counted_case_id=case_id, round=1, grade=Grade.DISSATISFIED, is_anonymous=is_anonymous,
                                  channel=RatingChannel.DESK, tags={"tags": ["其他"]}, rated_at=START))
        db.session.commit()
        with clock.standing_at(START):
            first, second = counted.queue_due(), counted.queue_due()
        db.session.remove()
    yield {"cases": cases, "first": first, "second": second}
    database.restore()


@pytest.fixture
def here(app, hall):
    with clock.standing_at(START + timedelta(hours=1)):
        yield hall
    db.session.rollback()


def waiting(view=View.OPEN, who="xuhui"):
    return counted_sheets.to_call(actor_named(who), view)


@pytest.mark.shares_rows
class TestQueue:
    def test_each_case_draws_once_by_its_own_number_and_only_what_has_an_enterprise_waits(self, here):
        plan = db.session.scalars(select(FollowUpDraw.plan_id)).first()
        seed = plans.get_plan(actor_named("hening"), plan).FollowUpPlan.seed
        draws = {row.counted_case_id: row for row in db.session.scalars(select(FollowUpDraw))}
        assert sorted(draws) == here["cases"] and here["second"] == 0
        for case in db.session.scalars(select(CountedCase)):
            assert draws[case.id].value == drawing.value_of(seed, f"hall/{case.number}")
        drawn = {one for one in here["cases"][:40] if draws[one].is_drawn}
        queued = {row.counted_case_id for row in db.session.scalars(select(CountedFollowUp))}
        assert queued == drawn | {here["cases"][0]}
        assert here["first"] == len(drawn | {here["cases"][0]}) == waiting().counts[View.OPEN]

    def test_the_plan_shows_what_it_drew_and_anybody_there_reckons_it_again(self, here):
        office, month = actor_named("hening"), START.date().replace(day=1)
        plan = db.session.scalars(select(FollowUpPlan)).one()
        counts = follow_up_plans.counts(office, plan.id, month, Kind.COUNTED)
        assert counts[Came.ALL] == 50 == counts[Came.DRAWN] + counts[Came.SPARED] and counts[Came.DRAWN]
        drawn = follow_up_plans.draws(office, plan.id, month, Kind.COUNTED, came=Came.SPARED).rows
        assert len(drawn) == min(counts[Came.SPARED], 25)
        found = follow_up_plans.reckoned(office, plan, drawn[0].asked)
        assert found.agrees and found.case == drawn[0].name and found.value == drawn[0].value
        assert follow_up_plans.reckoned(actor_named("tangyi"), plan, drawn[0].asked) is None
        assert follow_up_plans.counts(actor_named("tangyi"), plan.id, month, Kind.COUNTED)[Came.ALL] == 0

    def test_a_bad_grade_by_name_must_be_called_and_an_anonymous_one_calls_nobody(self, here):
        musts = db.session.scalars(select(CountedFollowUp.counted_case_id).where(CountedFollowUp.is_must)).all()
        assert musts == [here["cases"][0]]

    def test_the_list_asks_as_many_statements_for_many_as_for_few_and_shows_a_clerk_their_region(self, here):
        actor = actor_named("xuhui")
        with statements() as asked:
            page = counted_sheets.to_call(actor, View.OPEN)
        assert len(asked) == 4 and page.sheets and waiting(who="tangyi").sheets == []


@pytest.mark.shares_rows
class TestCalls:
    def test_reached_it_ends_and_what_was_wrong_has_its_class(self, here):
        one, two = (sheet.row.id for sheet in waiting().sheets[:2])
        counted_calls.call(one, actor=actor_named("xuhui"), call=GOOD)
        counted_calls.call(two, actor=actor_named("wujie"), call=BAD)
        with pytest.raises(BadInput):
            counted_calls.call(waiting().sheets[0].row.id, actor=actor_named("xuhui"), call=Call(True, False, True))
        with pytest.raises(Refused, match="已经回访过"):
            counted_calls.call(one, actor=actor_named("xuhui"), call=GOOD)
        assert [sheet.row.id for sheet in waiting(View.AT_FAULT).sheets] == [two]
        with pytest.raises(DBAPIError, match="ends once"):
            db.session.execute(text("UPDATE counted_follow_ups SET outcome = 'unreached' WHERE ended_at IS NOT NULL"))

    def test_three_failed_days_end_it(self, here):
        case_id = waiting().sheets[-1].row.id
        for day in (0, 0, 1, 2):
            assert db.session.get_one(CountedFollowUp, case_id).ended_at is None
            with clock.standing_at(START + timedelta(days=day, hours=2)):
                counted_calls.call(case_id, actor=actor_named("xuhui"), call=Call(False))
            db.session.expire_all()
        assert db.session.get_one(CountedFollowUp, case_id).outcome is CountedOutcome.UNREACHED

    @pytest.mark.parametrize("who, words", [("linfang", "经办过本件"), ("zhaoguoqiang", "主办或协办单位"), ("liumin", "管家"),
                                            ("hengzha", "该企业的人员")])
    def test_nobody_with_a_part_in_it_calls_even_from_a_seat_at_the_centre(self, here, who, words):
        case_id, person = waiting().sheets[0].row.id, actor_named(who)
        with pytest.raises(NotFound):
            counted_calls.call(case_id, actor=person, call=GOOD)
        centre = SettledCity().organisations["云州市企业服务中心"]
        db.session.add(Post(user_id=person.user_id, role=Role.CLERK, organisation_id=centre.id,
                            region_id=centre.region_id, started_at=START - timedelta(days=9)))
        db.session.flush()
        row = {"case": case_id, "who": person.user_id}
        with pytest.raises(DBAPIError, match="had a part in"), db.session.begin_nested():
            db.session.execute(text(
                "INSERT INTO counted_calls (counted_case_id, attempt, was_reached, words, called_by_id, called_at) "
                "VALUES (:case, 9, false, '', :who, '2026-08-19 02:00:00')"), row)
        with pytest.raises(Refused, match=words):
            counted_calls.call(case_id, actor=actor_named(who), call=GOOD)
