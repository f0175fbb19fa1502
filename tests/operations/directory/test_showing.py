"""显示号码: each look has a purpose, is counted and kept, and the enterprise reads who looked."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import Enterprise
from models.log import Event, EventWords
from models.shown_numbers import ShowingPurpose, ShownNumber
from operations.access.people import actor_named
from operations.directory import showing
from operations.errors import BadInput, TooManyAttempts
from tests.guest import Guest, said
from tests.lives import START
from tests.together import at_once

PHONE = "13800002607"
MOST = 3


@pytest.fixture
def firm(city):
    return city.enterprises["恒轧机械"]


def look(firm, who="hening", purpose=ShowingPurpose.CHECKING, words=""):
    return showing.show(firm, actor=actor_named(who), purpose=purpose, words=words, most=MOST)


def test_of_many_looks_at_once_no_more_than_a_days_are_given_and_the_next_day_there_are_more(app, firm):
    firm_id = firm.id
    db.session.rollback()
    found = at_once(app, [lambda: look(db.session.get_one(Enterprise, firm_id))] * 6, moment=START)
    with clock.standing_at(START):
        assert sorted(type(one).__name__ for one in found) == ["TooManyAttempts"] * 3 + ["str"] * 3
        assert set(db.session.scalars(select(ShownNumber.nth))) == {1, 2, 3}
        with pytest.raises(TooManyAttempts, match="今天已经看过 3 个"):
            look(firm)
        assert look(firm, "wujie") == PHONE
    with clock.standing_at(START.replace(day=START.day + 1)):
        assert look(firm) == PHONE


def test_what_it_was_for_stands_beside_the_event_and_the_number_nowhere(firm):
    with pytest.raises(BadInput):
        look(firm, purpose=ShowingPurpose.OTHER)
    look(firm, purpose=ShowingPurpose.OTHER, words="核对执照")
    event = db.session.scalars(select(Event).where(Event.action == "show_number")).one()
    words = db.session.scalars(select(EventWords.words).where(EventWords.event_seq == event.seq)).one()
    assert words == "其他（写明）：核对执照" and "核对" not in event.body and PHONE not in event.body + words


def test_the_number_stands_in_the_answer_alone_and_the_enterprise_reads_who_looked(app, firm):
    guest, here = Guest(app, "hening"), f"/enterprises/{firm.id}/number"
    assert here in guest.gets(f"/enterprises/{firm.id}").text
    assert PHONE not in guest.gets(here).text
    form = {"purpose": "checking", "words": ""}
    assert guest.posts(here, {"purpose": "", "words": ""}, page=here).status_code == 422
    answer = guest.posts(here, form, page=here)
    assert answer.status_code == 200 and PHONE in answer.text and answer.headers["Cache-Control"] == "no-store"
    assert PHONE not in guest.gets(here).text and "还可以看 19 个" in guest.gets(here).text
    listed = said(Guest(app, "hengzha").gets(f"/my/profile/{firm.id}/numbers"))
    assert "核实情况" in listed and db.session.scalars(select(ShownNumber)).one().unit in listed


def test_who_dials_is_not_asked(app, firm):
    page = Guest(app, "liumin").gets(f"/enterprises/{firm.id}").text
    assert f"tel:{PHONE}" in page and "/number" not in page
