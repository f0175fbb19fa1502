"""What the enterprise does with its ticket: supplement, write, withdraw, rate, reopen; and its files."""

import io
import json

import pytest
from sqlalchemy import select

from models.base import db
from models.log import Event, EventWords
from models.notices import Notice
from models.ratings import Rating
from models.tickets import Attachment, Status
from operations.tickets import conversation, intake
from tests.pictures import picture

PNG = picture()


def address(life, more=""):
    return f"/my/tickets/{life.ticket.number}{more}"


@pytest.fixture
def fills_in(life, guest):
    """Open a page of the ticket as hengzha and send its form."""

    def send(path, **said):
        with life.here():
            visitor = guest("hengzha")
            answer = visitor.sends(visitor.opens(address(life, path)), **said)
        db.session.refresh(life.ticket)
        return answer

    return send


def waits_for_supplement(life):
    life.submit().wait(hours=1)
    life.does(intake.request_supplement, "liumin", missing="缺盖章的申请表")
    return life


def waits_for_rating(life):
    return life.handling().sign().result().reply().call()


def test_the_supplement_page_repeats_what_is_missing_and_takes_files(life, guest, fills_in):
    waits_for_supplement(life)
    with life.here():
        page = guest("hengzha").opens(address(life, "/add"))

    answer = fills_in("/add", text="", files=[(io.BytesIO(PNG), "申请表.png")])
    assert "缺盖章的申请表" in page.words
    assert answer.leads_to == address(life) and life.ticket.status is Status.SUBMITTED


def test_a_supplement_of_nothing_asks_for_words_or_files(life, fills_in):
    waits_for_supplement(life)
    answer = fills_in("/add", text=" ")

    assert answer.status == 422 and "请写明补充内容，或上传材料" in answer.words


def test_a_message_sent_twice_is_one(life, guest):
    life.handling()
    with life.here():
        visitor = guest("hengzha")
        page = visitor.opens(address(life, "/message"))
        once, twice = visitor.sends(page, words="明天有人在厂里"), visitor.sends(page, words="明天有人在厂里")

    assert once.leads_to == twice.leads_to == address(life)
    assert [words for words in db.session.scalars(select(EventWords.words)) if words == "明天有人在厂里"] == ["明天有人在厂里"]


def test_a_message_carries_files_that_the_unit_may_open(life, guest, fills_in):
    life.handling()
    fills_in("/message", words="现场照片", files=[(io.BytesIO(PNG), "现场.png")])
    public_id = db.session.scalar(select(Attachment.public_id))

    with life.here():
        unit = guest("chenjing")
        story = unit.opens(f"/tickets/{life.ticket.number}")
        shown = story.tree.xpath(f"//a[@href='/attachments/{public_id}']")
        assert [" ".join(link.itertext()) for link in shown] == ["现场.png 1 KB"]
        assert unit.opens(f"/attachments/{public_id}").status == 200


def test_what_was_written_beside_too_large_a_file_is_in_its_box_again(app, life, guest, monkeypatch):
    here = f"/tickets/{life.handling().ticket.number}"
    with life.here():
        unit = guest("chenjing")
        page = unit.opens(here)
        monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 4096)
        unit.client.environ_base["HTTP_REFERER"] = f"http://localhost{here}"
        files = [(io.BytesIO(PNG * 200), "大.png")]
        refused = unit.sends(page, f"{here}/say", kind="message", words="请看图纸", files=files)
        again = unit.opens(refused.links["返回重新选择文件"])

    box = next(index for index, form in enumerate(again.forms) if form["action"] == f"{here}/say")
    assert (again.form(box)["kind"], again.form(box)["words"]) == ("message", "请看图纸")


def test_withdrawing_needs_a_reason_and_is_kept(life, fills_in):
    life.submit()
    refused, done = fills_in("/withdraw", reason=" "), fills_in("/withdraw", reason="问题已经解决")

    assert refused.status == 422 and "请写明撤回的原因" in refused.words
    assert done.leads_to == address(life) and life.ticket.status is Status.WITHDRAWN


def test_a_page_overtaken_by_the_unit_says_so_and_shows_what_was_typed(life, guest):
    life.handling().sign()
    with life.here():
        visitor = guest("hengzha")
        page = visitor.opens(address(life, "/withdraw"))
    life.result()
    with life.here():
        refused = visitor.sends(page, reason="我们不办了，谢谢")

    assert refused.status == 409 and "办件当前为“待反馈”，不能撤回" in refused.words
    assert "我们不办了，谢谢" in refused.words and refused.links["返回诉求"] == address(life)


@pytest.mark.parametrize("name", ["add", "message", "withdraw", "rate", "reopen"])
def test_acts_on_somebody_elses_ticket_are_not_there(life, guest, name):
    life.submit()
    with life.here():
        assert guest("xinyuan").opens(address(life, f"/{name}")).status == 404
        assert guest("liumin").opens(address(life, f"/{name}")).status == 404


def test_a_good_rating_needs_no_reason(life, fills_in):
    answer = waits_for_rating(life) and fills_in("/rate", grade="very_satisfied")

    assert answer.leads_to == address(life, "/rate?thanks=1") and life.ticket.status is Status.CLOSED


def test_exactly_five_grades_are_offered(life, guest):
    waits_for_rating(life)
    with life.here():
        page = guest("hengzha").opens(address(life, "/rate"))

    assert page.html.count('name="grade"') == 5
    for grade in ("非常满意", "满意", "基本满意", "不满意", "非常不满意"):
        assert f"{grade}★" in page.words


def test_a_bad_rating_needs_a_reason_and_is_told_to_the_centre(life, fills_in):
    waits_for_rating(life)
    bare, full = fills_in("/rate", grade="dissatisfied"), fills_in("/rate", grade="dissatisfied", tags="时间太长")

    told = db.session.scalars(select(Notice.subject)).all()
    assert bare.status == 422 and "请至少选一项不满意的原因" in bare.words
    assert full.status == 302
    assert any(subject.startswith("企业评价“不满意”，单位须按时限联系") for subject in told)


def test_an_anonymous_rating_leaves_neither_name_nor_grade_where_the_unit_reads(life, fills_in):
    waits_for_rating(life)
    fills_in("/rate", grade="very_dissatisfied", tags="其他", words="推来推去", named="no")

    sealed = db.session.scalars(select(Event).where(Event.action == "rate_unseen")).one()
    body = json.loads(sealed.body)
    assert (sealed.actor_id, sealed.post_id, body["session"], body["ip"]) == (None, None, None, "")
    assert (sealed.ticket_id, life.ticket.status) == (None, Status.FOLLOWED_UP)
    assert "grade" not in body["details"] and "words" not in body
    assert db.session.scalar(select(Rating.rated_by_id)) is None


def test_a_rating_given_once_is_shown_and_cannot_be_given_again(life, guest, fills_in):
    waits_for_rating(life)
    with life.here():
        visitor = guest("hengzha")
        page = visitor.opens(address(life, "/rate"))
        visitor.sends(page, grade="satisfied")
        again = visitor.sends(page, grade="dissatisfied", words="改主意了")
        shown = visitor.opens(address(life, "/rate"))

    assert again.status == 200 and shown.h1 == "这件诉求已经评价过" and "满意" in shown.words
    assert len(db.session.scalars(select(Rating)).all()) == 1


def test_no_grade_is_a_sentence_not_an_error(life, fills_in):
    waits_for_rating(life)

    for said in ({}, {"grade": "wonderful"}):
        assert fills_in("/rate", **said).status == 422


def test_a_rating_before_its_time_says_where_the_ticket_stands(life, guest):
    life.handling()
    with life.here():
        page = guest("hengzha").opens(address(life, "/rate"))

    assert page.status == 409 and "办件当前为“办理中”，不能评价" in page.words


def test_reopening_begins_a_new_round(life, fills_in):
    waits_for_rating(life).rate()
    answer = fills_in("/reopen", reason="又停电了")

    assert answer.leads_to == address(life) and (life.ticket.status, life.ticket.round) == (Status.HANDLING, 2)


def file_of(life, fills_in, name="清单（盖章）.png"):
    life.handling()
    fills_in("/message", words="见附件", files=[(io.BytesIO(PNG), name)])
    return db.session.scalars(select(Attachment)).one()


def test_a_file_is_always_downloaded_under_its_own_name(life, guest, fills_in):
    file = file_of(life, fills_in)
    with life.here():
        answer = guest("hengzha").downloads(f"/attachments/{file.public_id}")

    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "filename*=UTF-8''%E6%B8%85%E5%8D%95" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (answer.headers["X-Content-Type-Options"], answer.content_type) == ("nosniff", "image/png")


def test_another_enterprises_file_is_not_there(life, guest, fills_in):
    file = file_of(life, fills_in)

    with life.here():
        assert guest("xinyuan").opens(f"/attachments/{file.public_id}").status == 404
        assert guest().opens(f"/attachments/{file.public_id}").leads_to.startswith("/login")


def test_a_file_missing_on_disk_is_not_there(app, life, guest, fills_in):
    file = file_of(life, fills_in)
    (app.config["ATTACHMENTS_DIR"] / file.stored_name[:2] / file.stored_name).unlink()

    with life.here():
        assert guest("hengzha").opens(f"/attachments/{file.public_id}").status == 404


def test_an_internal_file_is_for_officials_only(life, guest, fills_in):
    file = file_of(life, fills_in)
    life.does(conversation.note, "liumin", words="内部材料", attachments=[file])

    with life.here():
        assert guest("hengzha").opens(f"/attachments/{file.public_id}").status == 404
        assert guest("liumin").opens(f"/attachments/{file.public_id}").status == 200


def test_folders_and_control_characters_never_reach_a_file_name(life, fills_in):
    file = file_of(life, fills_in, name="../../etc/\x1b\u202ecron.png")

    assert file.file_name == "cron.png" and "/" not in file.stored_name
