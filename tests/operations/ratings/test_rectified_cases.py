"""差评整改 of a counted case: on a proxy that bears the clocks of it, and that is counted nowhere as a demand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from models import clock
from models.access import Post, Role
from models.base import db
from models.clocks import Clock, ClockKind, ClockOutcome
from models.hall import CountedCase
from models.letters import Letter
from models.log import Event
from models.ratings import Grade, Rating
from models.rectifications import Rectification, RectificationEnd, Verification
from models.supervision import Level, Supervision
from models.tickets import Ticket
from operations.access import rectification_scope, scope
from operations.access.people import actor_named
from operations.clocks import rulebook
from operations.clocks.recomputation import reckon
from operations.errors import NotFound, Refused
from operations.insight import figures, finding, follow_up_coverage, indexing, portal, rectifications, wall
from operations.insight.period import Period
from operations.ratings import case_links, counted
from operations.ratings import rectifications as acts
from operations.ratings import windows
from operations.ratings.opinions import Opinion
from operations.ratings.rectifications import Answer, Report
from operations.ratings.wall import tallying
from operations.supervision import sweep
from tests.happened import ACTS, as_happened
from tests.lives import START, shanghai

WINDOW, BUREAU = "云州市住建局市政科", "云州市住房和城乡建设局"
BAD = Opinion(Grade.DISSATISFIED, ("等候太久",), "跑了三趟")
DONE, GOOD = Report(Verification.TRUE, "增开窗口", "已当面致歉"), Answer(True, True, True, "满意了")


class Hall:
    """A window of the housing bureau at which 恒轧 had its case done, and who rates it by the link on the receipt."""

    def __init__(self, city):
        self.city = city

    def rate(self, opinion=BAD, *, number="A001", enterprise="恒轧机械"):
        with clock.standing_at(START):
            case_id = windows.count_case(self.city.organisations[WINDOW].id, number=number, item="排水许可",
                                         actor=actor_named("linfang"))
            firm = self.city.enterprises[enterprise].id if enterprise else None
            db.session.execute(update(CountedCase).where(CountedCase.id == case_id).values(enterprise_id=firm))
            case = db.session.get_one(CountedCase, case_id, populate_existing=True)
            token = case_links.make([case])[case_id]
            db.session.commit()
            case_links.rate(token, opinion=opinion)
        return case

    def does(self, act, who, at=START, **rest):
        with clock.standing_at(at):
            act(found().id, actor=actor_named(who), **rest)

    def puts_right(self):
        self.does(acts.contact, "zhaoguoqiang", words="已致歉")
        self.does(acts.report, "zhaoguoqiang", told=DONE)
        self.does(acts.sign, "zhaoguoqiang", seen_at=found().reported_at)


@pytest.fixture
def hall(city):
    return Hall(city)


def found():
    db.session.expire_all()
    return db.session.scalars(select(Rectification)).one_or_none()


def proxy():
    return db.session.scalars(select(Ticket)).one()


def test_a_bad_grade_by_name_starts_both_clocks_of_the_unit_that_did_it(hall):
    case = hall.rate()
    assert found().unit_id == hall.city.organisations[BUREAU].id and proxy().counted_case_id == case.id
    assert {one.kind: one.limit for one in db.session.scalars(select(Clock))} == {
        ClockKind.RECTIFICATION_CONTACT: "1d", ClockKind.RECTIFICATION: "15d"}
    assert "A001" in proxy().subject and proxy().number.startswith("ZG-")


@pytest.mark.parametrize("opinion, enterprise", [
    (Opinion(Grade.SATISFIED), "恒轧机械"),
    (Opinion(Grade.VERY_DISSATISFIED, ("等候太久",), "很久", is_anonymous=True), "恒轧机械"),
    (BAD, None),
])
def test_a_good_or_an_anonymous_one_or_one_of_nobody_known_opens_nothing(hall, opinion, enterprise):
    hall.rate(opinion, enterprise=enterprise)
    assert found() is None and db.session.scalars(select(Ticket)).all() == []


def test_it_is_opened_later_when_the_enterprise_becomes_known(hall):
    case = hall.rate(enterprise=None)
    with clock.standing_at(START + timedelta(hours=1)):
        assert counted.rectify_known() == 0
        db.session.execute(update(CountedCase).values(enterprise_id=hall.city.enterprises["恒轧机械"].id))
        db.session.commit()
        assert (counted.rectify_known(), counted.rectify_known()) == (1, 0)
    assert proxy().counted_case_id == case.id


def test_it_climbs_is_put_right_and_called_about_like_that_of_a_ticket(hall):
    hall.rate()
    with clock.standing_at(shanghai("2026-08-21 08:00")):
        sweep.sweep()
    order = db.session.scalars(select(Supervision)).one()
    assert order.rule == "rectification_contact_lapsed"
    assert (order.level, order.receiver_id) == (Level.FIRST, found().unit_id)
    assert "A001" in str(db.session.scalars(select(Letter)).one().facts)
    later = shanghai("2026-08-21 09:00")
    hall.does(acts.contact, "zhaoguoqiang", at=later, words="已致歉")
    hall.does(acts.report, "zhaoguoqiang", at=later, told=DONE)
    hall.does(acts.sign, "zhaoguoqiang", at=later, seen_at=found().reported_at)
    hall.does(acts.call, "xuhui", at=later, answer=GOOD)
    assert found().ended_as is RectificationEnd.SOLVED
    outcomes = {one.kind: one.outcome for one in db.session.scalars(select(Clock))}
    assert outcomes == {ClockKind.RECTIFICATION_CONTACT: ClockOutcome.LATE, ClockKind.RECTIFICATION: ClockOutcome.MET}
    assert order.ended_at is not None and proxy().rung == 0


def test_nobody_with_a_part_in_the_case_calls_about_it_even_from_a_seat_at_the_centre(hall):
    hall.rate()
    hall.puts_right()
    centre, officer = hall.city.organisations["云州市企业服务中心"], actor_named("linfang").user_id
    db.session.execute(update(Post).where(Post.user_id == officer).values(ended_at=START + timedelta(minutes=5)))
    db.session.add(Post(user_id=officer, role=Role.CLERK, organisation_id=centre.id, region_id=centre.region_id,
                        started_at=START - timedelta(days=9)))
    db.session.commit()
    later = START + timedelta(hours=1)
    with pytest.raises(Refused, match="经办过本件"):
        hall.does(acts.call, "linfang", at=later, answer=GOOD)
    with pytest.raises(DBAPIError, match="had a part in"):
        db.session.execute(text(
            "INSERT INTO rectification_calls (rectification_id, attempt, was_reached, words, called_by_id, called_at) "
            "VALUES (:row, 9, false, '', :who, '2026-08-19 02:00:00')"), {"row": found().id, "who": officer})
    db.session.rollback()
    hall.does(acts.call, "xuhui", at=later, answer=GOOD)


def test_the_wall_counts_it_for_the_window_and_the_officer_as_of_any_rating(hall):
    hall.rate()
    hall.puts_right()
    hall.does(acts.call, "xuhui", at=START + timedelta(hours=1), answer=GOOD)
    with clock.standing_at(START + timedelta(hours=2)):
        tallying.recount()
        month = Period(date(2026, 8, 1), date(2026, 8, 31))
        wanted = wall.Narrowing(month, found().unit_id, wall.By.OFFICER)
        lines = wall.lines(actor_named("hening"), wanted)
    assert [(line.label, line.counts[wall.Part.DUE], line.counts[wall.Part.ON_TIME]) for line in lines] == [
        ("林芳", 1, 1)]


def test_it_stands_in_no_list_and_no_figure_of_demands(hall):
    hall.rate()
    number, august = proxy().number, Period(date(2026, 8, 1), date(2026, 8, 31))
    indexing.index_all_lacking()
    with clock.standing_at(START + timedelta(hours=1)):
        for who in ("hening", "xuhui", "liumin", "zhaoguoqiang", "linfang", "hengzha"):
            actor = actor_named(who)
            assert db.session.scalars(scope.visible_tickets(actor)).all() == []
            assert finding.everything(actor, number[-4:]).lines == finding.everything(actor, "排水许可").lines == []
        office, member = actor_named("hening"), actor_named("hengzha")
        closed = [one for one in figures.counted(office, figures.Narrowing(august)) if one.figure.source == "closed"]
        assert [one.of for one in closed] == [0, 0, 0]
        total, _ = follow_up_coverage.rows(office, follow_up_coverage.Narrowing(august.begins),
                                           by=follow_up_coverage.By.REGION)
        assert total.counts[follow_up_coverage.Part.CLOSED] == 0
        assert portal.page(member, view="all") == ([], None)
        assert rectifications.count(office, rectifications.Narrowing()) == 1
        assert [one.number for one in portal.rated_cases(member)] == [number]
    with pytest.raises(NotFound):
        rectification_scope.get_own_proxy(actor_named("hongda"), number)
    with pytest.raises(NotFound):
        rectification_scope.rectification_of_proxy(actor_named("litao"), number)


def test_the_clocks_follow_from_the_log_alone(hall):
    hall.rate()
    hall.puts_right()
    hall.does(acts.call, "xuhui", at=START + timedelta(hours=2), answer=Answer(True, False, False, "没改"))
    events = select(Event).where(Event.ticket_id == proxy().id, Event.action.in_(ACTS)).order_by(Event.seq)
    reckoned = reckon(map(as_happened, db.session.scalars(events)), rulebook.current().calendar)

    def facts(clocks):
        return sorted((str(c.kind), c.unit_id, c.limit, c.started_at, c.due_at, c.stopped_at, str(c.outcome))
                      for c in clocks)

    assert len(reckoned) == 3 and facts(reckoned) == facts(db.session.scalars(select(Clock)))


def test_the_database_keeps_it_closed_and_of_the_case_that_was_rated(hall):
    hall.rate()
    hall.rate(Opinion(Grade.DISSATISFIED, ("等候太久",), is_anonymous=True), number="A002")
    other, one = db.session.scalars(select(Rating.id).order_by(Rating.id.desc()).limit(1)).one(), found()
    with pytest.raises(DBAPIError, match="proxy_is_closed"), db.session.begin_nested():
        db.session.execute(text("UPDATE tickets SET status = 'submitted', closed_at = NULL"))
    with pytest.raises(DBAPIError, match="of the case that was rated"), db.session.begin_nested():
        db.session.execute(insert(Rectification).values(
            rating_id=other, ticket_id=one.ticket_id, unit_id=one.unit_id, region_path=one.region_path,
            opened_at=one.opened_at, contact_clock_id=one.contact_clock_id, fix_clock_id=one.fix_clock_id))
