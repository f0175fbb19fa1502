"""Raising a demand: three steps, a page to check, one ticket."""

import io
import re
import zipfile

import pytest
from sqlalchemy import func, select

from models.access import Post, Role
from models.base import db
from models.tickets import Attachment, Draft, Ticket, Urgency
from operations.access.people import actor_named
from operations.tickets import drafts
from tests.pictures import picture
from tests.together import at_once

NEW = "/my/tickets/new"
PNG = picture()


def tickets():
    return db.session.scalars(select(Ticket).order_by(Ticket.id)).all()


def uploaded():
    return [a for a in db.session.scalars(select(Attachment)) if a.discarded_at is None]


@pytest.fixture
def writer(life, guest):
    """hengzha on the Wednesday morning of every story."""
    with life.here():
        yield guest("hengzha")


def first_step(writer, **changes):
    return writer.sends(writer.opens(f"{NEW}/1"), kind="complaint", category="消防安全", **changes)


def second_step(writer, **changes):
    said = {"subject": "消防验收材料要求不一致", "content": "第 3 项已经退回两次。", "urgency": "affected"} | changes
    return writer.sends(writer.follows(first_step(writer)), **said)


def third_step(writer, **changes):
    return writer.sends(writer.follows(second_step(writer)), **changes)


def sent(writer, **changes):
    return writer.sends(writer.follows(third_step(writer, **changes)))


def test_three_steps_and_a_check_make_one_ticket(writer):
    picture = (io.BytesIO(PNG), "图.png")
    receipt = writer.follows(sent(writer, contact_name="张工", contact_phone="0412-1234567", files=[picture]))

    made = tickets()[0]
    assert receipt.h1 == "诉求已提交" and made.number in receipt.words
    assert (made.subject, made.category, made.urgency) == ("消防验收材料要求不一致", "消防安全", Urgency.AFFECTED)
    assert (made.contact_name, made.contact_phone) == ("张工", "0412-1234567")
    assert [(file.file_name, file.ticket_id) for file in uploaded()] == [("图.png", made.id)]


def test_the_receipt_promises_a_date_and_can_be_kept(writer):
    page = writer.follows(sent(writer))

    again = writer.opens(f"/my/tickets/{tickets()[0].number}/receipt")
    assert "管家刘敏受理：最晚 明天 17:30 受理" in page.words
    assert page.html.count("data:image/svg+xml") == again.html.count("data:image/svg+xml") == 1


@pytest.mark.parametrize(("kind", "has_card", "promise"), [
    ("complaint", False, "一般事项 5 个工作日办结"),
    ("complaint", True, "绿卡项目事项 3 个工作日、一般事项 5 个工作日办结"),
    ("consultation", True, "咨询事项 2 个工作日办结"),
])
def test_the_check_page_promises_what_the_rules_say(writer, life, kind, has_card, promise):
    life.city.enterprises["恒轧机械"].has_green_card = has_card
    first = writer.sends(writer.opens(f"{NEW}/1"), kind=kind, category="消防安全")
    said = {"subject": "消防验收材料要求不一致", "content": "第 3 项已经退回两次。", "urgency": "affected"}
    check = writer.follows(writer.sends(writer.follows(writer.sends(writer.follows(first), **said))))

    assert promise in check.words


def test_a_member_of_two_enterprises_says_for_which(writer, life):
    other = life.city.enterprises["鑫源包装"]
    hengzha = life.city.users["hengzha"]
    db.session.add(Post(user_id=hengzha.id, role=Role.ENTERPRISE_MEMBER, enterprise_id=other.id))
    db.session.commit()

    unsaid = first_step(writer)
    writer.sends(writer.opens(f"{NEW}/1"), kind="help", category="其他", enterprise=str(other.id))
    foreign = first_step(writer, enterprise=str(life.city.enterprises["宏达电商产业园"].id))
    assert "请选择企业" in unsaid.words and "请从列出的选项中选一个" in foreign.words
    assert db.session.scalars(select(Draft.enterprise_id)).all() == [other.id]


def test_intake_shows_the_way_in_an_emergency_and_wants_no_secrets(writer):
    page = writer.opens(f"{NEW}/1")

    assert page.links["110"] == "tel:110" and page.links["119"] == "tel:119" and page.links["120"] == "tel:120"
    assert "国家秘密" in page.words


def test_what_is_missing_is_named_at_its_field(writer):
    empty = writer.sends(writer.opens(f"{NEW}/1"))
    blank = writer.sends(writer.follows(first_step(writer)), subject="  ", content="", urgency=None)

    assert empty.status == 422 and "请选择诉求类型" in empty.words and "请选择类别" in empty.words
    assert blank.status == 422 and "请用一句话写明遇到的问题" in blank.words and "请写明具体情况" in blank.words
    assert blank.html.count("<title>有错误：") == 1


def test_over_long_text_comes_back_whole_and_stays_through_a_reload(writer):
    long = "材料" * 2500
    page = writer.sends(writer.follows(first_step(writer)), subject="主题" * 60, content=long)

    again = writer.opens(page.forms[0]["action"])
    assert "最多 4000 字，现有 5000 字，请删减" in page.words and "最多 100 字，现有 120 字，请删减" in page.words
    assert page.form()["content"] == again.form()["content"] == long


def test_going_back_finds_what_was_typed_before(writer):
    check = writer.follows(third_step(writer))

    back = writer.opens(check.links["修改问题"])
    assert back.form()["subject"] == "消防验收材料要求不一致"
    assert writer.sends(back, subject="改过的主题").leads_to.startswith(f"{NEW}/check")


def test_a_draft_can_be_left_half_way_and_taken_up_from_home(writer):
    page = writer.follows(first_step(writer))
    left = writer.sends(page, subject="写到一半", content="", later="1")

    home = writer.follows(left)
    taken_up = writer.follows(writer.opens(home.links["接着填：写到一半"]))
    assert "草稿已存" in home.words
    assert taken_up.form()["subject"] == "写到一半"


def test_a_discarded_draft_is_no_longer_offered(writer):
    first_step(writer)
    home = writer.opens("/my")
    gone = writer.follows(writer.sends(home, index=[f["action"] for f in home.forms].index(f"{NEW}/discard")))

    assert "草稿已删除" in gone.words and "接着填" not in gone.words


def test_sending_twice_makes_one_ticket_and_leads_to_the_same_receipt(writer):
    check = writer.follows(third_step(writer))

    once, twice = writer.sends(check), writer.sends(check)
    assert once.leads_to == twice.leads_to
    assert len(tickets()) == 1


def test_a_step_of_a_sent_draft_leads_to_its_receipt(writer):
    check = writer.follows(third_step(writer))
    receipt = writer.sends(check).leads_to

    assert writer.opens(check.links["修改问题"]).leads_to == receipt


def test_two_sendings_at_the_same_moment_make_one_ticket(app, life, writer):
    third_step(writer)
    key = db.session.scalar(select(Draft.key))
    db.session.remove()  # SQLite has one writer, which must not be the test

    def send():
        actor = actor_named("hengzha")
        return drafts.send(drafts.find(actor, key), actor=actor).number

    numbers = at_once(app, [send] * 4, moment=life.now)
    assert len(set(numbers)) == 1 and len(tickets()) == 1


def test_nothing_is_sent_before_every_step_is_complete(writer):
    page = writer.follows(first_step(writer))
    key = page.form()["draft"]

    assert writer.opens(f"{NEW}/check?draft={key}").leads_to.startswith(f"{NEW}/2")
    assert writer.sends(page, f"{NEW}/check?draft={key}").leads_to.startswith(f"{NEW}/2")
    assert tickets() == []


def test_open_tickets_that_sound_alike_are_shown_before_sending(writer, life):
    life.submit(subject="消防验收材料要求前后不一致")

    check = writer.follows(third_step(writer))
    assert check.links["消防验收材料要求前后不一致"] == f"/my/tickets/{life.ticket.number}"


def test_somebody_elses_draft_is_not_there(writer, guest):
    key = writer.follows(first_step(writer)).form()["draft"]

    for path in (f"{NEW}/2?draft={key}", f"{NEW}/check?draft={key}"):
        assert guest("xinyuan").opens(path).status == 404


def test_a_session_that_ends_in_the_middle_keeps_the_text(writer, guest):
    page = writer.follows(first_step(writer))
    with writer.client.session_transaction() as session:
        del session["_user_id"]
    turned_away = writer.sends(page, subject="还没存的主题", content="还没存的情况")

    writer.signs_in("hengzha")
    writer.opens(f"{NEW}/2")
    again = writer.opens(f"{NEW}/2")  # a reload loses nothing either
    assert turned_away.leads_to.startswith("/login")
    assert (again.form()["subject"], again.form()["content"]) == ("还没存的主题", "还没存的情况")
    assert writer.sends(again).leads_to.startswith(f"{NEW}/3")


def test_what_was_kept_of_one_draft_does_not_run_into_another(writer):
    page, other = writer.follows(first_step(writer)), second_step(writer).leads_to
    writer.sends(page, csrf_token="old", subject="第一份的主题", content="第一份的情况")

    assert writer.opens(other.replace("/3", "/2")).form()["subject"] == "消防验收材料要求不一致"


def test_a_form_that_is_too_old_keeps_the_text(writer):
    page = writer.follows(first_step(writer))
    refused = writer.sends(page, csrf_token="old", subject="还没存的主题", content="还没存的情况")

    assert writer.follows(refused).form()["subject"] == "还没存的主题"


def test_control_characters_and_broken_encodings_do_no_harm(writer):
    page = writer.follows(first_step(writer))
    answer = writer.sends(page, subject="线路\x00\x1b未\u202e送电", content="情况", form_key="\x00")
    broken = page.form(subject="x").copy()
    body = "&".join(f"{name}={value}" for name, value in broken.items()).encode() + b"&content=%ff%fe%B2%E2"
    raw = writer.client.post(page.forms[0]["action"], data=body, content_type="application/x-www-form-urlencoded")

    assert writer.opens(answer.leads_to).status == 200
    assert db.session.scalar(select(Draft)).answers["subject"] in ("线路未送电", "x")
    assert raw.status_code in (302, 422)


def test_forged_choices_are_refused_by_name(writer):
    page = writer.sends(writer.opens(f"{NEW}/1"), kind="bribe", category="别的", enterprise="99999")

    assert page.status == 422 and "请从列出的选项中选一个" in page.words
    assert db.session.scalar(select(func.count(Draft.id))) == 0


def test_a_phone_that_nobody_can_dial_is_refused(writer):
    page = third_step(writer, contact_phone="１３８００００００００")

    assert page.status == 422 and "请填写能打通的电话" in page.words


def docx(member="word/document.xml"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(member, "<w/>")
    return made.getvalue()


def test_every_bad_file_is_named_and_the_good_ones_are_kept(writer):
    files = [
        (io.BytesIO(PNG), "好图.png"), (io.BytesIO(b"MZ" + b"0" * 50), "病毒.exe"), (io.BytesIO(b"<html>"), "假.png"),
        (io.BytesIO(b""), "空.pdf"), (io.BytesIO(docx("other.xml")), "坏.docx"), (io.BytesIO(docx()), "好.docx"),
    ]
    page = third_step(writer, files=files)

    assert page.status == 422
    for sentence in ("“病毒.exe”的类型不能上传", "“假.png”的内容与扩展名不符", "“空.pdf”是空文件", "“坏.docx”已损坏"):
        assert sentence in page.words
    assert sorted(file.file_name for file in uploaded()) == ["好.docx", "好图.png"]
    assert "好图.png" in writer.follows(writer.sends(page)).words


def test_a_file_that_is_too_big_says_how_big_it_may_be(app, writer, monkeypatch):
    monkeypatch.setitem(app.config, "ATTACHMENT_BYTES", 1024)
    page = third_step(writer, files=[(io.BytesIO(PNG + b"0" * 2048), "大图.png")])

    assert "“大图.png”超过 1 KB" in page.words and uploaded() == []


def test_more_files_than_allowed_are_refused_by_name(app, writer, monkeypatch):
    monkeypatch.setitem(app.config, "ATTACHMENTS_PER_TICKET", 2)
    page = third_step(writer, files=[(io.BytesIO(PNG), f"{number}.png") for number in (1, 2, 3)])

    assert "“3.png”没有收下：一次最多 2 个文件" in page.words and len(uploaded()) == 2


def test_an_enterprise_has_only_so_much_room(app, writer, monkeypatch):
    sent(writer, files=[(io.BytesIO(PNG), "一.png")])
    monkeypatch.setitem(app.config, "ATTACHMENT_QUOTA", len(PNG))

    assert "附件总量已满" in third_step(writer, files=[(io.BytesIO(PNG), "二.png")]).words


def test_a_file_can_be_taken_out_again_without_a_script(writer):
    page = third_step(writer, contact_phone="", files=[(io.BytesIO(PNG), "图.png")])
    public_id = uploaded()[0].public_id

    page = writer.sends(page, discard=public_id, contact_name="改过的人")
    assert page.status == 200 and page.form()["contact_name"] == "改过的人"
    assert uploaded() == []


def test_a_request_that_is_too_large_says_so_and_keeps_the_words(app, writer, monkeypatch):
    page = writer.follows(second_step(writer))
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 4096)
    refused = writer.sends(page, contact_name="新联系人", files=[(io.BytesIO(PNG * 200), "大.png")])

    again = writer.opens(refused.links["返回重新选择文件"])
    assert refused.status == 413 and "刚才填写的文字保留了" in refused.words
    assert again.form()["contact_name"] == "新联系人"


def test_the_script_sends_files_one_by_one_into_the_same_draft(writer):
    page = writer.follows(second_step(writer))
    key = re.search(r'data-draft="([^"]+)"', page.html)[1]
    said = {"draft": key, "csrf_token": page.form()["csrf_token"]}
    kept = writer.client.post("/attachments", data=said | {"files": (io.BytesIO(PNG), "图.png")})
    bad = writer.client.post("/attachments", data=said | {"files": (io.BytesIO(b"MZ"), "x.exe")})

    assert kept.status_code == 201 and kept.json["name"] == "图.png"
    assert bad.status_code == 422 and "类型不能上传" in bad.json["error"]
    assert "图.png" in writer.follows(writer.sends(page)).words


def test_nobody_takes_a_file_out_of_somebody_elses_draft(writer, guest):
    third_step(writer, contact_phone="", files=[(io.BytesIO(PNG), "图.png")])
    other = guest("xinyuan")
    token = other.opens(f"{NEW}/1").form()["csrf_token"]

    answer = other.client.post(f"/attachments/{uploaded()[0].public_id}/discard", data={"csrf_token": token})
    assert answer.status_code == 404 and len(uploaded()) == 1
