"""万企评机关 on its pages: the office's way from plan to publication, the answer without a script, the public page."""

import io
import re
import zipfile

import pytest

from models import clock
from models.base import db
from models.campaigns import Campaign, CampaignAnswer, Stage
from models.ratings import Grade
from operations.access.people import actor_named
from operations.insight.campaign_sheet import paper, workbook
from operations.ratings.campaigns import answering, freezing
from operations.ratings.campaigns.answering import Opinion
from operations.supervision.letters.word import word_of
from tests.campaigns import NOW, firms, kept, running, talk
from tests.lives import POWER
from tests.views.counting import statements


@pytest.fixture
def asked(city):
    """One campaign, sent out to eleven firms."""
    ids = firms(city, 11)
    talk("chenjing", ids)
    talk("litao", ids[6:])
    campaign_id, links = running(sample_size=50)
    with clock.standing_at(NOW):
        yield campaign_id, links


def finished(campaign_id, links):
    for link in links:
        _, objects = answering.asked(link)
        answering.answer(link, opinions={one.id: Opinion(Grade.SATISFIED, "窗口态度好") for one in objects})
    freezing.close(campaign_id, actor=actor_named("hening"))
    freezing.freeze(campaign_id, actor=actor_named("hening"))


def test_the_office_takes_every_step_on_one_page(city, sign_in):
    talk("chenjing", firms(city, 9))
    with clock.standing_at(NOW):
        office = sign_in("hening")
        office.get("/campaigns")
        assert "还没有发起过评议" in office.text
        office.get("/campaigns/new")
        values = dict(re.findall(r'<input[^>]* name="([a-z_]+)"[^>]*?value="([0-9]+)"', office.html))
        plan = {**values, "title": "上半年", "begins_on": "2026-01-01", "ends_on": "2026-06-30"}
        assert office.post("/campaigns/new", plan, page="/campaigns/new") == 422 and "请选择答卷截止日" in office.text
        assert 'value="上半年"' in office.html
        assert office.post("/campaigns/new", {**plan, "answer_until": "2026-09-10"}, page="/campaigns/new") == 302
        home = office.answer.headers["Location"]
        wrong = {"peer_group": "市直部门", "kind": "unit", "lines": f"{POWER}\n没有的局"}
        assert office.post(f"{home}/objects", wrong, page=home) == 422 and "没有的局" in office.text
        assert office.post(f"{home}/objects", {**wrong, "lines": POWER}, page=home) == 302
        for verb, then in (("draw", "已抽样"), ("invite", "评议中"), ("close", "已截止"), ("freeze", "已封存")):
            assert office.post(f"{home}/{verb}", page=home) == 302
            office.get(home)
            assert then in office.text
        assert office.post(f"{home}/publish", page=home) == 409 and "不能自己公布" in office.text
        leader = sign_in("luoshizhang")
        assert leader.post(f"{home}/publish", page=home) == 302
    assert db.session.query(Campaign).one().stage is Stage.PUBLISHED


def test_a_link_is_answered_without_a_script_and_keeps_what_was_typed(asked, guest):
    _, links = asked
    visitor = guest()
    page = visitor.opens(f"/c/{links[-1]}")
    assert page.words.count("不了解") >= 2 and "不记名" in page.words
    grades = [name for name in page.form() if name.startswith("words_")]
    first, second = (name.removeprefix("words_") for name in grades)
    again = visitor.sends(page, **{f"grade_{first}": "satisfied", f"words_{second}": "电话难打"})
    assert again.status == 422 and "没打过交道的选不了解" in again.words
    assert "电话难打" in again.words and 'value="satisfied" checked' in again.html
    whole = visitor.sends(again, **{f"grade_{second}": "unknown"})
    assert (whole.status, whole.leads_to) == (302, "/c/thanks")
    assert visitor.opens(f"/c/{links[-1]}").status == 404
    assert {(one.grade, one.words) for one in db.session.query(CampaignAnswer)} == {
        (Grade.SATISFIED, ""), (None, "电话难打")}


def test_refused_links_get_one_page(asked, guest):
    _, links = asked
    visitor = guest()
    _, objects = answering.asked(links[0])
    answering.answer(links[0], opinions={one.id: Opinion(None) for one in objects})
    pages = [visitor.opens(f"/c/{token}") for token in (links[0], "x", links[1][:-1], "A" * 300)]
    assert {(page.status, page.words) for page in pages} == {(404, pages[0].words)} and "评议链接不能用" in pages[0].words


def test_anybody_reads_what_is_published_and_nothing_before(asked, guest, sign_in):
    campaign_id, links = asked
    finished(campaign_id, links)
    assert guest().opens(f"/results/{campaign_id}").status == 404
    assert "还没有公布过" in guest().opens("/results").words
    freezing.publish(campaign_id, actor=actor_named("luoshizhang"))
    page = guest().opens(f"/results/{campaign_id}")
    for words in (POWER, "80.00", "100.0%", "样本不足", "随机种子", "Wilson"):
        assert words in page.words
    assert "窗口态度好" not in page.words
    office = sign_in("hening")
    office.get(f"/campaigns/{campaign_id}/words")
    assert "窗口态度好" in office.text


def test_what_is_taken_away_says_the_same(asked):
    campaign_id, links = asked
    finished(campaign_id, links)
    for is_public in (True, False):
        with workbook(kept(campaign_id), is_public=is_public) as file, zipfile.ZipFile(file) as book:
            said = book.read("xl/worksheets/sheet1.xml").decode()
        assert POWER in said and "<v>80</v>" in said and ("<t>非常不满意</t>" in said) is not is_public
    with zipfile.ZipFile(io.BytesIO(word_of(paper(kept(campaign_id))))) as document:
        said = document.read("word/document.xml").decode()
    assert all(words in said for words in (POWER, "80.00", "【市直部门】", "样本不足，不排名", "随机种子"))


def test_a_page_takes_as_many_statements_for_many_objects_as_for_one(asked, sign_in):
    campaign_id, _ = asked
    office = sign_in("hening")
    with statements() as few:
        office.get(f"/campaigns/{campaign_id}")
    more, _ = running(sample_size=50, lines=("市供电公司", "市自然资源局", "市财政局", "市人社局", "市住建局", "市消防支队"))
    with statements() as many:
        assert office.get(f"/campaigns/{more}") == 200
    assert len(many) == len(few) <= 14
