"""查毒: what comes in is looked at before anybody can ask for it, and nothing comes in that nobody has looked at."""

import io
import json
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.log import Event
from models.tickets import Attachment
from operations import scanning
from operations.access.people import actor_named
from operations.errors import BadInput, ScannerAway
from operations.tables import kept
from operations.tickets import authors
from tests import clamd
from tests.clamd import EICAR
from tests.eventful import PDF, upload
from tests.importing import bring
from tests.views.guest import Guest

BAD_PDF = PDF + EICAR
SERVERS = ("small", pytest.param("real", marks=pytest.mark.skipif(not clamd.CLAMD, reason="clamd is not installed")))


def drips(_said):
    for _ in range(200):
        time.sleep(0.05)
        yield b"."


ANSWERS = {"shut": None, "silent": lambda _: None, "hangs up": lambda _: b"", "drips": drips}


@pytest.fixture(autouse=True)
def nobody_afterwards():
    yield
    scanning.scan_by("")


@pytest.fixture(scope="module", params=SERVERS)
def address(request, tmp_path_factory):
    if request.param == "real":
        context = clamd.clamd(tmp_path_factory.mktemp("clamd"))
    else:
        context = clamd.server()
    with context as found:
        yield found


@pytest.fixture
def scanner(address, city):
    scanning.scan_by(address)


@pytest.fixture
def message(app, life):
    """Somebody at the form of a message, and the path of it."""
    life.submit()
    return Guest(app, "hengzha"), f"/my/tickets/{life.ticket.number}/message"


def send(message, content, name="受理单.pdf"):
    guest, path = message
    return guest.sends(guest.opens(path), path, words="写了半天的话", files=[(io.BytesIO(content), name)])


def files():
    db.session.rollback()
    return db.session.scalars(sa.select(Attachment)).all()


def test_what_a_virus_is_in_is_refused_by_name_and_stands_in_the_log(message, scanner, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "ATTACHMENTS_DIR", tmp_path)
    page = send(message, BAD_PDF)
    assert page.status == 422 and "“受理单.pdf”没有收下：查毒程序在里面发现了病毒" in page.words
    assert "写了半天的话" in page.html and files() == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    event = db.session.scalars(sa.select(Event).where(Event.action == "find_virus")).one()
    body = json.loads(event.body)
    assert (event.actor_id, body["result"]) == (actor_named("hengzha").user_id, "refused")
    assert body["details"]["found"].startswith("Eicar") and "受理单" not in event.body


def test_what_nothing_is_in_is_taken(message, scanner):
    assert send(message, PDF).status < 400
    assert [file.file_name for file in files()] == ["受理单.pdf"]


def test_the_sheets_of_an_import_and_the_small_tables_are_looked_at_too(scanner, city, tmp_path):
    for take in (lambda: bring(EICAR, tmp_path, name="填报.csv"),
                 lambda: kept.keep(io.BytesIO(EICAR), "区划.csv", actor=actor_named("admin"), folder=tmp_path)):
        with pytest.raises(BadInput, match="“(填报|区划).csv”没有收下：查毒程序在里面发现了病毒"):
            take()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert db.session.scalar(sa.select(sa.func.count()).where(Event.action == "find_virus")) == 2


def test_nobody_waits_while_a_file_is_looked_at(message, city, tmp_path, monkeypatch):
    """Not for the act that begins afterwards either, which on SQLite keeps everybody else from writing."""
    open_ones = []
    for looking in ((scanning, "ensure_clean"), (authors, "forget")):
        monkeypatch.setattr(*looking, lambda *_, **__: open_ones.append(db.session().in_transaction()))
    assert send(message, PDF).status < 400
    db.session.scalar(sa.select(sa.func.count(Attachment.id)))
    bring(b"x", tmp_path, name="填报.csv")
    assert open_ones == [False] * 3


@pytest.mark.parametrize("kind", list(ANSWERS))
def test_without_an_answer_nothing_comes_in_and_nobody_waits_long(kind, message, monkeypatch, app):
    monkeypatch.setattr(scanning, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(scanning, "CONNECT_SECONDS", 0.3)
    monkeypatch.setitem(app.config, "CLAMD_ADDRESS", "set")
    with clamd.server(ANSWERS[kind], version=b"") as address:
        scanning.scan_by("127.0.0.1:1" if kind == "shut" else address)
        began = time.monotonic()
        page = send(message, PDF)
        assert page.status == 503 and "查毒程序暂时没有答复" in page.words and "文字保留了" in page.words
        assert time.monotonic() - began < 3 and files() == []
        assert "写了半天的话" in message[0].opens(message[1]).html
        began = time.monotonic()
        with pytest.raises(ScannerAway):  # whoever comes next does not wait for the same
            upload("hengzha", "受理单.pdf")
        assert time.monotonic() - began < 0.2
        checks = message[0].opens("/readyz").answer.json
    assert (checks["status"], checks["checks"]["scanner"]) == ("ready", "late")


def test_it_is_asked_again_when_it_has_been_left_alone_for_a_while(city, monkeypatch):
    monkeypatch.setattr(scanning, "LEFT_ALONE_SECONDS", 0)
    scanning.scan_by("127.0.0.1:1")
    with pytest.raises(ScannerAway):
        upload("hengzha", "受理单.pdf")
    with clamd.server() as address:
        monkeypatch.setattr(scanning._Site, "address", address)
        assert upload("hengzha", "受理单.pdf").size == len(PDF)


def test_what_it_will_not_look_at_is_refused_and_says_so(city):
    with clamd.server(lambda _: b"INSTREAM size limit exceeded. ERROR") as address:
        scanning.scan_by(address)
        with pytest.raises(BadInput, match="“大.pdf”没有收下：查毒程序查不了这个文件"):
            upload("hengzha", "大.pdf")
    assert files() == []


@pytest.mark.parametrize("address", ["real"], indirect=True)
@pytest.mark.skipif(not clamd.CLAMD, reason="clamd is not installed")
def test_clamd_hanging_up_on_a_file_that_is_too_long_for_it_is_told_apart_from_its_absence(scanner, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(bytes(25_000_000))
    with pytest.raises(BadInput, match="查不了这个文件"):
        scanning.ensure_clean(large, "大.pdf", actor=actor_named("hengzha"), digest="")


def test_old_signatures_are_an_alarm(app):
    with clock.standing_at(datetime(2026, 11, 29, tzinfo=UTC)):
        for day, is_well in (("Sat Nov 28 09:30:00 2026", True), ("Fri Nov 20 09:30:00 2026", False)):
            with clamd.server(version=b"ClamAV 1.4.3/27500/" + day.encode()) as address:
                scanning.scan_by(address)
                found = scanning.standing()
            assert (found.is_well, "该更新了" in found.words) == (is_well, not is_well)
