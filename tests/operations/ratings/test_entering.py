"""回访代录: only what was said in a call that was answered, by a clerk outside the chain, and marked so."""

import pytest
from sqlalchemy import select

from models.base import db
from models.log import Event
from models.ratings import Grade, Rating, RatingChannel
from models.tickets import Status
from operations.errors import BadInput, NotAllowed, Refused
from operations.ratings import entering
from operations.ratings.opinions import Opinion
from operations.tickets import intake
from operations.tickets.categories import NAMES

SAID = Opinion(Grade.DISSATISFIED, tags=("时间太长",))


def test_the_centre_enters_what_was_said_and_the_rating_says_so(life):
    life.handling().sign().result().reply().call()
    life.does(entering.enter, "xuhui", opinion=SAID)

    rating = db.session.scalars(select(Rating)).one()
    entered = db.session.scalars(select(Event).where(Event.action == "enter_rating")).one()
    rated = db.session.scalars(select(Event).where(Event.action == "rate")).one()
    assert (rating.channel, rating.rated_by_id) == (RatingChannel.FOLLOW_UP, None)
    assert rating.entered_by_id == entered.actor_id and entered.actor_id is not None and rated.actor_id is None
    assert life.ticket.status is Status.CLOSED


@pytest.mark.parametrize("who", ["liumin", "chenjing", "zhoujian", "hengzha", "hening"])
def test_nobody_but_a_clerk_enters(life, who):
    life.handling().sign().result().reply().call()
    with pytest.raises(NotAllowed):
        life.does(entering.enter, who, opinion=SAID)


def test_a_clerk_who_had_to_do_with_it_does_not_enter(life):
    life.submit().does(intake.accept, "wujie", category=NAMES[0], difficulty="ordinary")
    life.dispatch().sign().result().reply().call()
    with pytest.raises(Refused):
        life.does(entering.enter, "wujie", opinion=SAID)


def test_without_an_answered_call_nobody_grades_for_the_enterprise(life):
    life.handling().sign().result().reply()
    for _ in range(3):
        life.call(was_reached=False).wait(days=1)
    assert life.ticket.status is Status.FOLLOWED_UP
    with pytest.raises(Refused, match="没有接通过"):
        life.does(entering.enter, "xuhui", opinion=SAID)


def test_a_bad_grade_on_the_telephone_needs_its_reason_too(life):
    life.handling().sign().result().reply().call()
    with pytest.raises(BadInput):
        life.does(entering.enter, "xuhui", opinion=Opinion(Grade.DISSATISFIED))
