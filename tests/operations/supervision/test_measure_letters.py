"""约谈函 and 移交函 of measures: with a ticket or without, with an order or without, exactly one each."""

from sqlalchemy import select

from models.access import Role
from models.base import db
from models.letters import Letter, LetterAddressee, LetterKind
from models.measures import Measure, MeasureKind
from models.supervision import Level, Supervision
from operations.access.people import actor_named
from operations.errors import Refused
from operations.insight import letters as shown
from operations.insight import measure_page, order_card
from operations.supervision import supervision
from operations.supervision.letters import receiving, series
from operations.supervision.letters.proof import verify
from operations.supervision.letters.sheet import sheet_of
from operations.supervision.measures import carrying_out, deciding, proposing
from operations.supervision.measures.proposing import Grounds, Person
from tests.lives import POWER
from tests.operations.supervision.test_measures import employ, record_of
from tests.together import at_once

TALK, REFERRAL, LISTING = MeasureKind.TALK, MeasureKind.REFERRAL, MeasureKind.LISTING
TWO = {"direct": Person("甲某", "科长"), "leading": Person("乙某", "分管副总")}


def propose(life, kind, *, ticket=None, reason="多件诉求长期不落实。"):
    grounds = Grounds(kind, reason, **(TWO if kind is REFERRAL else {}))
    with life.here():
        made = proposing.propose(life.unit(POWER), actor=actor_named("hening"), grounds=grounds, ticket=ticket)
    return made


def approve(life, measure, by="luoshizhang"):
    with life.here():
        deciding.approve(measure, actor=actor_named(by))
    db.session.expire_all()


def letters(kind):
    db.session.expire_all()
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def said_by(letter):
    sheet = sheet_of(letter, verify_url="")
    return "\n".join((sheet.title, *sheet.body))


def test_a_talk_with_a_unit_brings_its_letter_which_the_unit_opens_and_signs(life):
    life.submit()
    talk = propose(life, TALK)
    assert letters(LetterKind.TALK) == []
    approve(life, talk)

    letter, = letters(LetterKind.TALK)
    assert (letter.number, letter.addressee, letter.measure_id) == ("云营商督〔2026〕1号", POWER, talk.id)
    said = said_by(letter)
    assert said.startswith("关于涉企诉求办理的约谈函\n你单位办理企业诉求经督办仍未落实") and talk.number in said
    assert "多件诉求长期不落实。" in said and "时限" not in said and "办件" not in said and "None" not in said
    with life.wait(minutes=5).here():
        receiving.open_letter(letter, actor=actor_named("chenjing"))
        receiving.sign(letter, actor=actor_named("zhoujian"))
    part = db.session.scalars(select(LetterAddressee)).one()
    assert part.opened_at and part.signed_at and part.fire_at is None
    assert measure_page.card(actor_named("zhoujian"), talk.id).letter == letter
    assert verify(letter.digest[:16]).is_intact and series.broken() == []


def test_a_referral_without_an_order_goes_to_the_discipline_office_and_names_both(life):
    life.handling()
    approve(life, propose(life, LISTING))
    approve(life, propose(life, REFERRAL, ticket=life.ticket))

    letter, = letters(LetterKind.REFERRAL)
    sheet = sheet_of(letter, verify_url="")
    assert (letter.number, sheet.to, letter.supervision_id) == ("云营商移〔2026〕1号", "云州市纪委监委", None)
    assert sheet.tables[0].rows == (("责任单位", POWER), ("直接责任人", "甲某　科长"), ("领导责任人", "乙某　分管副总"))
    said = said_by(letter)
    assert life.ticket.number in said and "至今没有办结" not in said and "现按规定移交处理" in said
    assert shown.card(actor_named("qianwei"), letter.id).letter == letter
    assert len(shown.page_of(actor_named("zhoujian"), shown.Narrowing(LetterKind.REFERRAL)).rows) == 0


def test_the_letter_of_the_order_that_a_referral_opens_is_the_referrals_and_only_leaders_of_the_unit_read_it(life):
    life.handling()
    for username in ("wujie", "hening", "hening"):
        life.does(supervision.supervise, username, reason="企业停产")
    talk = db.session.scalars(select(Measure)).one()
    approve(life, talk)
    assert len(letters(LetterKind.TALK)) == 1, "the order of that rung has brought it"
    assert measure_page.card(actor_named("hening"), talk.id).letter == letters(LetterKind.TALK)[0]
    with life.here():
        carrying_out.record_talk(talk, actor=actor_named("hening"), told=record_of("2026-08-19"))
    referral = propose(life, REFERRAL, ticket=life.ticket)
    approve(life, referral)

    letter, = letters(LetterKind.REFERRAL)
    order = db.session.scalars(select(Supervision).where(Supervision.level == Level.REFERRAL)).one()
    assert (letter.supervision_id, letter.measure_id) == (order.id, referral.id)
    assert "至今没有办结" in said_by(letter) and referral.number not in said_by(letter)
    assert sheet_of(letter, verify_url="").tables[0].rows[1] == ("直接责任人", "甲某　科长")
    assert verify(letter.digest[:16]).is_intact
    read = {who: order_card.card(actor_named(who), order.id).letter for who in ("chenjing", "zhoujian", "hening")}
    assert read == {"chenjing": None, "zhoujian": letter, "hening": letter}


def test_approved_by_two_leaders_at_once_a_measure_has_one_letter(app, life):
    life.submit()
    measures = {kind: propose(life, kind).id for kind in (LISTING, TALK)}
    approve(life, db.session.get_one(Measure, measures[LISTING]))
    measures[REFERRAL] = propose(life, REFERRAL).id
    employ("mayor", Role.LEADER, "云州市人民政府", life)
    moment = life.now
    db.session.remove()

    def approves(username, kind):
        return lambda: deciding.approve(db.session.get_one(Measure, measures[kind]), actor=actor_named(username))

    acts = [approves(who, kind) for kind in (TALK, REFERRAL) for who in ("luoshizhang", "mayor", "luoshizhang")]
    outcomes = at_once(app, acts, moment=moment)

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 4
    assert [letter.measure_id for kind in (LetterKind.TALK, LetterKind.REFERRAL) for letter in letters(kind)] == [
        measures[TALK], measures[REFERRAL]
    ]
    assert series.broken() == []
