"""The enterprise's home, its list and the page of one ticket."""

from sqlalchemy import event

from models.base import db
from operations.tickets import conversation, intake

MY = "/my/tickets"


def address(life, more=""):
    return f"{MY}/{life.ticket.number}{more}"


def read(life, guest, path, username="hengzha"):
    with life.here():
        return guest(username).opens(path)


def test_home_shows_what_waits_who_looks_after_us_and_what_is_open(life, guest):
    life.submit(subject="环评材料清单不清楚").wait(hours=1)
    life.does(intake.request_supplement, "liumin", missing="缺批复页")

    page = read(life, guest, "/my")

    assert "等您处理" in page.words and "环评材料清单不清楚" in page.words
    assert page.links["补充材料：环评材料清单不清楚"] == address(life, "/add")
    assert page.links["打电话给刘敏"] == f"tel:{life.city.users['liumin'].phone}"


def test_an_enterprise_without_open_tickets_is_asked_to_raise_one(life, guest):
    page = read(life, guest, "/my")

    assert page.links["提一件诉求"] == "/my/tickets/new/1"


def test_officials_have_no_portal(life, guest):
    assert read(life, guest, "/my", "liumin").status == 404


def test_another_enterprises_ticket_and_no_ticket_are_the_same(life, guest):
    life.submit()

    foreign = read(life, guest, address(life), "xinyuan")
    missing = read(life, guest, f"{MY}/ZQ-2026-08-0000000", "xinyuan")

    assert foreign.status == missing.status == 404
    assert foreign.words == missing.words


def test_the_track_page_tells_who_did_what_and_what_comes_next(life, guest):
    life.handling().sign()

    page = read(life, guest, address(life))

    assert "管家刘敏已受理" in page.words and "转市供电公司" in page.words
    assert "最晚 8月26日 17:30 办结" in page.words
    assert "管家告诉您结果" in page.words


def test_the_enterprise_reads_messages_and_never_an_internal_note(life, guest):
    life.handling()
    life.does(conversation.message, "liumin", words="供电公司明天到现场")
    life.does(conversation.note, "liumin", words="这家催得紧")

    page = read(life, guest, address(life))

    assert "供电公司明天到现场" in page.words
    assert "这家催得紧" not in page.html and "职责清单" not in page.html


def test_an_overdue_ticket_says_that_it_is_pressed(life, guest):
    life.handling().at("2026-08-27 09:00").sweep()

    page = read(life, guest, address(life))

    assert "已超期" in page.words and "应于 8月26日 17:30 办结，已督办责任单位" in page.words.replace("昨天", "8月26日")


def test_a_withdrawn_ticket_stands_nowhere_on_the_rail(life, guest):
    life.submit()
    life.does(intake.withdraw, "hengzha", reason="已经解决")

    page = read(life, guest, address(life))

    assert 'aria-current="step"' not in page.html
    assert "已经解决" in page.words


def test_what_may_not_be_done_any_more_says_why(life, guest):
    life.handling().sign().result().reply().call().rate().wait(days=30)

    page = read(life, guest, address(life))

    assert "办结已超过 10 个工作日，请作为新诉求提交。" in page.words
    assert address(life, "/reopen") not in page.links.values()


def test_the_list_goes_on_where_the_page_before_ended(life, guest):
    for count in range(23):
        life.submit(subject=f"第 {count} 件诉求")

    first = read(life, guest, MY)
    second = read(life, guest, first.links["下一页"])

    assert "第 22 件诉求" in first.words and "第 2 件诉求" not in first.words.replace("第 22", "")
    assert "第 2 件诉求" in second.words and "第 0 件诉求" in second.words and "第 3 件诉求" not in second.words


def test_nonsense_in_the_address_is_the_first_page(life, guest):
    life.submit(subject="线路迟迟未送电")

    for query in ("view=nothing", "after=-1", "after=99999999999999999999", "after=abc", "view=%F0%28"):
        assert "线路迟迟未送电" in read(life, guest, f"{MY}?{query}").words


def test_a_zero_byte_in_an_address_is_refused(life, guest):
    for path in ("/my/tickets/new/2?draft=%00", "/my/tickets/new/done?number=%00", "/attachments/%00"):
        assert read(life, guest, path).status in (400, 404)


def test_the_views_of_the_list_hold_what_they_say(life, guest):
    life.submit(subject="还在办的诉求")
    life.submit(subject="撤回了的诉求")
    life.does(intake.withdraw, "hengzha", reason="已经解决")

    closed, still_open = read(life, guest, f"{MY}?view=closed"), read(life, guest, f"{MY}?view=open")

    assert "撤回了的诉求" in closed.words and "还在办的诉求" not in closed.words
    assert "还在办的诉求" in still_open.words and "撤回了的诉求" not in still_open.words


def test_pages_take_few_statements_however_much_there_is(life, guest):
    life.handling()
    for count in range(12):
        life.does(conversation.message, "hengzha", words=f"第 {count} 句")

    counted = {path: statements(life, guest, path) for path in ("/my", MY, address(life))}

    assert counted["/my"] <= 10 and counted[MY] <= 8 and counted[address(life)] <= 15, counted


def statements(life, guest, path):
    seen = []
    with life.here():
        visitor = guest("hengzha")
        event.listen(db.engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
        visitor.opens(path)
    return len([one for one in seen if not one.startswith(("BEGIN", "COMMIT", "PRAGMA"))])
