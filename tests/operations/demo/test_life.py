"""The demonstration: a city in which everything happens that can happen, on any day of the year."""

from itertools import pairwise

import pytest
from sqlalchemy import func, select

from models import clock
from models.access import Post
from models.base import db
from models.directory import Enterprise
from models.hall_intake import IntakeDay, IntakeWay
from models.log import Event
from models.measures import Measure, MeasureKind, Reconsideration
from models.ratings import FollowUp, Grade, Rating
from models.supervision import Level, Supervision, SupervisionEnd
from models.tickets import (
    AccusedUnit,
    Act,
    Consultation,
    DeadlineExtension,
    Instruction,
    LedgerEntry,
    Merge,
    Proposal,
    ProposalKind,
    Status,
    Ticket,
    TicketKind,
)
from operations.access.people import actor_named
from operations.access.scope import visible_tickets
from operations.clocks import rulebook
from operations.clocks.lights import Light, light_of
from operations.demo import life
from operations.demo.stories import STORIES
from operations.supervision import sweep
from operations.verification import verify
from tests.conftest import settle_life
from tests.lives import LIVED
from tests.shared import ENGINES_TRIED

# Half a minute on PostgreSQL, of operations whose own tests ask both engines.
pytestmark = [
    pytest.mark.shares_rows, pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
]


@pytest.fixture(scope="module")
def lived(app, database):
    with app.app_context():
        settle_life(database)
    yield
    database.restore()


@pytest.fixture(autouse=True)
def today(app, lived):
    with clock.standing_at(LIVED):
        yield


def tickets():
    return list(db.session.scalars(select(Ticket)))


def kinds_of(column, *conditions):
    return set(db.session.scalars(select(column).where(*conditions)))


def test_every_status_is_there():
    assert {ticket.status for ticket in tickets()} == set(Status)


def test_every_light_is_on_somewhere():
    assert {light_of(ticket, LIVED) for ticket in tickets()} == set(Light)


def test_every_kind_of_demand_is_made():
    assert {ticket.kind for ticket in tickets()} == set(TicketKind)


def test_every_rung_stands_open_and_some_were_heeded():
    assert kinds_of(Supervision.level, Supervision.ended_at.is_(None)) == set(Level)
    assert kinds_of(Supervision.ended_as, Supervision.level == Level.FIRST) == {
        None, SupervisionEnd.LIFTED, SupervisionEnd.ESCALATED,
    }  # fmt: skip


@pytest.mark.parametrize("level", [Level.FIRST, Level.SECOND])
def test_orders_stand_unread_signed_and_answered(level):
    open_ones = select(Supervision).where(Supervision.level == level, Supervision.ended_at.is_(None))
    states = [(order.signed_at is None, order.answered_at is None) for order in db.session.scalars(open_ones)]
    assert {(True, True), (False, False)} <= set(states)


def test_measures_stand_at_every_step_and_one_order_is_contested():
    assert kinds_of(Measure.kind, Measure.decision.is_not(None)) == set(MeasureKind)
    assert kinds_of(Measure.kind, Measure.decision.is_(None)) == {MeasureKind.TALK}
    assert kinds_of(Reconsideration.outcome) == {None}


def test_something_lies_on_every_desk():
    waiting = kinds_of(Proposal.kind, Proposal.decided_at.is_(None))
    assert waiting == {ProposalKind.RESULT, ProposalKind.SEND_BACK, ProposalKind.EXTENSION, ProposalKind.LEDGER}
    assert len(kinds_of(Proposal.stage, Proposal.decided_at.is_(None))) == 3


@pytest.mark.parametrize("circumstance", [Consultation, DeadlineExtension, Instruction, LedgerEntry, Merge])
def test_every_circumstance_is_met(circumstance):
    assert db.session.scalar(select(func.count()).select_from(circumstance))


def test_every_grade_is_given_and_one_by_nobody():
    assert kinds_of(Rating.grade) == set(Grade)
    assert kinds_of(Rating.is_anonymous) == {True, False}


def test_the_system_acted_where_nobody_else_did():
    own_acts = {Act.LAPSE_RATING, Act.LAPSE_SUPPLEMENT}
    assert kinds_of(Event.action, Event.action.in_(own_acts)) == own_acts


def test_calls_were_made_in_vain_too():
    assert kinds_of(FollowUp.was_reached) == {True, False}


def test_some_tickets_are_in_their_second_round():
    assert {ticket.round for ticket in tickets()} == {1, 2}


def test_some_enterprises_have_been_silent_for_thirty_days():
    quiet = [(LIVED - since).days for since in db.session.scalars(select(Enterprise.quiet_since))]
    assert min(quiet) < 7 < 30 < max(quiet)


def test_no_two_demands_read_alike():
    assert len({story.subject for story in STORIES}) == len({story.content for story in STORIES}) == len(STORIES)


def test_nothing_is_left_for_the_sweep_and_the_log_is_whole():
    report = verify()
    assert sweep.remaining(LIVED) == 0
    assert (report.findings, report.notes) == ([], [])


def test_nobody_acts_on_a_day_off():
    calendar = rulebook.current().calendar
    days = {life.moment(step.when) for story in STORIES for step in story.steps}
    assert all(calendar.is_working_day(day.date()) for day in days)


def is_told_in_order(story):
    moments = [life.moment(when) for when in (story.when, *(step.when for step in story.steps))]
    return all(earlier < later for earlier, later in pairwise(moments))


def test_every_story_is_told_in_order():
    assert [story.subject for story in STORIES if not is_told_in_order(story)] == []


def test_everybody_of_the_table_has_a_post():
    assert db.session.scalar(select(func.count(Post.user_id.distinct()))) == 41


def test_the_hall_sends_cases_that_count_that_wait_and_that_nobody_could_read():
    days = db.session.execute(select(IntakeDay.way, func.sum(IntakeDay.new_count), func.sum(IntakeDay.waiting_count),
                                     func.sum(IntakeDay.refused_count)).group_by(IntakeDay.way)).all()
    # Eight a day on four days: all of the first wait, then one of each; seven come in when the codes are matched.
    assert {way: tuple(sums) for way, *sums in days} == {
        IntakeWay.API: (21, 11, 2), IntakeWay.CODES: (7, 0, 0),
    }  # fmt: skip


def test_a_complaint_is_kept_from_the_unit_that_it_is_about():
    about = select(Ticket.id).join(AccusedUnit, AccusedUnit.ticket_id == Ticket.id)
    (complaint,) = db.session.scalars(about)
    assert not db.session.scalars(visible_tickets(actor_named("zhoujian")).where(Ticket.id == complaint)).all()
    assert db.session.scalars(visible_tickets(actor_named("wujie")).where(Ticket.id == complaint)).all()
