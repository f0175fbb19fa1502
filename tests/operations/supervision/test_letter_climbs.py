"""Letters that nobody opens or answers go up by themselves, once a rung, whoever sweeps and however often."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.base import db
from models.clocks import Policy
from models.letters import ClimbRule, Letter, LetterAddressee, LetterClimb, LetterKind
from models.log import Event
from models.measures import Measure
from models.notices import Notice
from operations import notices
from operations.access.people import actor_named
from operations.errors import Refused
from operations.insight import letters as register
from operations.insight.letters import Narrowing, State
from operations.supervision import sweep
from operations.supervision.letters import climbing, issuing, receiving
from operations.supervision.letters.issuing import Wanted
from operations.supervision.measures import by_rule
from operations.verification import verify
from tests.lives import LAND, POWER, START, shanghai
from tests.together import at_once

UNREAD, TALK = "2026-08-21 17:30", "2026-08-26 17:30"
BULLETIN = Wanted(LetterKind.BULLETIN, "两家进度落后。", "夏季用电")


@pytest.fixture
def told(life):
    """A 通报 to two units by the city's office, and nothing else that could fall due."""
    return issued(life)


def issued(life, *, by="hening", units=(POWER, LAND), answer_days=None, kind=LetterKind.BULLETIN):
    with life.here():
        issuing.issue([life.unit(name) for name in units], actor=actor_named(by),
                      wanted=dataclasses.replace(BULLETIN, kind=kind, answer_days=answer_days))
    return life


def swept(life, moment):
    with life.at(moment).here():
        return sweep.sweep()


def acts(life, act, username, **words):
    with life.here():
        act(letter(), actor=actor_named(username), **words)


def letter():
    db.session.expire_all()
    return db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()


def climbs():
    db.session.expire_all()
    rows = db.session.scalars(select(LetterClimb).order_by(LetterClimb.id))
    return [(row.unit_id, row.rung, row.rule) for row in rows]


def part(life, unit):
    return db.session.get_one(LetterAddressee, (letter().id, life.unit(unit).id), populate_existing=True)


def messages(username, words):
    mine = select(Notice).where(Notice.user_id == actor_named(username).user_id)
    return [notice for notice in db.session.scalars(mine) if words in notice.subject]


def test_an_unopened_letter_is_raised_the_day_after_it_should_have_been_signed_for(told):
    acts(told, receiving.open_letter, "chenjing")
    assert swept(told, "2026-08-21 17:29").fired == 0 and climbs() == []
    done = swept(told, UNREAD)

    land = told.unit(LAND).id
    assert (done.fired, sweep.remaining(told.now)) == (1, 0)
    assert climbs() == [(land, 1, ClimbRule.UNREAD)]
    assert part(told, LAND).fire_at == shanghai(TALK) and part(told, POWER).fire_at is None
    event = db.session.scalars(select(Event).where(Event.action == climbing.CLIMBED)).one()
    assert (event.object_id, event.actor_id) == (letter().id, None) and verify().is_whole
    assert swept(told, "2026-08-21 17:31").fired == 0 and len(climbs()) == 1


def test_the_units_leader_the_leader_in_charge_and_the_writer_are_told_once_and_not_at_night(told):
    swept(told, "2026-08-22 03:00")  # a Saturday night: it climbs, and the messages wait for Monday
    for username in ("hening", "luoshizhang", "zhoujian"):
        (notice,) = messages(username, "市供电公司未打开，已提级")
        assert notice.not_before == shanghai("2026-08-24 08:00") and notice.delivered_at is None
    assert messages("chenjing", "已提级") == []
    with told.at("2026-08-24 08:00").here():
        notices.deliver()
    assert messages("zhoujian", "已提级")[0].delivered_at


def test_a_letter_of_a_centre_goes_up_to_the_supervisors_office(life):
    issued(life, by="wujie", units=[POWER], kind=LetterKind.HINT)
    swept(life, UNREAD)
    (climb,) = db.session.scalars(select(LetterClimb))
    assert climb.office_id == life.unit("云州市营商环境建设局").id
    assert len(messages("hening", "已提级")) == 1
    card = register.card(actor_named("hening"), letter().id)
    assert [(step.label, step.who) for step in card.steps] == [("提级", "系统按规则")]
    assert "提级到" in card.steps[0].words and card.climbed[life.unit(POWER).id].endswith("提级")
    assert any("提级" in row[1] for row in register.receipt_rows(card))


def test_raised_and_still_unread_a_talk_is_proposed_and_then_people_go_on(told):
    swept(told, UNREAD)
    swept(told, TALK)
    assert [rung for _, rung, _ in climbs()] == [1, 1, 2, 2]
    talks = list(db.session.scalars(select(Measure).where(Measure.rule == by_rule.LETTER)))
    assert {talk.unit.name for talk in talks} == {POWER, LAND} and all("未打开" in talk.reason for talk in talks)
    assert swept(told, "2026-09-30 17:30").fired == 0 and climbing.next_fire_at() is None


def test_opened_after_it_was_raised_it_climbs_no_more_unless_its_answer_is_due(life):
    issued(life, units=[POWER], answer_days=3)
    swept(life, UNREAD)
    acts(life.at("2026-08-21 18:00"), receiving.open_letter, "chenjing")
    assert part(life, POWER).fire_at == shanghai(TALK)  # the longer of the answer's limit and that of what was raised
    acts(life, receiving.answer, "chenjing", words="本周办结。")
    assert part(life, POWER).fire_at is None and swept(life, TALK).fired == 0


def test_an_answer_that_does_not_come_or_is_sent_back_twice_raises_it_too(life):
    issued(life, units=[POWER, LAND], answer_days=1)
    for username in ("chenjing", "litao"):
        acts(life, receiving.open_letter, username)
    power = life.unit(POWER).id
    for _ in range(2):
        acts(life, receiving.answer, "chenjing", words="在办。")
        acts(life, receiving.return_answer, "hening", unit_id=power, reason="没有日期。")
    swept(life, "2026-08-20 17:30")
    assert {(unit, rule) for unit, _, rule in climbs()} == {
        (power, ClimbRule.REJECTED), (life.unit(LAND).id, ClimbRule.UNANSWERED)
    }


def test_the_limits_are_rules_that_a_site_changes(life):
    db.session.add(Policy(name="ladder", value={"letter_unread": "5d"}, effective_at=START, set_at=START))
    db.session.commit()
    issued(life, units=[POWER])
    assert part(life, POWER).fire_at == shanghai("2026-08-26 17:30")
    later = START + timedelta(minutes=1)
    db.session.add(Policy(name="ladder", value={"unread_climbs": False}, effective_at=later, set_at=START))
    db.session.commit()
    issued(life.wait(minutes=2), units=[POWER])
    assert part(life, POWER).fire_at is None


def test_four_who_sweep_at_once_raise_each_letter_once(app, told):
    for _ in range(3):
        issued(told)
    db.session.remove()
    done = at_once(app, [sweep.sweep] * 4, moment=shanghai(UNREAD))

    assert sum(one.fired for one in done) == 8 == len(climbs()) == len(set(climbs_of_letters()))
    assert climbing.remaining(shanghai(UNREAD)) == 0 and verify().is_whole


def climbs_of_letters():
    return db.session.execute(select(LetterClimb.letter_id, LetterClimb.unit_id)).all()


def test_the_register_finds_what_was_raised(told):
    swept(told, UNREAD)
    rows = register.page_of(actor_named("hening"), Narrowing(state=State.RAISED)).rows
    assert [(row.id, row.raised) for row in rows] == [(letter().id, 2)]
    assert register.page_of(actor_named("hening"), Narrowing(kind=LetterKind.HINT, state=State.RAISED)).rows == []


def test_whoever_is_two_addressees_signs_and_answers_for_each(life):
    windows = [life.unit(POWER), life.unit(LAND)]
    issued(life, answer_days=3)
    both = dataclasses.replace(actor_named("chenjing"), posts=(
        *actor_named("chenjing").posts, *actor_named("litao").posts))
    with life.here():
        receiving.open_letter(letter(), actor=both)
        with pytest.raises(Refused, match="逐个单位"):
            receiving.sign(letter(), actor=both)
        for unit in windows:
            receiving.sign(letter(), actor=both, unit_id=unit.id)
            receiving.answer(letter(), actor=both, words=f"{unit.short_name}已落实。", unit_id=unit.id)
    assert part(life, POWER).answered_at and part(life, LAND).answered_at
