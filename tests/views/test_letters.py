"""Letters at the test client: register, cover and opening, files, writing with a specimen, templates, checking."""

import io

import pypdf
import pytest
from docx import Document
from sqlalchemy import select

from models import clock
from models.access import Post, Role
from models.base import db
from models.letters import Letter, LetterKind, LetterReceipt, LetterSeries
from models.supervision import Level, Supervision
from operations.access.people import actor_named
from operations.supervision.letters import issuing, proof
from operations.supervision.letters.issuing import Wanted
from operations.tickets import intake
from tests.lives import LAND, POWER, Life
from tests.views.counting import statements
from tests.views.tickets_desk import Desk

DUE = "2026-08-26 17:30"
WRITTEN = {"kind": "bulletin", "units-0": POWER, "units-1": LAND, "subject": "夏季用电", "words": "两家进度落后。",
           "answer_days": "3"}


@pytest.fixture
def desk(guest, life):
    life.handling().sign().at(DUE).sweep()
    return Desk(guest, life)


def order():
    return db.session.scalars(select(Supervision).where(Supervision.level == Level.FIRST,
                                                        Supervision.rule == "handling_lapsed")).one()


def letter_of(kind=LetterKind.SUPERVISION):
    db.session.expire_all()
    return db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()


def download(desk, username, path):
    with clock.standing_at(desk.life.now):
        return desk.as_(username).downloads(path)


def words_of(answer):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages).replace("\n", "")


def test_the_register_leads_to_the_letter_and_its_files(desk):
    letter = letter_of()
    page = desk.opens("tangyi", "/letters?kind=supervision&state=unopened")
    assert letter.number in page.links and "未打开" in page.words
    shown = desk.opens("tangyi", f"/letters/{letter.id}")
    assert "关于厂区外接线路迟迟未送电的督办函" in shown.words and "当日不计" in shown.words
    pdf = download(desk, "tangyi", f"/letters/{letter.id}/file.pdf")
    assert pdf.mimetype == "application/pdf" and "督办函" in words_of(pdf) and "当日不计" in words_of(pdf)
    word = Document(io.BytesIO(download(desk, "tangyi", f"/letters/{letter.id}/file.docx").data))
    assert letter.number in [paragraph.text for paragraph in word.paragraphs]
    seal = proof.seal_of(letter)  # where the log vouches for it, on every form that the paper has
    assert seal in shown.words and seal in words_of(pdf)
    assert seal in word.sections[0].first_page_footer.tables[0].cell(0, 1).text
    listed = download(desk, "tangyi", f"/letters/print?pick={letter.id}")
    assert letter.number in words_of(listed)


def test_an_addressee_opens_the_order_before_the_letter_can_be_read(desk):
    letter, number = letter_of(), order().id
    for path in (f"/letters/{letter.id}", f"/letters/{letter.id}/file.pdf", f"/letters/{letter.id}/slip"):
        assert desk.opens("chenjing", path).leads_to == f"/supervisions/{number}"
    assert order().read_at is None
    desk.sends("chenjing", desk.opens("chenjing", f"/supervisions/{number}"), "open")
    assert order().read_at is not None
    assert "督办函" in desk.opens("chenjing", f"/letters/{letter.id}").words
    slip = words_of(download(desk, "tangyi", f"/letters/{letter.id}/slip"))
    assert "回执单" in slip and "打开" in slip and "陈静" in slip and "承办人" in slip
    shown = desk.opens("tangyi", f"/supervisions/{number}").words
    assert "陈静（市供电公司 承办人）" in shown


def test_a_bulletin_is_seen_before_it_is_issued_and_received_unit_by_unit(desk):
    looked = desk.sends("hening", desk.opens("hening", "/letters/new"), "new", **WRITTEN)
    assert "关于夏季用电的通报" in looked.words and "（发出时编号）" in looked.words
    assert letter_of(LetterKind.BULLETIN) is None
    desk.sends("hening", looked, "new")
    letter = letter_of(LetterKind.BULLETIN)
    assert letter.number == "云营商通〔2026〕1号" and letter.addressee == f"{POWER}，{LAND}"

    cover = desk.opens("chenjing", f"/letters/{letter.id}")
    assert "打开即记录时间、打开人和岗位" in cover.words and "两家进度落后" not in cover.words
    desk.sends("chenjing", cover, "open")
    page = desk.opens("chenjing", f"/letters/{letter.id}")
    assert "两家进度落后" in page.words
    assert desk.sends("chenjing", page, "answer").status == 422
    desk.sends("chenjing", page, "sign")
    desk.sends("chenjing", desk.opens("chenjing", f"/letters/{letter.id}"), "answer", words="本月补齐。")
    office = desk.opens("hening", f"/letters/{letter.id}")
    assert "本月补齐。" in office.words and "未打开" in office.words
    assert desk.sends("hening", office, "return").status == 422
    desk.sends("hening", office, "accept")
    assert len(list(db.session.scalars(select(LetterReceipt)))) == 4
    assert "已认可" in desk.opens("hening", f"/letters/{letter.id}").words


def test_the_queue_issues_one_letter_for_each_ticked_ticket_once(desk):
    form = desk.opens("hening", f"/letters/new?pick={order().id}")
    assert POWER in form.words
    looked = desk.sends("hening", form, "new", kind="hint", words="请说明。")
    done = desk.sends("hening", looked, "new")
    assert "1 份已发出" in done.words and "已发出提示函 云营商提〔2026〕1号" in done.words
    desk.sends("hening", looked, "new")
    assert db.session.scalars(select(LetterSeries.last).where(LetterSeries.family == "hint")).one() == 1


def test_what_is_missing_in_a_letter_is_said_at_its_field(desk):
    back = desk.sends("hening", desk.opens("hening", "/letters/new"), "new", words="只写了正文")
    assert back.status == 422
    assert all(words in back.words for words in ("请选择文种", "请至少填写一个收文单位", "请填写事由"))
    assert 'value="bulletin"' not in desk.opens("wujie", "/letters/new").html


def test_a_template_is_looked_at_and_saved_and_an_unknown_field_is_named(desk):
    page = desk.opens("hening", "/letters/templates/hint")
    assert "{{正文}}" in page.words
    wrong = desk.sends("hening", page, "hint", title="关于{{主题}}的函", body="请{{局长}}阅", step="look")
    assert wrong.status == 422 and "提示函没有“局长”这个要素" in wrong.words
    look = desk.sends("hening", page, "hint", title="关于{{主题}}的函", body="请看：{{正文}}", step="look")
    assert "〔正文〕" in look.words and "系统自带" in look.words
    desk.sends("hening", look, "hint", step="save")
    assert "第 1 版" in desk.opens("hening", "/letters/templates").words
    assert "模板由营商办修改" in desk.opens("wujie", "/letters/templates/hint").words
    desk.sends("hening", desk.opens("hening", "/letters/templates"), "head", name="云州市营商局", mark="云营", contact="")
    assert "云营督〔2026〕" in desk.opens("hening", "/letters/templates").words


def test_the_enterprise_gets_its_notice_as_a_paper(desk):
    other = Life(desk.life.city).submit()
    other.does(intake.request_supplement, "wujie", missing="1. 受理单")
    number = other.ticket.number
    assert "一次性告知书（PDF）" in desk.opens("hengzha", f"/my/tickets/{number}").links
    said = words_of(download(desk, "hengzha", f"/my/tickets/{number}/supplement-notice"))
    assert "1. 受理单" in said and "云企服告〔2026〕1号" in said
    assert "一次性告知书" in desk.opens("wujie", f"/tickets/{number}").links


def test_anybody_checks_a_letter_by_its_code_and_learns_nothing_else(desk, guest):
    letter, anybody = letter_of(), guest()
    page = anybody.opens(f"/verify/letter?code={letter.digest[:16].upper()}")
    assert page.h1 == "公文属实" and letter.number in page.words
    assert POWER not in page.words and letter.facts["主题"] not in page.words
    assert anybody.opens("/verify/letter?code=0123456789abcdef").h1 == "没有查到相符的公文"
    assert anybody.opens("/verify/letter?code=xyz").status == 422


def test_the_register_takes_the_same_statements_however_long_it_is(desk):
    def counted():
        with clock.standing_at(desk.life.now), statements() as seen:
            assert desk.as_("hening").downloads("/letters").status_code == 200
        return len(seen)

    desk.as_("hening").downloads("/letters")
    few = counted()
    for _ in range(5):
        with desk.life.here():
            issuing.issue([desk.life.unit(POWER), desk.life.unit(LAND)], actor=actor_named("hening"),
                          wanted=Wanted(LetterKind.HINT, "请核实。", "用电"))
    assert counted() == few


def test_a_raised_letter_says_so_in_the_register_and_on_its_page(desk):
    desk.sends("hening", desk.sends("hening", desk.opens("hening", "/letters/new"), "new", **WRITTEN), "new")
    desk.life.at("2026-08-31 17:30").sweep()
    desk.pages.clear()  # the sessions of last week are over
    letter = letter_of(LetterKind.BULLETIN)
    assert "2 个单位已提级" in desk.opens("hening", "/letters?state=raised").words
    page = desk.opens("hening", f"/letters/{letter.id}")
    assert "市供电公司未打开，提级到分管领导" in page.words and "系统按规则" in page.words
    assert "提级" in words_of(download(desk, "hening", f"/letters/{letter.id}/slip"))


def test_whoever_leads_two_addressees_has_a_form_for_each(desk):
    db.session.add(Post(user_id=actor_named("chenjing").user_id, organisation_id=desk.life.unit(LAND).id,
                        role=Role.CASE_OFFICER, rank=9, title="承办人", started_at=desk.life.now))
    db.session.commit()
    desk.sends("hening", desk.sends("hening", desk.opens("hening", "/letters/new"), "new", **WRITTEN), "new")
    path = f"/letters/{letter_of(LetterKind.BULLETIN).id}"
    desk.sends("chenjing", desk.opens("chenjing", path), "open")
    page = desk.opens("chenjing", path)
    actions = [form["action"] for form in page.forms if "unit=" in form["action"]]
    assert len(actions) == 4 and len(set(actions)) == 4 and page.html.count('name="words"') == 2
    desk.sends("chenjing", page, "answer", words="先答第一家。")
    assert [form["action"] for form in desk.opens("chenjing", path).forms if "unit=" in form["action"]] == actions[2:]
