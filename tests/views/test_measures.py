"""约谈问责 at the test client: propose, approve, record, board, register with its figures, and the unit's 复核."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from models.base import db
from models.measures import Commitment, Measure, MeasureKind
from models.supervision import Supervision
from operations.access.people import actor_named
from operations.supervision import supervision
from operations.supervision.measures import deciding, proposing
from operations.supervision.measures.proposing import Grounds
from tests.lives import POWER, Life
from tests.views.counting import statements
from tests.views.tickets_desk import Desk


class Office(Desk):
    """A desk whose forms lead on to the page that tells what came of them."""

    def sends(self, username, page, verb, **changes):
        answer = super().sends(username, page, verb, **changes)
        return self.opens(username, answer.leads_to) if answer.leads_to else answer


@pytest.fixture
def desk(guest, life):
    life.handling()
    return Office(guest, life)


def the_measure():
    db.session.expire_all()
    return db.session.scalars(select(Measure).order_by(Measure.id.desc())).first()


def page_of(desk, username):
    return desk.opens(username, f"/measures/{the_measure().id}")


def propose(desk, **changes):
    page = desk.opens("hening", f"/measures/new?ticket={desk.number}")
    fields = {"kind": "talk", "reason": "二次督办后仍不落实。", **changes}
    return desk.sends("hening", page, "new", **fields)


def test_a_talk_is_proposed_approved_and_recorded_and_both_sides_read_it(desk):
    assert "已提请，等领导批准" in propose(desk).words
    assert "等你处理" in desk.opens("luoshizhang", "/measures").words
    assert desk.opens("zhoujian", f"/measures/{the_measure().id}").status == 404
    answer = desk.sends("luoshizhang", page_of(desk, "luoshizhang"), "approve", **{"approve-words": "抓紧谈。"})
    assert "已批准" in answer.words and "抓紧谈。" in answer.words

    form = desk.opens("hening", f"/measures/{the_measure().id}/record")
    said = {"held_on": "2026-08-19", "place": "三楼", "participants": "何宁、周建", "words": "限期送电。"}
    back = desk.sends("hening", form, "record", **said)
    assert back.status == 422 and "请至少写一条承诺" in back.words and "限期送电。" in back.html
    promised = {"commitments-0-words": "月底前送电", "commitments-0-due_on": ""}
    back = desk.sends("hening", back, "record", **said, **promised)
    assert back.status == 422 and "请写明完成期限" in back.words and "真实的日期" not in back.words
    answer = desk.sends("hening", back, "record", **said, **promised | {"commitments-0-due_on": "2026-08-31"})
    assert "已登记约谈记录" in answer.words
    for reader in ("zhoujian", "hening", "luoshizhang", "qianwei"):
        assert all(words in page_of(desk, reader).words for words in ("限期送电。", "月底前送电", "何宁、周建"))
    answer = desk.sends("hening", page_of(desk, "hening"), "keep")
    assert "已确认落实" in answer.words and db.session.scalars(select(Commitment.kept_at)).one() is not None
    assert "约谈记录" in desk.opens("chenjing").words


def test_the_register_is_taken_as_a_workbook_of_what_the_reader_may_see(desk):
    propose(desk, reason="=1+1 仍不落实")
    taken = {username: export(desk, username) for username in ("hening", "zhoujian")}
    assert taken["zhoujian"].max_row == 2, "nobody has approved it yet"
    sheet = taken["hening"]
    assert "何宁" in sheet["A1"].value and "共 1 份" in sheet["A1"].value
    row = {head.value: cell for head, cell in zip(sheet[2], sheet[3], strict=True)}
    said = [row[head].value for head in ("措施", "办件号", "事由", "提请人", "状态")]
    assert said == ["约谈", desk.number, "=1+1 仍不落实", "何宁", "待批准"]
    assert {cell.data_type for cell in sheet[3] if cell.value} == {"s"}


def export(desk, username):
    page = desk.opens(username, "/measures")
    form = next(n for n, form in enumerate(page.forms) if "/measures/export" in form["action"])
    with desk.life.here():
        answer = desk.as_(username).client.post("/measures/export", data=page.form(form), buffered=True)
    return openpyxl.load_workbook(io.BytesIO(answer.data)).active


def test_a_referral_asks_for_two_and_stays_out_of_the_tickets_story(desk):
    back = propose(desk, kind="referral")
    assert back.status == 422
    assert "移交问责须写明直接责任人" in back.words and "移交问责须写明领导责任人" in back.words
    named = {"direct_name": "甲某", "direct_title": "科长", "leading_name": "乙某", "leading_title": "副总"}
    assert "先约谈或者挂牌督办" in propose(desk, kind="referral", **named).words
    propose(desk, kind="listing")
    desk.sends("luoshizhang", page_of(desk, "luoshizhang"), "approve")
    assert "已提请" in propose(desk, kind="referral", **named).words
    desk.sends("luoshizhang", page_of(desk, "luoshizhang"), "approve")
    assert "甲某" in page_of(desk, "qianwei").words and "甲某" not in desk.opens("liumin").words
    answer = desk.sends("qianwei", page_of(desk, "qianwei"), "feed-back", **{"feed-back-words": "批评教育。"})
    assert "批评教育。" in answer.words


def test_the_board_and_the_figures_lead_to_what_they_count(desk):
    assert "现在没有挂牌督办" in desk.opens("qianwei", "/measures/board").words
    propose(desk, kind="listing")
    desk.sends("luoshizhang", page_of(desk, "luoshizhang"), "approve")
    assert "供电公司" in desk.opens("qianwei", "/measures/board").words
    page = desk.opens("hening", "/measures/figures?quarter=2026Q3")
    link = next(url for url in page.links.values() if "in_force=1" in url)
    assert desk.opens("hening", link).words.count("挂牌督办") > 1
    assert "没有提请过" in desk.opens("hening", "/measures/figures?quarter=2025Q4").words
    assert desk.opens("hening", "/measures/figures?quarter=no").status == 200


def test_a_unit_asks_for_another_look_at_an_order_and_the_other_office_decides(desk):
    order = desk.life.does(supervision.supervise, "wujie", reason="企业停产")
    path = f"/supervisions/{order.id}"
    with desk.life.here():
        supervision.record_opening(db.session.get(Supervision, order.id), actor=actor_named("zhoujian"))
    assert f"{path}/reconsideration" in desk.opens("zhoujian", path).links.values()
    answer = desk.sends("zhoujian", desk.opens("zhoujian", f"{path}/reconsideration"), "reconsideration",
                        reasons="企业自己没有交材料。")
    assert "复核中" in answer.words
    register = desk.opens("hening", "/reconsiderations")
    assert "企业自己没有交材料。" in register.words
    page = desk.opens("hening", next(url for url in register.links.values() if url.startswith("/reconsiderations/")))
    answer = desk.sends("hening", page, "decide", outcome="revoked", words="确属企业原因。")
    assert "复核结论：撤销" in answer.words
    assert db.session.get(Supervision, order.id).revoked_at is not None
    assert "复核：撤销" in desk.opens("zhoujian", path).words


def listed(city, count):
    for _ in range(count):
        life = Life(city).handling()
        with life.here():
            made = proposing.propose(life.unit(POWER), actor=actor_named("hening"), ticket=life.ticket,
                                     grounds=Grounds(MeasureKind.LISTING, "长期不落实。"))
            deciding.approve(made, actor=actor_named("luoshizhang"))


def test_pages_ask_the_same_however_many_rows_they_show(desk, city):
    listed(city, 2)
    paths = ("/measures", "/measures/board", "/measures/figures?quarter=2026Q3", "/reconsiderations")
    counts = []
    for _ in range(2):
        for path in paths:
            desk.opens("hening", path)
        with statements() as seen:
            for path in paths:
                assert desk.opens("hening", path).status == 200
        counts.append(len(seen))
        listed(city, 4)
    assert counts[0] == counts[1]
