"""追评: once, by whoever rated, by account or by link; never a word of an anonymous one in the log."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.base import db
from models.log import Event, EventWords
from models.notices import Notice
from models.ratings import Grade, Rating, RatingAddition, RatingAdditionToken
from operations.access.people import actor_named
from operations.errors import BadInput, NotFound, Refused
from operations.ratings import additions, links
from operations.ratings.additions import Addition, AdditionSpent
from operations.ratings.opinions import Opinion
from operations.tickets import aftercare
from tests.together import at_once

BETTER = Addition("整改以后好多了", grade=Grade.SATISFIED)
CANARY = "金丝雀追评"


@pytest.fixture
def followed(life):
    return life.handling().sign().result().reply().call()


def rating():
    return db.session.scalars(select(Rating)).one()


def by_link(life, **rest):
    token = life.does(links.make, "xuhui")
    with life.here():
        return links.rate(token, opinion=Opinion(Grade.DISSATISFIED, tags=("其他",), **rest)).token


def adds(life, who, addition=BETTER):
    with life.here():
        additions.add(rating(), actor=actor_named(who), addition=addition)


def test_who_rated_by_name_adds_once_and_the_rating_stays_as_it_was(followed):
    followed.rate(Grade.DISSATISFIED, tags=("其他",))
    adds(followed, "hengzha")
    with pytest.raises(Refused, match="已经追评过"):
        adds(followed, "hengzha", Addition("再说一次"))

    added = db.session.scalars(select(RatingAddition)).one()
    assert (added.words, added.grade, rating().grade) == ("整改以后好多了", Grade.SATISFIED, Grade.DISSATISFIED)
    assert any(subject.startswith("企业追评") for subject in db.session.scalars(select(Notice.subject)))


@pytest.mark.parametrize("who", ["hongda", "liumin", "chenjing", "wujie", "xuhui"])
def test_nobody_else_adds(followed, who):
    followed.rate()
    with pytest.raises(NotFound):
        adds(followed, who)


def test_an_account_does_not_add_to_an_anonymous_rating_but_its_link_does(followed):
    given = followed.does(aftercare.rate, "hengzha", opinion=Opinion(Grade.DISSATISFIED, ("其他",), is_anonymous=True))
    with pytest.raises(NotFound):
        adds(followed, "hengzha")
    with followed.here():
        additions.add_by_link(given.token, addition=Addition(CANARY))

    assert db.session.scalars(select(RatingAddition.words)).all() == [CANARY]
    event = db.session.scalars(select(Event).where(Event.action == "add_to_rating")).one()
    assert event.actor_id is None and CANARY not in event.body
    for told in (EventWords.words, Notice.words, Notice.subject):
        assert CANARY not in "".join(db.session.scalars(select(told)))


def test_the_link_of_a_rating_adds_once_and_every_other_gets_the_same_answer(followed):
    token = by_link(followed)
    with followed.here():
        additions.add_by_link(token, addition=BETTER)
    for odd in (token, "", "x" * 43, "x" * 5000):
        with followed.here(), pytest.raises(AdditionSpent):
            additions.add_by_link(odd, addition=BETTER)
    assert token not in str(db.session.scalars(select(RatingAdditionToken.token_hash)).all())


def test_a_link_expires_and_an_empty_addition_does_not_use_it_up(followed):
    token = by_link(followed)
    with followed.here(), pytest.raises(BadInput):
        additions.add_by_link(token, addition=Addition("  "))
    followed.now += timedelta(days=60, seconds=1)
    with followed.here(), pytest.raises(AdditionSpent):
        additions.add_by_link(token, addition=BETTER)


def test_raced_additions_by_one_link_are_one(app, followed):
    token, moment = by_link(followed), followed.now
    db.session.remove()
    came = at_once(app, [lambda: additions.add_by_link(token, addition=BETTER)] * 4, moment=moment)

    assert len(db.session.scalars(select(RatingAddition)).all()) == 1
    assert sum(isinstance(one, AdditionSpent) for one in came) == 3


def test_an_addition_is_never_changed_nor_deleted(followed):
    followed.rate()
    adds(followed, "hengzha")
    for statement in ("UPDATE rating_additions SET words = 'x'", "DELETE FROM rating_additions"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(statement))
        db.session.rollback()
