"""The desk: what waits for whose signature, and what a signature or a refusal does."""

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.tickets import Decision, LedgerClass, Proposal, ProposalKind, SigningStage, Status
from operations.tickets import conversation
from tests.lives import Life, shanghai
from tests.views.tickets_desk import Desk

TEXT = "外线施工已经完成，八月二十一日送电，企业现场确认电压正常，设备可以投产。"
UNTIL = shanghai("2026-08-28").date()


@pytest.fixture
def desk(guest, life):
    return Desk(guest, life)


@pytest.fixture
def result(desk):
    return desk.life.handling().sign().propose(ProposalKind.RESULT, reason=TEXT, result_kind="solved")


@pytest.fixture
def extension(desk):
    return desk.life.handling().sign().propose(ProposalKind.EXTENSION, reason="供货推迟", until=UNTIL)


def decided(proposal):
    db.session.expire_all()
    return db.session.get_one(Proposal, proposal.id)


def on_the_desk_of(desk, username):
    return [url for url in desk.opens(username, "/sign-offs").links.values() if url.startswith("/sign-offs/")]


@pytest.mark.parametrize(
    ("username", "sees"), [("zhoujian", True), ("gaofeng", False), ("wujie", False), ("hening", False)]
)
def test_a_result_lies_on_its_leaders_desk_alone(desk, result, username, sees):
    assert bool(on_the_desk_of(desk, username)) is sees
    assert desk.opens(username, f"/sign-offs/{result.id}").status == (200 if sees else 404)


@pytest.mark.parametrize("username", ["chenjing", "liumin", "luoshizhang", "hengzha", "admin"])
def test_who_signs_nothing_has_no_desk(desk, result, username):
    assert desk.opens(username, "/sign-offs").status == 404


def test_the_line_says_what_who_and_how_pressing(desk, result):
    words = desk.opens("zhoujian", "/sign-offs").words
    assert "办理结果：厂区外接线路迟迟未送电" in words and "陈静" in words and "剩 5 天" in words
    assert "外线施工已经完成" in words


def test_signing_a_result_reports_it(desk, result):
    page = desk.opens("zhoujian", f"/sign-offs/{result.id}")
    answer = desk.sends("zhoujian", page, "grant", **{"grant-words": "同意"})
    assert (answer.leads_to, desk.ticket.status) == ("/sign-offs", Status.HANDLED)
    assert decided(result).decision is Decision.GRANTED
    assert on_the_desk_of(desk, "zhoujian") == []


def test_declining_needs_a_reason_and_keeps_the_ticket_where_it_is(desk, result):
    page = desk.opens("zhoujian", f"/sign-offs/{result.id}")
    answer = desk.sends("zhoujian", page, "decline")
    assert answer.status == 422 and "请写明不同意的理由" in answer.words
    desk.sends("zhoujian", answer, "decline", **{"decline-words": "请补现场照片"})
    assert (desk.ticket.status, decided(result).decision_words) == (Status.HANDLING, "请补现场照片")
    assert "请补现场照片" in desk.opens("chenjing", "?tab=work").words


def test_the_hints_of_the_officer_are_shown_to_who_signs(desk):
    proposal = desk.life.handling().sign().propose(ProposalKind.RESULT, reason="已阅", result_kind="explained")
    words = desk.opens("zhoujian", f"/sign-offs/{proposal.id}").words
    assert "签字前请看一眼" in words and "没有提到诉求中的关键词" in words


def test_an_extension_shows_both_dates_and_crosses_two_desks(desk, extension):
    page = desk.opens("zhoujian", f"/sign-offs/{extension.id}")
    assert "8月26日 17:30" in page.words and "8月28日 17:30 多 2 个工作日" in page.words
    assert "8月19日 09:00 收到（当日不计）" in page.words
    desk.sends("zhoujian", page, "grant")
    assert decided(extension).stage is SigningStage.CLERK
    desk.sends("wujie", desk.opens("wujie", f"/sign-offs/{extension.id}"), "grant")
    assert decided(extension).decision is Decision.GRANTED
    assert desk.ticket.due_at == shanghai("2026-08-28 17:30")


def test_the_ledger_lies_on_the_supervisors_desk(desk):
    proposal = desk.life.handling().sign().propose(
        ProposalKind.LEDGER, by="zhoujian", reason="资金未落实", ledger_class=LedgerClass.FUNDS,
        until=shanghai("2026-10-15").date(),
    )
    desk.sends("hening", desk.opens("hening", f"/sign-offs/{proposal.id}"), "grant")
    assert desk.ticket.paused_at is not None


def test_a_return_is_countersigned_with_its_basis_in_view(desk):
    proposal = desk.life.handling().propose(ProposalKind.SEND_BACK, basis="三定方案第四条")
    page = desk.opens("zhoujian", f"/sign-offs/{proposal.id}")
    assert "三定方案第四条" in page.words
    desk.sends("zhoujian", page, "grant")
    assert desk.ticket.status is Status.COORDINATING


def test_a_ticket_that_changed_meanwhile_is_shown_anew_with_the_words(desk, result):
    page = desk.opens("zhoujian", f"/sign-offs/{result.id}")
    desk.does("liumin", "note", words="企业说还没有电")
    answer = desk.sends("zhoujian", page, "grant", **{"grant-words": "写好的意见"})
    assert answer.status == 409
    assert "刚刚被他人更新" in answer.words and "写好的意见" in answer.html
    assert desk.sends("zhoujian", answer, "grant").status == 302


def test_two_presses_sign_once(desk, result):
    page = desk.opens("zhoujian", f"/sign-offs/{result.id}")
    desk.sends("zhoujian", page, "grant")
    assert desk.sends("zhoujian", page, "grant").status == 404
    assert len(db.session.scalars(select(Proposal).where(Proposal.decision == Decision.GRANTED)).all()) == 1


@pytest.fixture
def three(city):
    """Three results on 周建's desk, the first with a text that a second look would question."""
    lives = [Life(city).submit(subject=f"第 {number} 件").accept().dispatch().sign() for number in (1, 2, 3)]
    return [(life, life.propose(ProposalKind.RESULT, reason=reason, result_kind="solved"))
            for life, reason in zip(lives, ("已办。", TEXT, f"{TEXT}另外两台设备也一并检查。"), strict=True)]


def many(desk, three):
    return desk.opens("zhoujian", "/sign-offs/grant?" + "&".join(f"pick={proposal.id}" for _, proposal in three))


def test_many_are_foretold_and_signed_each_with_its_own_result(desk, three):
    desk.life = three[0][0]
    page = many(desk, three)
    assert "同意 3 份提请" in page.words and page.words.count("同意办理结果") == 3
    assert "企业可能看不明白做了什么" in page.words.partition("第 1 件")[2].partition("第 2 件")[0]

    three[1][0].does(conversation.note, "liumin", words="企业说还没有电")  # the page is older than that
    three[2][0].grant(three[2][1])  # by himself, in another window
    answer = desk.sends("zhoujian", page, "grant", words="照办")

    assert answer.status == 200 and "1 份已办，2 份没有办成" in answer.words
    assert "刚刚被他人更新" in answer.words and "已经有了结论" in answer.words
    states = [decided(proposal) for _, proposal in three]
    assert [one.decision for one in states] == [Decision.GRANTED, None, Decision.GRANTED]
    assert states[0].decision_words == "照办"


def test_many_do_not_tell_of_what_lies_on_no_desk_of_mine(desk, three):
    desk.life = three[0][0]
    for username in ("gaofeng", "wujie", "hening"):
        assert desk.opens(username, f"/sign-offs/grant?pick={three[0][1].id}").status == 404
    page = many(desk, three[:1])
    mine = desk.sends("zhoujian", page, "grant", picked=f"{three[0][1].id} 999999999")
    assert "1 份已办" in mine.words and "没有办成" not in mine.words


def test_nothing_ticked_leads_back_to_the_desk(desk, result):
    assert desk.opens("zhoujian", "/sign-offs/grant").leads_to == "/sign-offs"


def test_the_most_pressing_ticket_comes_first(desk, city):
    for hours in (30, 1):
        life = Life(city)
        life.wait(hours=hours).submit(subject=f"等了 {hours} 小时").accept().dispatch().sign()
        life.propose(ProposalKind.RESULT, reason=TEXT, result_kind="solved")
    desk.life = life
    with clock.standing_at(life.now):
        words = desk.opens("zhoujian", "/sign-offs").words
    assert words.index("等了 1 小时") < words.index("等了 30 小时")
