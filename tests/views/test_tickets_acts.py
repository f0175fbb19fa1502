"""Every act has a page: the right person gets it done there, the wrong one does not, and nothing typed is lost."""

import io

import pytest
from sqlalchemy import func, select

from models.base import db
from models.log import Event, EventWords
from models.ratings import Grade
from models.supervision import Supervision
from models.tickets import (
    Act,
    Attachment,
    Consultation,
    Instruction,
    Proposal,
    ProposalKind,
    ResultKind,
    Status,
    TicketKind,
)
from operations.clocks.calendar import Limit
from operations.tickets import conversation, intake
from tests.lives import FINANCE, LAND, POWER, Life
from tests.pictures import paper
from tests.views.tickets_desk import Desk

PDF = paper()
LONG = "外线施工已经完成，八月二十一日送电，企业现场确认电压正常，设备可以投产。"


@pytest.fixture
def desk(guest, life):
    return Desk(guest, life)


def events(desk, act):
    return db.session.scalar(select(func.count()).where(Event.ticket_id == desk.life.ticket.id, Event.action == act))


def submitted(life):
    life.submit()


def coordinating(life):
    life.submit().accept()


def asked(life):
    life.submit(kind=TicketKind.CONSULTATION).accept()


def handling(life):
    life.handling()


def signed(life):
    life.handling().sign()


def assisted(life):
    life.submit().accept().dispatch(assisting=[FINANCE])


def handled(life):
    life.handling().sign().result()


def replied(life):
    life.handling().sign().result().reply()


def closed(life):
    replied(life)
    life.call().rate(Grade.SATISFIED)


def instructed(life):
    life.handling().does(conversation.instruct, "luoshizhang", words="三天内送电", limit=Limit(3, "d"))


def answered(life):
    instructed(life)
    life.does(conversation.answer_instruction, "zhoujian", words="已安排",
              instruction_id=db.session.scalars(select(Instruction.id)).one())


def incomplete(life):
    life.submit().does(intake.request_supplement, "liumin", missing="缺受理单")


# act: where the ticket stands, who may, what is typed, where it stands then, and somebody who may not
ACTS = {
    "accept": (submitted, "liumin", {"category": "水电气暖", "difficulty": "ordinary"}, "coordinating", "chenjing"),
    "request-supplement": (submitted, "liumin", {"missing": "缺受理单"}, "awaiting_supplement", "hening"),
    "supplement": (incomplete, "liumin", {"text": "受理单号 123"}, "submitted", "wujie"),
    "answer": (asked, "wujie", {"text": "请在 9 月前申报"}, "handled", "hening"),
    "dispatch": (coordinating, "wujie", {"lead": POWER, "assisting-0": "市财政局", "basis": "职责"}, "handling", "hening"),
    "sign": (handling, "chenjing", {}, "handling", "wujie"),
    "contact": (signed, "chenjing", {"method": "电话", "words": "已通话"}, "handling", "liumin"),
    "propose-send-back": (
        handling, "chenjing", {"reason": "不属本单位", "law": "三定方案", "article": "第三条"}, "handling", "zhoujian"),
    "request-extension": (signed, "chenjing", {"until": "2026-08-28", "reason": "待供货"}, "handling", "wujie"),
    "propose-ledger": (
        signed, "zhoujian", {"ledger_class": "funds", "until": "2026-10-15", "reason": "资金"}, "handling", "chenjing"
    ),
    "propose-result": (signed, "chenjing", {"result_kind": "solved", "reason": LONG}, "handling", "zhoujian"),
    "report-assistance": (assisted, "sunyue", {"report": "费用已核减"}, "handling", "wujie"),
    "transfer": (handling, "wujie", {"lead": LAND, "reason": "职责在该局"}, "handling", "liumin"),
    "consult": (
        handling, "hening", {"units-0": FINANCE, "held_on": "2026-08-19", "outcome": "财政协办"}, "handling", "liumin"
    ),
    "reply": (handled, "liumin", {"method": "phone", "text": "已送电"}, "replied", "chenjing"),
    "follow-up": (
        replied, "xuhui", {"was_reached": "yes", "is_solved": "yes", "is_satisfied": "yes"}, "followed_up", "liumin"
    ),
    "reopen": (closed, "wujie", {"reason": "又停电了"}, "handling", "liumin"),
    "instruct": (handling, "luoshizhang", {"words": "三天内送电", "days": "3"}, "handling", "wujie"),
    "answer-instruction": (instructed, "zhoujian", {"words": "已倒排工期"}, "handling", "liumin"),
    "accept-instruction": (answered, "luoshizhang", {"words": "好"}, "handling", "zhoujian"),
    "return-instruction": (answered, "luoshizhang", {"words": "写明日期", "days": "2"}, "handling", "wujie"),
    "remind": (handling, "liumin", {"words": "请尽快"}, "handling", "luoshizhang"),
    "supervise": (handling, "wujie", {"reason": "多次催办无果"}, "handling", "liumin"),
    "note": (handling, "liumin", {"words": "内部说一句"}, "handling", "luoshizhang"),
    "message": (handling, "liumin", {"words": "您好，在办"}, "handling", "hening"),
}
CHOSEN = dict.fromkeys(
    ("answer-instruction", "accept-instruction", "return-instruction"),
    lambda: {"instruction_id": str(db.session.scalars(select(Instruction.id)).one())},
)


@pytest.mark.parametrize("verb", ACTS)
def test_the_right_person_gets_it_done_on_its_page(desk, verb):
    stands, username, typed, target, _ = ACTS[verb]
    stands(desk.life)
    answer = desk.does(username, verb, **typed, **CHOSEN.get(verb, dict)())
    assert (answer.status, desk.ticket.status) == (302, Status(target)), answer.words
    assert events(desk, Act(verb.replace("-", "_"))) == 1


def test_only_the_service_centre_is_asked_whether_a_dispatch_is_a_ruling(desk):
    coordinating(desk.life)

    assert "归属裁定" not in desk.opens("liumin", "dispatch").words
    assert "归属裁定" in desk.opens("wujie", "dispatch").words
    assert desk.does("liumin", "dispatch", lead=POWER, basis="职责", is_ruling="y").status == 302
    assert desk.ticket.ruled_at is None


@pytest.mark.parametrize("verb", ACTS)
def test_the_wrong_person_is_refused_and_nothing_is_noted(desk, verb):
    stands, right, typed, _, wrong = ACTS[verb]
    stands(desk.life)
    page = desk.opens(right, verb)
    before = events(desk, Act(verb.replace("-", "_")))
    assert desk.opens(wrong, verb).status == 404
    token = desk.opens(wrong, "/account").form(1)["csrf_token"]
    answer = desk.sends(wrong, page, verb, csrf_token=token, **typed, **CHOSEN.get(verb, dict)())
    assert answer.status == 404
    assert events(desk, Act(verb.replace("-", "_"))) == before


def test_dispatch_orders_one_lead_and_the_named_assistants(desk):
    coordinating(desk.life)
    desk.does("wujie", "dispatch", lead="市供电公司", **{"assisting-0": FINANCE, "assisting-1": LAND}, basis="职责")
    assert desk.ticket.lead_unit_id == desk.life.unit(POWER).id
    assert desk.life.unit(LAND).name in desk.opens("wujie", "?tab=work").words


@pytest.mark.parametrize("name", ["云州市不存在的局", "云州市纪委监委", "市企服中心"])
def test_only_units_that_handle_tickets_can_be_named(desk, name):
    coordinating(desk.life)
    answer = desk.does("wujie", "dispatch", lead=name, basis="职责条款第三条")
    assert answer.status == 422
    assert "没有找到单位" in answer.words and "职责条款第三条" in answer.html


def test_lead_and_assistant_cannot_be_the_same_and_the_page_says_so(desk):
    coordinating(desk.life)
    answer = desk.does("wujie", "dispatch", lead=POWER, **{"assisting-0": POWER}, basis="写了很多的依据")
    assert answer.status == 422
    assert "不能重复" in answer.words and "写了很多的依据" in answer.html


def test_a_waived_assistant_no_longer_bars_the_result(desk):
    assisted(desk.life)
    desk.life.sign()
    assert "还有 1 个协办单位没有报送" in desk.opens("chenjing").words
    unit = desk.life.unit(FINANCE).id
    assert desk.does("wujie", "waive-assistance", unit_id=str(unit), reason="无需出资").status == 302
    assert desk.opens("chenjing", "propose-result").status == 200


def test_a_merged_ticket_goes_with_the_main_one_and_comes_out_again(desk, city):
    other = Life(city, enterprise="鑫源包装", member="xinyuan").submit(subject="送电延误").ticket
    submitted(desk.life)
    assert desk.does("wujie", "merge", main=other.number, reason="同一条线").status == 302
    assert desk.ticket.merged_into_id == other.id
    assert desk.does("wujie", "unmerge", reason="不是同一条线").status == 302
    assert desk.ticket.status is Status.SUBMITTED


def test_the_main_ticket_must_be_one_that_the_clerk_may_open(desk, city):
    elsewhere = Life(city, enterprise="宏达电商产业园", member="hongda").submit().ticket  # 高新区, not 城东区
    submitted(desk.life)
    answer = desk.does("tangyi", "merge", main=elsewhere.number, reason="同一件事")
    assert answer.status == 422
    assert "没有找到这件诉求" in answer.words


def test_an_unreached_call_is_an_attempt(desk):
    replied(desk.life)
    desk.does("xuhui", "follow-up", was_reached="no", words="无人接听")
    assert desk.ticket.status is Status.REPLIED
    assert events(desk, Act.ATTEMPT_FOLLOW_UP) == 1


def test_an_unsolved_call_begins_a_new_round(desk):
    replied(desk.life)
    desk.does("xuhui", "follow-up", was_reached="yes", is_solved="no", is_satisfied="no",
              rework_reason="recurred", words="又停了")
    assert (desk.ticket.status, desk.ticket.round) == (Status.HANDLING, 2)


def test_an_unsolved_call_names_the_class_of_its_reason(desk):
    replied(desk.life)
    answer = desk.does("xuhui", "follow-up", was_reached="yes", is_solved="no", is_satisfied="yes", words="又停了")
    assert answer.status == 422
    assert "请选择企业不认可的原因" in answer.words and "又停了" in answer.html
    assert desk.ticket.status is Status.REPLIED


def test_whoever_was_reached_has_said_whether_it_is_solved(desk):
    replied(desk.life)
    answer = desk.does("xuhui", "follow-up", was_reached="yes", words="说了很多话")
    assert answer.status == 422
    assert "请选择是否解决" in answer.words and "说了很多话" in answer.html


def test_who_handled_it_is_told_why_somebody_else_must_call(desk):
    desk.life.submit().accept().dispatch(by="xuhui").sign().result().reply()
    assert "应当回避" in desk.opens("xuhui").words
    assert desk.opens("xuhui", "follow-up").status == 409


def test_evidence_goes_with_the_result_and_stays_internal(desk):
    signed(desk.life)
    desk.does("chenjing", "propose-result", result_kind="solved", reason=LONG, files=[(io.BytesIO(PDF), "照片.pdf")])
    kept = db.session.scalars(select(Attachment)).one()
    assert (kept.ticket_id, kept.is_public, kept.draft_key) == (desk.life.ticket.id, False, None)
    assert "照片.pdf" in desk.opens("zhoujian", "?tab=files").words


def test_files_wait_while_something_else_is_put_right(desk):
    signed(desk.life)
    answer = desk.does("chenjing", "propose-result", reason=LONG, files=[(io.BytesIO(PDF), "照片.pdf")])
    assert answer.status == 422
    assert "照片.pdf" in answer.words and "请选择办理结果" in answer.words
    assert desk.sends("chenjing", answer, "propose-result", result_kind="solved").status == 302
    assert db.session.scalars(select(Attachment)).one().ticket_id == desk.life.ticket.id


def test_a_suggestion_ends_with_adopted_or_not(desk):
    desk.life.submit(kind=TicketKind.SUGGESTION).accept().dispatch().sign()
    answer = desk.does("chenjing", "propose-result", result_kind="solved", reason=LONG)
    assert "请选择是否采纳" in answer.words
    desk.sends("chenjing", answer, "propose-result", adopted="no")
    assert db.session.scalars(select(Proposal)).one().adopted is False


def test_what_is_asked_in_a_consultation_becomes_an_order(desk):
    handling(desk.life)
    desk.does("hening", "consult", **{"units-0": FINANCE}, held_on="2026-08-19", outcome="财政局协办")
    assert FINANCE in db.session.scalars(select(Consultation.units)).one()


def test_what_is_decided_in_a_consultation_has_its_day(desk):
    handling(desk.life)
    said = {"units-0": FINANCE, "held_on": "2026-08-19", "outcome": "财政局协办", "decisions-0-unit": FINANCE,
            "decisions-0-duty": "核减费用"}
    back = desk.does("hening", "consult", **said)
    assert back.status == 422 and "请写明完成期限" in back.words and "核减费用" in back.html
    assert desk.sends("hening", back, "consult", **said, **{"decisions-0-due_on": "2026-12-30"}).status == 302


def test_hints_are_shown_once_and_never_bar_the_way(desk):
    signed(desk.life)
    answer = desk.does("chenjing", "propose-result", result_kind="explained", reason="已阅")
    assert answer.status == 200 and events(desk, Act.PROPOSE_RESULT) == 0
    for hint in ("没有提到诉求中的关键词", "不到 30 字", "请写明下一步"):
        assert hint in answer.words
    assert desk.sends("chenjing", answer, "propose-result").status == 302


def test_a_copied_result_is_noticed(desk, city):
    other = Life(city).handling().sign()
    other.grant(other.propose(ProposalKind.RESULT, reason=LONG, result_kind=ResultKind.SOLVED))
    signed(desk.life)
    assert "最近另一件的说明相同" in desk.does("chenjing", "propose-result", result_kind="solved", reason=LONG).words


def test_the_second_editor_sees_both_and_loses_nothing(desk):
    coordinating(desk.life)
    page = desk.opens("wujie", "dispatch")
    desk.does("liumin", "note", words="企业刚才又来电催")
    typed = {"lead": POWER, "basis": "写了半小时的派单依据"}
    answer = desk.sends("wujie", page, "dispatch", **typed)
    assert answer.status == 409
    assert "刚刚被他人更新" in answer.words and "企业刚才又来电催" in answer.words
    assert "写了半小时的派单依据" in answer.html and POWER in answer.html
    assert desk.sends("wujie", answer, "dispatch").status == 302
    assert desk.ticket.status is Status.HANDLING


def test_a_ticket_that_has_moved_on_gives_back_what_was_typed(desk):
    coordinating(desk.life)
    page = desk.opens("wujie", "dispatch")
    desk.life.dispatch()
    answer = desk.sends("wujie", page, "dispatch", lead=LAND, basis="另一份依据")
    assert answer.status == 409
    assert "不能派单" in answer.words and "另一份依据" in answer.html and "派单刘敏" in answer.words


@pytest.mark.parametrize("verb", ["remind", "note", "supervise"])
def test_a_double_click_makes_one_record(desk, verb):
    stands, username, typed, *_ = ACTS[verb]
    stands(desk.life)
    page = desk.opens(username, verb)
    desk.sends(username, page, verb, **typed)
    answer = desk.sends(username, page, verb, **typed)
    assert (answer.status, answer.leads_to) == (302, f"/tickets/{desk.number}")
    assert events(desk, Act(verb)) == 1


def test_signing_is_one_press_on_the_ticket_itself(desk):
    handling(desk.life)
    page = desk.opens("chenjing")
    assert desk.sends("chenjing", page, "sign").status == 302
    assert "首次联系" in desk.opens("chenjing").links


def test_the_box_writes_a_note_or_a_message(desk):
    handling(desk.life)
    page = desk.opens("liumin")
    desk.sends("liumin", page, "say", kind="message", words="您好，明天勘察")
    desk.sends("liumin", desk.opens("liumin"), "say", kind="note", words="记得带图纸")
    rows = select(EventWords.words, Event.is_public).join(Event, Event.seq == EventWords.event_seq)
    told = dict(db.session.execute(rows.where(Event.action.in_([Act.NOTE, Act.MESSAGE]))).all())
    assert told == {"您好，明天勘察": True, "记得带图纸": False}


def test_an_overlong_note_comes_back_whole(desk):
    handling(desk.life)
    answer = desk.sends("liumin", desk.opens("liumin"), "say", kind="note", words="长" * 2001)
    assert answer.status == 422
    assert "最多 2000 字，现有 2001 字" in answer.words and "长" * 2001 in answer.html


@pytest.mark.parametrize(
    ("verb", "field", "typed", "sentence"),
    [
        ("request-extension", "until", "2026-13-40", "请填写真实的日期"),
        ("request-extension", "until", "2026-08-22", "应当是工作日"),
        ("request-extension", "until", "2027-08-20", "不超过原时限"),
        ("propose-ledger", "until", "2027-08-20", "最晚"),
        ("propose-ledger", "ledger_class", "whatever", "请从列出的选项中选一个"),
    ],
)
def test_a_wrong_date_or_code_gets_a_sentence_and_keeps_the_words(desk, verb, field, typed, sentence):
    stands, username, right, *_ = ACTS[verb]
    stands(desk.life)
    answer = desk.does(username, verb, **right | {field: typed, "reason": "写好的理由"})
    assert answer.status == 422
    assert sentence in answer.words and "写好的理由" in answer.html


def test_an_act_that_is_nobodys_page_is_not_there(desk):
    handling(desk.life)
    assert [desk.opens("wujie", verb).status for verb in ("submit", "rate", "lapse-rating", "nonsense")] == [404] * 4


def test_a_member_is_led_to_the_page_of_the_enterprise(desk):
    handling(desk.life)
    assert desk.opens("hengzha").leads_to == f"/my/tickets/{desk.number}"
    assert desk.opens("hengzha", "note").status == 404


def test_supervising_by_hand_opens_the_first_order(desk):
    handling(desk.life)
    desk.does("wujie", "supervise", reason="多次催办无果")
    assert db.session.scalars(select(Supervision.reason)).one() == "多次催办无果"


def test_who_lost_the_ticket_while_writing_has_the_words_back(desk):
    handling(desk.life)
    page = desk.opens("chenjing", "contact")
    desk.life.send_back()
    answer = desk.sends("chenjing", page, "contact", words="写了很久的联系记录")
    assert answer.status == 404
    assert "你刚才填写的内容" in answer.words and "写了很久的联系记录" in answer.words
    assert desk.number not in answer.words
