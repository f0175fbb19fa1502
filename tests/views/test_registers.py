"""登记簿 and its signatures at the test client: lists, filters, files, and what an approver reads before signing."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.log import Event
from models.tickets import Instruction, LedgerClass, ProposalKind
from operations.clocks.calendar import Limit
from operations.tickets import conversation, coordination
from tests.lives import LAND, Life, shanghai
from tests.shared import ENGINES_TRIED
from tests.views.counting import statements
from tests.views.tickets_desk import Desk

# What the engines decide is asked of the operations, on both.
pytestmark = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
UNTIL = shanghai("2026-08-28").date()


@pytest.fixture
def desk(guest, life):
    life.handling().sign()
    return Desk(guest, life)


@pytest.fixture
def extended(desk):
    """Granted once, and asked for a second time."""
    said = {"reason": "=供货推迟", "basis": "须招标"}
    first = desk.life.wait(hours=1).propose(ProposalKind.EXTENSION, until=UNTIL, **said)
    desk.life.grant(first).grant(first, by="wujie").wait(hours=1)
    desk.life.grant(desk.life.propose(ProposalKind.EXTENSION, until=shanghai("2026-08-31").date(), **said))
    return desk


def rows_of(page):
    return page.html.count("<tr data-row>")


def test_register_figures_and_file_tell_the_same(extended):
    figures = extended.opens("hening", "/registers/extensions/figures?month=2026-08")
    counted = {name.partition("，")[2]: url for name, url in figures.links.items() if " 件，" in name}
    assert {"市供电公司申请", "市供电公司批准", "市供电公司待签批"} == set(counted) and "2 天" in figures.words
    assert rows_of(extended.opens("hening", counted["市供电公司申请"])) == 2
    assert rows_of(extended.opens("hening", counted["市供电公司批准"])) == 1

    page = extended.opens("hening", "/registers/extensions?state=granted")
    export = next(form for form in page.forms if "export" in form["action"])
    with clock.standing_at(extended.life.now):
        answer = extended.as_("hening").client.post(export["action"], data=dict(export["fields"]), buffered=True)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)
    assert [(row[3], row[6], row[-1]) for row in rows[1:]] == [("市供电公司", "=供货推迟", "批准")]
    assert db.session.scalar(select(Event.object_type).where(Event.action == "export_extensions")) == "register"


@pytest.mark.parametrize("name", ["extensions", "ledger", "instructions", "consultations", "results"])
def test_what_cannot_be_read_asks_for_nothing_and_an_empty_register_says_so(desk, name):
    odd = desk.opens("hening", f"/registers/{name}?state=nonsense&month=2026-13&class=x&after=y")
    assert odd.status == 200 and "登记簿里还没有" in odd.words
    assert desk.opens("hening", f"/registers/{name}/figures?month=0000-00").status == 200
    assert desk.opens("hening", f"/registers/{name}?unit=-1").status == 404
    assert "没有符合条件的" in desk.opens("hening", f"/registers/{name}?unit=0").words
    assert desk.opens("liumin", f"/registers/{name}").status == 404


def test_who_has_lost_a_ticket_reads_of_it_and_is_led_nowhere(extended):
    extended.life.does(coordination.transfer, "wujie", lead=extended.life.unit(LAND), reason="属自然资源")
    page = extended.opens("chenjing", "/registers/extensions")
    assert rows_of(page) == 2 and f"/tickets/{extended.number}" not in page.links.values()
    assert f"/tickets/{extended.number}" in extended.opens("hening", "/registers/extensions").links.values()


def test_an_approver_reads_limit_time_used_earlier_extensions_and_the_new_date(extended):
    url = next(url for url in extended.opens("hening", "/sign-offs").links.values() if url.startswith("/sign-offs/"))
    words = extended.opens("hening", url).words
    for part in ("原时限", "5 个工作日，今天 09:00 起算", "最初的到期", "8月26日 17:30", "已过时间", "2 小时", "以前的延期",
                 "第 1 轮 8月26日 17:30 → 8月28日 17:30（吴洁）", "批准后的到期", "8月31日 17:30", "多 1 个工作日",
                 "8月28日 17:30 现在到期（当日不计）", "须招标", "仍按 8月28日 17:30 到期"):
        assert part in words, part
    assert "时限用在哪里" in words and "市供电公司2 小时" in words


def test_an_approver_reads_what_the_ledger_would_do(desk):
    until = shanghai("2026-09-14").date()
    desk.life.propose(ProposalKind.LEDGER, "zhoujian", until=until, ledger_class=LedgerClass.FUNDS)
    url = next(url for url in desk.opens("hening", "/sign-offs").links.values() if url.startswith("/sign-offs/"))
    words = desk.opens("hening", url).words
    assert "以前的挂账没有" in words
    told = words[words.index("批准后的到期"):][:60]
    assert told.startswith("批准后的到期各时限停住，余 5.9 天；9月14日自动恢复，约 9月20日 17:00 到期"), told


def test_the_leader_reads_the_answer_and_sends_it_back_or_accepts(desk):
    desk.life.does(conversation.instruct, "luoshizhang", words="三天内送电", limit=Limit(3, "d"))
    one = str(db.session.scalars(select(Instruction.id)).one())
    desk.does("zhoujian", "answer-instruction", instruction_id=one, words="已安排")
    assert "待认可" in desk.opens("luoshizhang", "/registers/instructions?state=answered").words

    page = desk.opens("luoshizhang", "return-instruction")
    assert "回报：已安排" in page.words
    assert desk.sends("luoshizhang", page, "return-instruction", words="").status == 422
    assert desk.does("luoshizhang", "return-instruction", instruction_id=one, words="写明日期", days="2").status == 302
    assert "退回待重报" in desk.opens("zhoujian", "?tab=work").words
    desk.does("zhoujian", "answer-instruction", instruction_id=one, words="二十五日送电")
    assert desk.does("luoshizhang", "accept-instruction", instruction_id=one).status == 302
    assert rows_of(desk.opens("luoshizhang", "/registers/instructions?state=accepted")) == 1
    assert "领导批示，已落实" in desk.opens("zhoujian", "?tab=work").words


def test_the_register_takes_as_many_statements_for_many_as_for_one(extended):
    def counted():
        with statements() as seen:
            extended.opens("hening", "/registers/extensions")
        return len(seen)

    counted()
    one = counted()
    for _ in range(3):
        Life(extended.life.city).handling().wait(hours=1).propose(ProposalKind.EXTENSION, until=UNTIL)
    assert counted() == one
