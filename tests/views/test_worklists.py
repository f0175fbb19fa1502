"""待办, 派单 and 回访: what each desk finds in the morning."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from models.base import db
from models.ratings import Grade
from models.tickets import LedgerClass, ProposalKind, Ticket
from operations.access.people import actor_named
from operations.clocks.calendar import Limit
from operations.insight import call_sheets, worklists
from operations.insight.keyset import Place
from operations.insight.worklists import Owed
from operations.supervision import supervision, sweep
from operations.tickets import aftercare, conversation, intake
from tests.lives import FINANCE, LAND, POWER, Life
from tests.views.counting import statements

SUBJECT = "厂区外接线路迟迟未送电"
ROW = "data-row>"


@pytest.fixture
def reads(guest, life):
    """``reads("chenjing", "/work")`` at the life's moment."""

    def page(username, path):
        with life.here():
            return guest(username).opens(path)

    return page


def owed(page):
    """What the segments of 待办 count."""
    parts = [words.split() for words in page.links]
    return {words[0]: int(words[1]) for words in parts if len(words) == 2 and words[0] in OWED}


OWED = {"全部", *(kind.label for kind in Owed)}


def counts(guest, username, path, *, here):
    with here():
        person = guest(username)
        person.opens(path)
        with statements() as seen:
            assert person.opens(path).status == 200
    return len(seen)


# ---------- 待办 ----------


def test_a_unit_owes_what_its_clocks_say_and_less_with_each_act(life, reads):
    life.handling()
    page = reads("chenjing", "/work")
    assert owed(page) == {"全部": 1, "签收": 1, "首次联系": 1, "办结": 1}
    assert page.links[f"签收：{SUBJECT}"] == f"/tickets/{life.ticket.number}/sign?in=/work"
    life.sign()
    page = reads("chenjing", "/work")
    assert owed(page) == {"全部": 1, "首次联系": 1, "办结": 1}
    assert page.links[f"首次联系：{SUBJECT}"] == f"/tickets/{life.ticket.number}/contact?in=/work"


def test_a_result_is_reported_by_the_officer_and_signed_by_the_leader(life, reads):
    life.handling().sign()
    proposal = life.propose(ProposalKind.RESULT, result_kind="solved")
    officer, leader = reads("chenjing", "/work"), reads("zhoujian", "/work")
    assert "已报，待签批" in officer.words and f"提交办理结果：{SUBJECT}" not in officer.links
    assert owed(leader)["签批"] == 1 and "签批" not in owed(officer)
    assert reads("zhoujian", "/work?show=sign_off").links[f"签批：{SUBJECT}"] == f"/sign-offs/{proposal.id}"
    life.grant(proposal)
    assert "没有等本单位办的办件" in reads("zhoujian", "/work").words


def test_an_assisting_unit_finds_its_part_and_others_nothing(life, reads):
    life.submit().accept().dispatch(POWER, assisting=[FINANCE])
    page = reads("sunyue", "/work")
    assert owed(page) == {"全部": 1, "签收": 1, "协办": 1} and "主办 市供电公司" in page.words
    assert SUBJECT not in reads("litao", "/work").words


def test_an_order_from_above_is_owed_an_answer(life, reads):
    life.handling().sign().at("2026-08-26 17:35")
    with life.here():
        sweep.sweep()
    page = reads("chenjing", "/work?show=answer")
    assert owed(page)["督办答复"] == 1 and page.links[f"答复督办：{SUBJECT}"].startswith("/supervisions/")


def test_the_filters_narrow_and_say_when_nothing_is_left(life, reads):
    life.handling().sign()
    assert SUBJECT in reads("chenjing", "/work?show=result").words
    empty = reads("chenjing", "/work?show=assist")
    assert "没有要协办的办件" in empty.words and "看全部 1 件待办" in empty.links
    assert SUBJECT in reads("chenjing", "/work?show=nonsense").words


def test_what_stands_still_comes_last(city, people):
    early, late = Life(city), Life(city).wait(days=1)
    early.handling(), late.handling()
    proposal = early.propose(ProposalKind.LEDGER, "zhoujian", until=date(2026, 9, 1), ledger_class=LedgerClass.FUNDS)
    early.grant(proposal, "hening")
    with late.here():
        shown = worklists.tasks(people["chenjing"]).tasks
    assert [task.row.number for task in shown] == [late.ticket.number, early.ticket.number]


def test_every_task_is_found_once_over_the_pages(city, people):
    for n in range(28):
        life = Life(city)
        life.wait(minutes=n).handling()
    seen, after = [], None
    with life.here():
        while True:
            page = worklists.tasks(people["chenjing"], after=after)
            seen += [task.row.number for task in page.tasks]
            after = page.after
            if after is None:
                break
    assert len(seen) == len(set(seen)) == page.counts[None] == 28


@pytest.mark.parametrize("username", ["chenjing", "zhoujian"])
def test_the_worklist_takes_as_many_statements_for_many_as_for_one(city, guest, username):
    life = Life(city).handling()
    few = counts(guest, username, "/work", here=life.here)
    for _ in range(12):
        Life(city).handling()
    assert counts(guest, username, "/work", here=life.here) == few <= 7


# ---------- 派单 ----------


def test_what_came_back_stands_first_with_why(life, reads, city):
    life.handling().send_back()
    waiting = Life(city, enterprise="鑫源包装", member="xinyuan").submit(subject="扩建车间消防验收").accept()
    page = reads("wujie", "/dispatch")
    assert page.words.index(SUBJECT) < page.words.index(waiting.ticket.subject)
    assert "市供电公司退回：理由写在这里" in page.words and "依据：三定方案" in page.words
    assert page.links[f"裁定派单：{SUBJECT}"] == f"/tickets/{life.ticket.number}/dispatch?in=/dispatch"
    assert "协调派单" in page.words and "办结" in page.words  # both clocks, the case clock still running


def test_a_second_return_is_counted(life, reads):
    life.handling().send_back().dispatch(LAND).send_back("litao", "gaofeng")
    assert "市自然资源局退回，已是第 2 次" in reads("wujie", "/dispatch?show=returned").words


def test_nobody_is_left_without_somebody_who_takes_it_in(life, reads, city, people):
    with life.here():
        stray = intake.submit(intake.Demand(city.enterprises["老边家饺子馆"], "门头改造审批", "三周没有答复"),
                              actor=people["wujie"])
    life.submit()
    page = reads("wujie", "/dispatch")
    assert stray.subject in page.words and "没有管家" in page.words and SUBJECT not in page.words
    life.at("2026-08-21 09:00")
    page = reads("wujie", "/dispatch?show=untaken")
    assert SUBJECT in page.words and "管家 刘敏" in page.words and f"受理：{SUBJECT}" in page.links


def test_a_county_centre_sees_its_county(life, reads, city):
    life.submit().accept()
    other = Life(city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang").submit(subject="道路积水").accept()
    words = reads("tangyi", "/dispatch").words
    assert SUBJECT in words and other.ticket.subject not in words


def test_what_waits_for_others_is_told_beside(life, reads):
    life.submit().does(intake.request_supplement, "liumin", missing="营业执照")
    page = reads("wujie", "/dispatch")
    assert "看等补正的 1 件" in page.links and "没有等派单的诉求" in page.words


def test_the_dispatch_desk_takes_as_many_statements_for_many_as_for_few(city, guest):
    life = Life(city).handling().send_back()
    few = counts(guest, "wujie", "/dispatch", here=life.here)
    for _ in range(6):
        Life(city).handling().send_back()
        Life(city).submit().accept()
    assert counts(guest, "wujie", "/dispatch", here=life.here) == few <= 13


# ---------- 回访 ----------


def test_the_call_sheet_tells_what_was_asked_promised_and_answered(life, reads):
    life.handling().sign().wait(hours=3).result().reply()
    page = reads("xuhui", "/follow-ups")
    for words in ("四月就报了外线申请", "8月26日 17:30 前办结；按时", "外线已经送电。", "已告知企业送电时间。", "市供电公司"):
        assert words in page.words, words
    assert page.links[f"登记回访：{SUBJECT}"] == f"/tickets/{life.ticket.number}/follow-up?in=/follow-ups"


def test_who_had_a_hand_in_it_must_not_call_and_reads_why(life, reads):
    life.submit().accept().dispatch(by="wujie").sign().result().reply()
    page = reads("wujie", "/follow-ups")
    assert "须回避" in page.words and "你与本件有关：派单" in page.words
    assert f"登记回访：{SUBJECT}" not in page.links and f"登记回访：{SUBJECT}" in reads("xuhui", "/follow-ups").links


def test_attempts_so_far_are_told(life, reads):
    life.handling().sign().result().reply().call(was_reached=False, words="无人接听").wait(days=1)
    assert "已打 1 次没有接通：昨天 09:00 徐慧（无人接听）" in reads("xuhui", "/follow-ups").words


def test_the_call_sheet_tells_the_reason_of_the_first_call_and_why_it_must_be_called(life, reads):
    life.handling().sign().result().reply().call(is_solved=False, words="还没有送电")
    life.does(conversation.instruct, "luoshizhang", words="三天内送电", limit=Limit(3, "d"))
    life.does(supervision.supervise, "wujie", reason="企业停产")
    life.result().reply()
    page = reads("xuhui", "/follow-ups")
    assert "上轮回访：未解决" in page.words and "批示件、督办件" in page.words


def test_a_named_bad_grade_must_be_called_and_an_anonymous_one_is_not_told(city, life, reads):
    for one, is_anonymous in ((life, False), (Life(city), True)):
        one.handling().sign().result().reply().call()
        one.rate(Grade.DISSATISFIED, tags=("其他",), is_anonymous=is_anonymous)
        if is_anonymous:  # its window closes it
            one.does(lambda ticket, actor: aftercare.lapse_rating(ticket), one.member)
        one.does(aftercare.reopen, one.member, reason="又停电了")
        one.result().reply()
    assert reads("xuhui", "/follow-ups").words.count("曾获差评") == 1


def test_numbers_of_the_follow_up_desk_are_those_of_its_lists(city, life, reads):
    life.handling().sign().result().reply()
    Life(city).wait(days=1).handling().sign().result().reply()
    life.at("2026-08-24 09:00")
    page = reads("xuhui", "/follow-ups")
    assert {"全部 2", "逾期 1", "今天到期 1"} <= set(page.links)
    for view, count in (("all", 2), ("red", 1), ("today", 1)):
        assert reads("xuhui", f"/follow-ups?show={view}").html.count(ROW) == count


def test_the_follow_up_desk_takes_as_many_statements_for_many_as_for_one(city, guest):
    life = Life(city).handling().sign().result().reply().call(was_reached=False)
    few = counts(guest, "xuhui", "/follow-ups", here=life.here)
    for _ in range(8):
        Life(city).handling().sign().result().reply()
    assert counts(guest, "xuhui", "/follow-ups", here=life.here) == few <= 10


def test_the_calls_of_a_long_queue_are_all_there_forwards_and_backwards(life):
    """Sixty wait, three always until the same moment: pages of 25, each once, by due moment and then by number."""
    ticket = life.handling().sign().result().reply().ticket
    alike = {name: getattr(ticket, name) for name in Ticket.__table__.columns.keys() if name not in ("id", "tail")}
    db.session.execute(insert(Ticket), [
        {**alike, "number": f"ZQ-2026-08-00000{place}", "due_at": ticket.due_at + timedelta(hours=place // 3)}
        for place in range(10, 69)])
    db.session.commit()
    with life.here():
        actor = actor_named("xuhui")
        pages = [call_sheets.to_call(actor)]
        while pages[-1].after:
            pages.append(call_sheets.to_call(actor, place=Place(after=pages[-1].after)))
        found = [[(sheet.line.row.due_at, sheet.line.row.id) for sheet in page.sheets] for page in pages]
        back = [call_sheets.to_call(actor, place=Place(before=page.before)) for page in pages[1:]]
        assert [[(sheet.line.row.due_at, sheet.line.row.id) for sheet in page.sheets] for page in back] == found[:-1]
    assert [len(page) for page in found] == [25, 25, 10] and pages[0].counts["all"] == 60
    assert sum(found, []) == sorted(set(sum(found, [])))
    assert pages[0].before is None and back[0].before is None and all(page.after for page in back)


def test_empty_desks_say_why(reads):
    assert "管家或企业服务中心派单后" in reads("chenjing", "/work").words
    assert "企业提交后先由管家受理" in reads("wujie", "/dispatch").words
    assert "管家向企业反馈办理结果后" in reads("xuhui", "/follow-ups").words


@pytest.mark.parametrize(
    ("path", "username"),
    [("/work", "liumin"), ("/work", "wujie"), ("/dispatch", "liumin"), ("/dispatch", "hening"),
     ("/follow-ups", "chenjing"), ("/follow-ups", "hengzha"), ("/dispatch", "admin")],
)
def test_each_desk_belongs_to_its_people(reads, path, username):
    assert reads(username, path).status == 404


@pytest.mark.parametrize(
    "visit",
    ["chenjing /work", "wujie /dispatch", "xuhui /follow-ups", "liumin /desk", "liumin /enterprises"],
)
@pytest.mark.parametrize("mark", ["after=1-1", f"before={'9' * 20}-1", "after=x", "after=-", f"before=1-{'9' * 14}"])
def test_a_mark_that_cannot_be_read_begins_at_the_top(reads, visit, mark):
    username, path = visit.split()
    assert reads(username, f"{path}?{mark}").status == 200
