"""Uploads: what is not what it says is refused in one clear sentence; what is kept is only ever downloaded."""

import io
import zipfile
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from models.base import db
from models.tickets import Attachment
from operations.tickets import attachments
from tests.guest import said
from tests.pictures import paper, picture

pytestmark = pytest.mark.shares_rows

MIB = 1024 * 1024
PDF, PNG, JPG = paper(), b"\x89PNG\r\n\x1a\n" + b"\0" * 32, b"\xff\xd8\xff\xe0" + b"\0" * 32
HTML, SVG, PHP = b"<html><script>evil()</script>", b"<svg onload='evil()'/>", b"<?php system($_GET['x']);"
EXE, EMPTY_ZIP = b"MZ\x90\x00" + b"\0" * 60, b"PK\x05\x06" + b"\0" * 18


def office(member="word/document.xml", content=b"<w/>", **more):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
        for name, size in more.items():
            archive.writestr(name, b"\0" * size)
    return made.getvalue()


# What is sent under which name, and a word of the sentence that refuses it.
REFUSED = (
    (HTML, "扫描件.pdf", "不符"), (SVG, "照片.png", "不符"), (PHP, "照片.jpg", "不符"), (EXE, "材料.docx", "不符"),
    (PDF, "材料.png", "不符"), (JPG, "材料.pdf", "不符"), (b"RIFF\0\0\0\0AVI ", "图.webp", "不符"),
    (EMPTY_ZIP, "材料.docx", "不符"), (office("xl/workbook.xml"), "材料.docx", "不是 Office 文档"),
    (office("evil.exe"), "材料.xlsx", "不是 Office 文档"), (office()[:60], "材料.docx", "不是 Office 文档"),
    (b"PK\x03\x04" + b"\xff" * 200, "材料.docx", "不是 Office 文档"), (b"", "空.pdf", "空文件"),
    (b"%PDF-" + b"\0" * (10 * MIB), "大.pdf", "超过 10 MB"),
    (HTML, "页.html", "不能上传"), (SVG, "图.svg", "不能上传"), (PHP, "壳.php", "不能上传"), (EXE, "程序.exe", "不能上传"),
    (PDF, "双扩展.pdf.exe", "不能上传"), (PDF, "没有扩展名", "不能上传"), (PDF, ".pdf", "不能上传"), (PDF, "宏.docm", "不能上传"),
    (PDF, "a.pdf\u202egpj.exe", "不能上传"), (PDF, "a.html;.js", "不能上传"), (PDF, "pdf", "不能上传"),
    (PDF, "x.PDF \u200b.lnk", "不能上传"),
)
# The name that is sent, and the name that is kept.
NAMES = (
    ("../../etc/passwd.pdf", "passwd.pdf"), ("..\\..\\windows\\win.pdf", None), ("/abs/路径.pdf", "路径.pdf"),
    ("a\x00b\x07c\x1b.pdf", "abc.pdf"), ("发票\u202efdp.exe.pdf", "发票fdp.exe.pdf"),
    ("  空格 . .pdf", "空格 . .pdf"), ("长" * 300 + ".pdf", "长" * 116 + ".pdf"), ("'><img src=x onerror=evil()>.pdf", None),
    ("e\u0301.PDF", "é.PDF"), ("名;filename=evil.html.pdf", None), ("CON.pdf", "CON.pdf"),
)


@pytest.fixture(autouse=True)
def as_built(town):
    yield
    town.restore()


def send(caller, content, name, *, draft="d" * 22):
    return send_form(caller, "/attachments", {"draft": draft, "csrf_token": caller.token}, (content, name))


def send_form(caller, path, fields, *files):
    """As a browser does; the client's own way leaves a temporary file open."""
    parts = MultiDict(fields)
    for content, name in files:
        parts.add("files", FileStorage(io.BytesIO(content), name))
    boundary, body = encode_multipart(parts)
    return caller.asks("POST", path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def count_kept():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Attachment))


def test_what_is_not_what_it_says_is_refused_in_one_sentence(app, town):
    before = count_kept()
    for content, name, word in REFUSED:
        answer = send(town.callers["hengzha"], content, name)
        assert answer.status_code == 422, name
        sentence = answer.json["error"]
        assert word in sentence and sentence.endswith("。") and sentence.count("。") == 1, (name, sentence)

    assert count_kept() == before


def test_no_more_files_are_taken_apart_at_once_than_there_is_memory_for(app, town, monkeypatch):
    monkeypatch.setattr(attachments, "PATIENCE_SECONDS", 0.05)
    with attachments._in_turn(), attachments._in_turn():
        for content, name in ((PDF, "一.pdf"), (picture(), "一.png")):
            answer = send(town.callers["hengzha"], content, name)
            assert answer.status_code == 503 and answer.json["error"] == "同时上传的文件太多，请稍后重试。"
    assert send(town.callers["hengzha"], PDF, "一.pdf").status_code == 201


def test_the_same_sentence_stands_on_the_page_for_whoever_has_no_script(app, town):
    caller, path = town.callers["hengzha"], f"/my/tickets/{town.names['handling']}/message"
    fields = caller.form(path) | {"words": "见附件"}
    answer = send_form(caller, path, fields, (HTML, "扫描件.pdf"), (b"", "空.pdf"))

    assert answer.status_code == 422
    assert "“扫描件.pdf”的内容与扩展名不符" in said(answer) and "“空.pdf”是空文件" in said(answer)
    assert "见附件" in said(answer)


def test_a_zip_bomb_is_refused_without_being_unpacked(app, town):
    bomb = office(bomb=400 * MIB)
    assert len(bomb) < MIB

    assert "不是 Office 文档" in send(town.callers["hengzha"], bomb, "材料.docx").json["error"]
    many = office(**{f"x{number}": 1 for number in range(2100)})
    assert "不是 Office 文档" in send(town.callers["hengzha"], many, "材料.docx").json["error"]


def test_names_keep_no_folder_no_control_and_no_turned_letters(app, town):
    caller = town.callers["hengzha"]
    for sent, kept in NAMES:
        answer = send(caller, PDF, sent)
        assert answer.status_code == 201, sent
        name = answer.json["name"]
        assert kept is None or name == kept, sent
        assert len(name) <= 120 and not set(name) & set("/\\\0\r\n\u202e"), sent
        with caller.asks("GET", f"/attachments/{answer.json['id']}") as file:
            assert file.data == PDF and unquote(file.headers["Content-Disposition"]).startswith("attachment;")
            assert "\n" not in file.headers["Content-Disposition"]
        caller.asks("POST", f"/attachments/{answer.json['id']}/discard")


def test_no_part_of_the_name_reaches_the_disk(app, town):
    send(town.callers["hengzha"], PDF, "../../evil.pdf")
    folder = app.config["ATTACHMENTS_DIR"]

    assert not [path for path in folder.rglob("*") if "evil" in path.name or (path.is_file() and path.suffix)]
    assert not (folder.parent / "evil.pdf").exists()


def test_at_most_ten_files_wait_in_one_draft(app, town):
    answers = [send(town.callers["hengzha"], PDF, f"{number}.pdf") for number in range(11)]

    assert [answer.status_code for answer in answers] == [201] * 10 + [422]
    assert "一次最多 10 个" in answers[-1].json["error"]


def test_a_request_that_is_too_large_gets_a_sentence_and_keeps_the_words(app, town):
    caller, path = town.callers["hengzha"], f"/my/tickets/{town.names['handling']}/message"
    fields = caller.form(path) | {"words": "写了半天的话"}
    answer = send_form(caller, path, fields, (b"%PDF-" + b"\0" * (13 * MIB), "大.pdf"))

    assert answer.status_code == 413
    assert "一次最多上传 12 MB" in said(answer)
    assert "写了半天的话" in caller.client.get(path).text


def test_a_file_is_only_downloaded_never_shown(app, town):
    with town.callers["hengzha"].asks("GET", f"/attachments/{town.names['file']}") as answer:
        headers = dict(answer.headers)

    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/pdf" and "no-store" in headers["Cache-Control"]


def test_nobody_takes_a_file_out_of_a_ticket_or_out_of_anothers_draft(app, town):
    for username, name in (("hengzha", "file"), ("hongda", "file_draft"), ("liumin", "file"), ("audit", "file_draft")):
        answer = town.callers[username].asks("POST", f"/attachments/{town.names[name]}/discard")
        assert answer.status_code == 404, (username, name)


def test_a_file_of_somebody_elses_draft_comes_with_nobody_elses_form(app, town):
    """The draft's key is no secret: whose file it is decides."""
    send(town.callers["hongda"], PDF, "别人的.pdf", draft=town.names["draft"])
    path = f"/my/tickets/{town.names['handling']}/message"
    fields = town.callers["hengzha"].form(path) | {"form_key": "d" * 22, "words": "请看"}
    send(town.callers["hongda"], PDF, "别人的.pdf")
    town.callers["hengzha"].asks("POST", path, fields)

    assert "别人的.pdf" not in town.callers["hengzha"].page(f"/my/tickets/{town.names['handling']}").words
    assert "别人的.pdf" not in town.callers["hengzha"].page(f"/my/tickets/new/3?draft={town.names['draft']}").words
