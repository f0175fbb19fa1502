"""Letters: what an order brings with it, numbers without gaps, templates, receipts, and what anybody can check."""

import dataclasses

import pytest
import sqlalchemy as sa
from sqlalchemy import select, text

from models import clock
from models.base import db
from models.letters import Family, Letter, LetterAddressee, LetterKind, LetterReceipt, LetterSeries, LetterTemplate
from models.supervision import Level, Supervision
from operations.access.people import actor_named
from operations.base import operation
from operations.errors import BadInput, NotAllowed, Refused
from operations.supervision import in_bulk, supervision, sweep
from operations.supervision.letters import heads, issuing, proof, receiving, series, templates
from operations.supervision.letters.issuing import Wanted
from operations.supervision.letters.sheet import sheet_of
from operations.supervision.letters.writing import Draft, write
from operations.tickets import intake
from operations.verification import verify
from tests.lives import LAND, POWER, START, Life, shanghai
from tests.together import at_once

DUE = "2026-08-26 17:30"
HINT = Wanted(LetterKind.HINT, "请核实迟延原因。\n并明确送电日期。", answer_days=2)


@pytest.fixture
def late(life):
    life.handling().sign().at(DUE).sweep()
    return life


def letters(kind=None):
    db.session.expire_all()
    rows = select(Letter).order_by(Letter.id)
    return list(db.session.scalars(rows if kind is None else rows.where(Letter.kind == kind)))


def refusal_of(statement):
    with pytest.raises(sa.exc.DBAPIError) as refused, db.engine.begin() as connection:
        connection.execute(text(statement))
    return str(refused.value.orig)


def on_the_case(level=Level.FIRST):
    rows = select(Supervision).where(Supervision.level == level, Supervision.rule == "handling_lapsed")
    return db.session.scalars(rows).one()


def letter_of(order):
    return db.session.scalars(select(Letter).where(Letter.supervision_id == order.id)).one()


def test_an_order_brings_its_letter_with_the_reckoning_of_the_due_date(late):
    letter = letter_of(on_the_case())
    sheet = sheet_of(letter, verify_url="https://example.test/verify/letter")

    assert letter.number.startswith("云城企服督〔2026〕")
    assert (sheet.org, sheet.to, sheet.date) == ("城东区企业服务中心", POWER, "2026年8月26日")
    assert sheet.title == "关于厂区外接线路迟迟未送电的督办函"
    said = "\n".join(sheet.body)
    assert late.ticket.number in said and "云州恒轧机械有限公司" in said and "2026年8月26日17:30" in said
    assert "8月19日" in said and "当日不计" in said and "共 5 个工作日" in said
    assert "2026年8月27日17:30前签收" in said and "2026年8月31日17:30前书面答复" in said
    assert series.broken() == []


def test_reminders_and_what_nobody_receives_have_no_letter(life):
    life.submit().accept()
    life.does(supervision.supervise, "wujie", reason="还没有派单")
    life.dispatch().sign().at("2026-08-25 17:00").sweep()

    orders = {order.id: order for order in db.session.scalars(select(Supervision))}
    received = {number for number, order in orders.items() if order.receiver_id and order.level is not Level.REMINDER}
    assert {order.level for order in orders.values()} >= {Level.REMINDER, Level.FIRST}
    assert any(order.receiver_id is None and order.level is Level.FIRST for order in orders.values())
    assert {letter.supervision_id for letter in letters()} == received


def test_by_hand_the_reason_stands_in_the_letter_and_each_office_has_its_own_series(late):
    with late.wait(minutes=1).here():
        supervision.supervise(late.ticket, actor=actor_named("hening"), reason="企业停产，请即办。")

    letter = letters()[-1]
    assert letter.number == "云营商督〔2026〕1号"
    assert letter.facts["督办等级"] == "二次督办" and letter.facts["事由"] == "企业停产，请即办。"
    hening = actor_named("hening")
    assert (letter.issued_by_id, letter.post_id) == (hening.user_id, hening.posts[0].post_id)


def test_a_failed_issue_leaves_no_gap(late):
    before = [row.last for row in db.session.scalars(select(LetterSeries).order_by(LetterSeries.id))]

    @operation
    def half_done():
        supervision.supervise(late.ticket, actor=actor_named("hening"), reason="写到一半")
        write([draft_of(late)], now=clock.now())
        raise Refused

    with pytest.raises(Refused), late.here():
        half_done()
    db.session.rollback()

    assert [row.last for row in db.session.scalars(select(LetterSeries).order_by(LetterSeries.id))] == before
    assert series.broken() == []


def draft_of(life, office="云州市营商环境建设局", **rest):
    unit = life.unit(POWER)
    facts = {"收文单位": unit.name, "主题": "一件事", "正文": "请核实。"}
    return Draft(LetterKind.HINT, life.unit(office).id, unit.name, facts, **rest)


def test_eight_who_issue_at_once_share_a_series_without_gap_or_double(app, life):
    life.submit()
    unit_id, wanted = life.unit(POWER).id, dataclasses.replace(HINT, subject="夏季用电")
    db.session.remove()

    def issues():
        unit = db.session.get_one(type(life.unit(POWER)), unit_id)
        return [issuing.issue([unit], actor=actor_named("hening"), wanted=wanted).serial for _ in range(3)]

    given = at_once(app, [issues] * 8, moment=START)

    assert sorted(serial for serials in given for serial in serials) == list(range(1, 25))
    assert series.broken() == [] and verify().is_whole


def test_the_database_refuses_a_series_edited_backwards_a_double_number_and_a_letter_to_nobody(late):
    db.session.rollback()

    assert "never goes back" in refusal_of("UPDATE letter_series SET last = last - 1")
    assert "never goes back" in refusal_of("UPDATE letter_series SET year = 2025")
    assert "kept for ever as it is" in refusal_of("UPDATE letters SET addressee = '别人'")
    assert "kept for ever as it is" in refusal_of("UPDATE letter_templates SET body = '别的'")
    columns = [name for name in Letter.__table__.columns.keys() if name != "id"]
    again = {"supervision_id": "NULL"}
    assert "serial" in refusal_of(copied(columns, again))
    assert "has_an_addressee" in refusal_of(copied(columns, again | {"serial": "99", "addressee": "''"}))


def copied(columns, other):
    chosen = ", ".join(other.get(name, name) for name in columns)
    return f"INSERT INTO letters ({', '.join(columns)}) SELECT {chosen} FROM letters LIMIT 1"


def test_a_number_begins_anew_each_year(life):
    life.submit()
    taken = {}
    for moment in ("2026-12-31 23:59", "2027-01-01 00:01"):
        with life.at(moment).here():
            wanted = dataclasses.replace(HINT, subject="用电")
            issuing.issue([life.unit(POWER)], actor=actor_named("hening"), wanted=wanted)
        taken[moment] = letters()[-1].number

    assert list(taken.values()) == ["云营商提〔2026〕1号", "云营商提〔2027〕1号"]


def test_a_letter_needs_an_addressee_and_a_writer_who_may(life):
    life.submit()
    with life.here(), pytest.raises(Refused, match="没有收文单位"):
        issuing.issue([], actor=actor_named("hening"), wanted=HINT)
    with life.here(), pytest.raises(NotAllowed):
        issuing.issue([life.unit(POWER)], actor=actor_named("chenjing"), wanted=HINT)
    with life.here(), pytest.raises(NotAllowed):  # a 通报 is the supervisor's office's
        issuing.issue([life.unit(POWER)], actor=actor_named("wujie"), wanted=Wanted(LetterKind.BULLETIN, "通报", "进度"))
    with life.here(), pytest.raises(BadInput):
        issuing.issue([life.unit(POWER)], actor=actor_named("hening"), wanted=Wanted(LetterKind.SUPERVISION, "督", "办"))
    assert letters() == []


def test_one_bulk_act_gives_each_ticket_its_own_letter_and_its_own_result(late, city):
    open_order = on_the_case()
    other = Life(city).handling().at(DUE)
    other.sweep()
    other.does(intake.withdraw, "hengzha", reason="不用了")
    with late.wait(minutes=1).here():
        orders = list(db.session.scalars(select(Supervision.id)))
        picked = in_bulk.pick(actor_named("hening"), orders)
        outcomes = issuing.issue_each(picked, actor=actor_named("hening"), wanted=HINT)

    assert sorted(outcome.is_done for outcome in outcomes) == [False, True]
    assert [outcome.words for outcome in outcomes if not outcome.is_done] == ["办件已经办结，不再发函。"]
    letter = letters(LetterKind.HINT)[0]
    assert letter.ticket_id == open_order.ticket_id and letter.facts["正文"] == HINT.words


def test_a_template_is_edited_into_a_new_version_and_a_letter_keeps_its_own(late):
    before = letter_of(on_the_case())
    old = sheet_of(before, verify_url="")
    with late.wait(minutes=1).here():
        current = templates.current(LetterKind.SUPERVISION, "/")
        templates.revise(LetterKind.SUPERVISION, actor=actor_named("hening"), title="督办：{{主题}}", body="请办。\n{{事由}}",
                         after=current.id)
        supervision.supervise(late.ticket, actor=actor_named("hening"), reason="")

    assert sheet_of(letter_of(on_the_case()), verify_url="") == old
    new = sheet_of(letters()[-1], verify_url="")
    assert new.title == "督办：厂区外接线路迟迟未送电" and new.body[0] == "请办。"
    with late.here(), pytest.raises(Refused, match="他人改过"):
        templates.revise(LetterKind.SUPERVISION, actor=actor_named("hening"), title="又改", body="又改", after=current.id)
    assert len(list(db.session.scalars(select(LetterTemplate).where(LetterTemplate.region_path != "")))) == 1


@pytest.mark.parametrize(("body", "said"), [
    ("请{{承办处长}}签字", "“承办处长”"), ("请{{}}签字", "“”"), ("请{{ 主题 签字", "花括号"), ("{{正文}}", "“正文”"),
])
def test_a_template_with_an_unknown_field_is_refused_by_its_name(city, body, said):
    with pytest.raises(BadInput, match=said):
        templates.revise(LetterKind.SUPERVISION, actor=actor_named("hening"), title="督办", body=body, after=1)


def test_what_somebody_wrote_is_never_a_field():
    assert templates.fill("事由：{{事由}}", {"事由": "{{收文单位}} #read(1) $"}) == ["事由：{{收文单位}} #read(1) $"]
    assert templates.fill("甲{{事由}}\n乙{{答复期限}}", {"事由": "", "答复期限": "9月1日"}) == ["乙9月1日"]


@pytest.fixture
def hinted(life):
    life.submit()
    with life.here():
        issuing.issue([life.unit(POWER), life.unit(LAND)], actor=actor_named("hening"),
                      wanted=dataclasses.replace(HINT, subject="夏季用电"))
    return life


def part_of(life, unit):
    return db.session.get_one(LetterAddressee, (letters()[-1].id, life.unit(unit).id), populate_existing=True)


def test_each_receipt_is_its_own_persons_act_with_post_and_time(hinted):
    def does(act, username, *args, **words):
        with hinted.wait(minutes=5).here():
            return act(letters()[-1], *args, actor=actor_named(username), **words)

    does(receiving.open_letter, "chenjing")
    does(receiving.open_letter, "chenjing")
    does(receiving.open_letter, "zhoujian")
    does(receiving.sign, "chenjing")
    does(receiving.answer, "zhoujian", words="本周送电。")
    does(receiving.return_answer, "hening", unit_id=hinted.unit(POWER).id, reason="请写明日期。")
    does(receiving.answer, "zhoujian", words="28日送电。")
    does(receiving.accept_answer, "hening", unit_id=hinted.unit(POWER).id)

    kept = list(db.session.scalars(select(LetterReceipt).order_by(LetterReceipt.id)))
    assert [str(one.step) for one in kept] == [
        "opened", "opened", "signed", "answered", "returned", "answered", "accepted"
    ]
    assert all(one.post_id and one.user_id for one in kept)
    power, land = part_of(hinted, POWER), part_of(hinted, LAND)
    assert (power.opened_at, power.returned_count) == (shanghai("2026-08-19 09:05"), 1) and power.accepted_at
    assert (land.opened_at, land.signed_at) == (None, None)
    with pytest.raises(Refused, match="已经签收"):
        does(receiving.sign, "chenjing")
    with pytest.raises(NotAllowed):
        does(receiving.open_letter, "sunyue")
    with pytest.raises(NotAllowed):
        does(receiving.accept_answer, "wujie", unit_id=hinted.unit(POWER).id)


def test_a_notice_of_what_is_missing_is_a_numbered_paper_for_the_enterprise(life):
    life.submit()
    life.does(intake.request_supplement, "wujie", missing="1. 受理单\n2. 平面图")

    sheet = sheet_of(letters()[0], verify_url="")
    assert letters()[0].number == "云企服告〔2026〕1号"
    assert (sheet.title, sheet.to) == ("一次性告知书", "云州恒轧机械有限公司")
    assert "1. 受理单" in sheet.body and "2. 平面图" in sheet.body
    assert any("2026年8月26日17:30前补正" in words for words in sheet.body)


def test_anybody_checks_a_letter_against_the_sealed_log(late, hinted):
    for letter in letters():
        verdict = proof.verify(letter.digest[:16])
        assert verdict.is_intact and verdict.number == letter.number
    wrong = letters()[0].digest[:15] + ("0" if letters()[0].digest[15] != "0" else "1")
    assert proof.verify(wrong) is None and proof.verify("") is None and proof.verify("%_" * 8) is None


def test_an_office_sets_its_own_head_and_old_letters_keep_theirs(late):
    old = letter_of(on_the_case())
    with late.here():
        heads.set_head(actor=actor_named("tangyi"), name="云州市城东区企业服务中心", mark="城企", contact="唐一，0000-0000000")
    with late.wait(minutes=1).here():
        issuing.issue([late.unit(POWER)], actor=actor_named("tangyi"), wanted=dataclasses.replace(HINT, subject="用电"))

    assert letters()[-1].number == "城企提〔2026〕1号"
    assert sheet_of(letters()[-1], verify_url="").contact == "联系方式：唐一，0000-0000000"
    assert sheet_of(old, verify_url="").org == "城东区企业服务中心"


def test_many_orders_at_once_get_their_letters_by_sets(city):
    lives = [Life(city).handling() for _ in range(3)]
    with lives[-1].at(DUE).here():
        sweep.sweep()

    assert series.broken() == []
    taken = db.session.scalars(select(LetterSeries).where(LetterSeries.family == Family.SUPERVISION)).one()
    assert taken.last == len(letters(LetterKind.SUPERVISION)) >= 3
