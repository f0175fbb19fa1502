"""What becomes of a note: judged when written, confirmed or denied once, lapsed; and turned into a ticket later."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models import clock
from models.access import Post
from models.base import db
from models.directory import Stewardship
from models.engagement import Effect, Flaw, Interaction, InteractionKind
from models.log import Event
from models.notices import Notice
from models.tickets import TicketKind
from operations.engagement import answers, broadcasts, interactions, judging, visits
from operations.engagement.broadcasts import Letter, Narrowing
from operations.engagement.interactions import Talk
from operations.errors import NotAllowed, Refused
from tests.lives import START, shanghai

SAID = "看了二期厂房，外线还没有送电。企业希望八月底前通电。"
YES, NO, WAITS = Effect.EFFECTIVE, Effect.INEFFECTIVE, Effect.PENDING


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def note(city, people, now):
    def noted(content=SAID, *, firm="恒轧机械", kind=InteractionKind.PHONE, **rest):
        talk = Talk(kind, content, **rest)
        return interactions.log_interaction(city.enterprises[firm], actor=people["liumin"], talk=talk)

    return noted


@pytest.fixture
def says(people):
    def said(noted, is_confirmed=True, *, by="hengzha", at=START):
        with clock.standing_at(at):
            answers.answer(noted, actor=people[by], is_confirmed=is_confirmed)
        db.session.expire_all()
        return verdict(noted)

    return said


def verdict(noted):
    return noted.effect, noted.flaw


def test_a_note_waits_five_working_days_for_the_enterprise(note):
    noted = note()
    assert verdict(noted) == (WAITS, None)
    assert noted.window_ends_at == shanghai("2026-08-26 17:30")


def test_what_the_enterprise_confirms_in_time_counts(note, says):
    assert says(note(), at=shanghai("2026-08-26 17:30")) == (YES, None)


def test_a_late_word_does_not_count(note, says):
    assert says(note(), at=shanghai("2026-08-26 17:31")) == (NO, Flaw.UNANSWERED)


def test_a_denial_is_told_to_those_above_and_stands_on_record(note, says, people):
    assert says(note(), is_confirmed=False) == (NO, Flaw.DENIED)
    told = {row.user_id for row in db.session.scalars(select(Notice).where(Notice.subject.contains("否认")))}
    assert told == {people[name].user_id for name in ("hening", "wujie", "xuhui", "tangyi")}
    assert db.session.scalars(select(Event).where(Event.action == "deny_interaction")).one().actor_id


def test_an_answer_stands_whoever_asks(note, says):
    noted = note()
    says(noted)
    with pytest.raises(Refused, match="不能更改"):
        says(noted, is_confirmed=False)
    for statement in ("UPDATE interaction_answers SET is_confirmed = false", "DELETE FROM interaction_answers"):
        with pytest.raises(Exception, match="kept for ever"), db.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("by", ["hongda", "liumin", "hening"])
def test_only_a_member_answers(note, says, by):
    with pytest.raises(NotAllowed):
        says(note(), by=by)


def test_short_words_fail_at_once_and_confirming_does_not_help(note, says):
    noted = note("打了电话，没什么事。")
    assert verdict(noted) == (NO, Flaw.TOO_SHORT)
    assert says(noted) == (NO, Flaw.TOO_SHORT)


def test_a_second_note_of_a_pair_within_a_day_is_a_repeat_in_whatever_order(note):
    note(occurred_at=START - timedelta(hours=30))
    assert verdict(note(occurred_at=START - timedelta(hours=7)))[1] is Flaw.REPEATED
    assert verdict(note(occurred_at=START - timedelta(hours=53)))[1] is Flaw.REPEATED
    assert verdict(note(firm="鑫源包装"))[1] is None
    assert verdict(note(occurred_at=START - timedelta(hours=77))) == (WAITS, None)


def test_a_broadcasts_text_is_no_interaction(note, people, now):
    body = "稳岗补贴十二月十五日前申报，请各企业尽快准备材料。"
    broadcasts.send(actor=people["liumin"], narrowing=Narrowing(), text=Letter("稳岗补贴", body))
    assert verdict(note(body.replace("，", " ，")))[1] is Flaw.TEMPLATE


def test_the_steward_must_have_been_assigned_then(note, city):
    row = db.session.scalars(select(Stewardship).where(Stewardship.enterprise_id == city.enterprises["恒轧机械"].id)).one()
    row.started_at = START - timedelta(days=2)
    db.session.commit()
    assert verdict(note(occurred_at=START - timedelta(days=3)))[1] is Flaw.NOT_ASSIGNED


def test_a_cadres_visit_is_theirs_to_make_once_they_held_the_post(city, people, says):
    post = db.session.scalars(select(Post).where(Post.user_id == city.users["luoshizhang"].id)).one()
    post.started_at = START - timedelta(days=2)
    db.session.commit()

    def visit(happened):
        talk = Talk(InteractionKind.VISIT, SAID, happened)
        with clock.standing_at(START):
            return visits.log_cadre_visit(city.enterprises["恒轧机械"], actor=people["luoshizhang"], talk=talk)

    assert verdict(visit(START - timedelta(days=3)))[1] is Flaw.NOT_ASSIGNED
    assert says(visit(START - timedelta(days=1))) == (YES, None)


def test_silence_lapses_in_one_statement_and_once(note):
    quiet, short = note(), note("没什么", firm="鑫源包装")
    with clock.standing_at(shanghai("2026-08-26 17:30")):
        assert judging.lapse_unanswered() == 0
    with clock.standing_at(shanghai("2026-08-26 17:31")):
        assert (judging.lapse_unanswered(), judging.lapse_unanswered()) == (1, 0)
    db.session.expire_all()
    assert (verdict(quiet), verdict(short)) == ((NO, Flaw.UNANSWERED), (NO, Flaw.TOO_SHORT))
    assert db.session.scalars(select(Event).where(Event.action == "lapse_interactions")).one().actor_id is None


def test_a_note_becomes_a_ticket_later_and_once(note, people):
    noted = note()
    ticket = interactions.turn_into_ticket(noted, actor=people["liumin"], kind=TicketKind.HELP)
    db.session.expire_all()
    assert (ticket.content, noted.ticket_id) == (SAID, ticket.id)
    with pytest.raises(Refused, match="已经转为"):
        interactions.turn_into_ticket(noted, actor=people["liumin"], kind=TicketKind.HELP)


def test_the_database_holds_that_a_verdict_has_its_reason(note):
    note()
    db.session.commit()
    with pytest.raises(Exception, match="flaw_iff_ineffective"), db.engine.begin() as connection:
        connection.execute(text("UPDATE interactions SET effect = 'ineffective'"))
    assert db.session.scalar(select(Interaction.effect)) is WAITS
