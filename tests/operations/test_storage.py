"""Attachments in a folder and in a bucket: the same to whoever sends, reads, backs up and restores them."""

import io
import time
from datetime import timedelta

import pytest
import requests
import sqlalchemy as sa

from app.ground import NO_LIBRARY, ground_floor
from config import Testing
from environment import ConfigurationError
from models import clock
from models.base import db
from models.tickets import Attachment
from operations.access.people import actor_named
from operations.backup import contents, manifest, restoring
from operations.errors import BadInput, Gone, StorageAway
from operations.files import key_of
from operations.storage import bucket as buckets_of
from operations.storage import places
from operations.storage.bucket import Bucket
from operations.storage.folder import Folder
from operations.tickets import abandoned, attachments
from operations.tickets.attachments import UploadRules
from tests import buckets
from tests.eventful import PDF
from tests.views.guest import Guest

AWAY_SECONDS, LARGE = 3.0, 6_000_000  # more than one part


@pytest.fixture(scope="module")
def server():
    with buckets.server() as address:
        yield address


@pytest.fixture
def bucket(server, tmp_path, request):
    return open_bucket(server, tmp_path / "room", request.node.name)


def open_bucket(server, room, name):
    """A new and empty one."""
    address = f"{server}/b{abs(hash(name)):x}"
    requests.put(address, timeout=5).raise_for_status()
    return Bucket(room, address, *buckets.KEYS.values())


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path):
    return Folder(tmp_path / "kept") if request.param == "folder" else request.getfixturevalue("bucket")


def put(storage, key, content):
    with places.arriving(storage) as path:
        path.write_bytes(content)
        storage.put(key, path)


def read(storage, key):
    size, file = storage.open(key)
    with file:
        content = file.read()
    assert len(content) == size
    return content


@pytest.mark.parametrize("size", [1, LARGE])
def test_what_is_put_is_read_again_and_gone_when_removed(storage, size):
    content = bytes(range(256)) * (size // 256) + b"."
    put(storage, "ab/abcd", content)
    assert read(storage, "ab/abcd") == content and list(storage.keys()) == ["ab/abcd"]
    assert (storage.remove("ab/abcd"), storage.remove("ab/abcd")) == (True, False)
    with pytest.raises(Gone):
        storage.open("ab/abcd")
    assert list(storage.keys()) == [] and list(storage.room.iterdir()) == [] and storage.fault() == ""


def test_what_breaks_off_on_its_way_in_is_not_there(storage):
    with pytest.raises(KeyboardInterrupt), places.arriving(storage) as path:
        path.write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(storage.keys()) == [] and list(storage.room.iterdir()) == []


def test_a_backup_carries_the_files_from_one_place_to_another(storage, server, tmp_path):
    """From either to both: what moves a site to an object store, and back."""
    files = {f"{number:02x}/{number:02x}": bytes([number]) * 1000 for number in range(5)}
    for key, content in files.items():
        put(storage, key, content)
    copied = contents.copied({"attachments": storage}, tmp_path / "backup")
    assert copied["attachments/03/03"] == manifest.measured(tmp_path / "backup" / "attachments" / "03" / "03")
    for target in (Folder(tmp_path / "new"), open_bucket(server, tmp_path / "room", str(tmp_path))):
        target.lay_beside(tmp_path / "backup" / "attachments")
        assert target.take_over("aside") == ""
        assert {key: read(target, key) for key in target.keys()} == files


def test_a_restore_into_a_bucket_takes_nothing_away(bucket, tmp_path):
    """The database was lost, the bucket was not: nobody has to say --replace for that."""
    put(bucket, "ab/later", b"sent in after the backup")
    url = sa.make_url(f"sqlite:///{tmp_path}/none.sqlite3")
    restoring.ensure_free(url, {"attachments": bucket}, replace=False)
    (tmp_path / "backup" / "ab").mkdir(parents=True)
    (tmp_path / "backup" / "ab" / "abcd").write_bytes(b"restored")
    bucket.lay_beside(tmp_path / "backup")
    assert sorted(bucket.keys()) == ["ab/abcd", "ab/later"]


@pytest.mark.parametrize("kind", ["silent", "shut", "no bucket"])
def test_a_store_that_is_away_is_told_in_time(kind, server, tmp_path, monkeypatch):
    assert buckets_of.CONNECT_SECONDS + buckets_of.SILENT_SECONDS <= AWAY_SECONDS
    monkeypatch.setattr(buckets_of, "SILENT_SECONDS", 0.3)
    with buckets.silent_server() as silent:
        address = {"silent": silent, "shut": "http://127.0.0.1:1", "no bucket": server}[kind]
        bucket = Bucket(tmp_path / "room", f"{address}/nobodys", *buckets.KEYS.values())
        for act in (lambda: put(bucket, "ab/abcd", b"x" * LARGE), lambda: list(bucket.keys())):
            began = time.monotonic()
            with pytest.raises(StorageAway):
                act()
            assert time.monotonic() - began < AWAY_SECONDS - 2
        assert bucket.fault() == ("没有这个桶" if kind == "no bucket" else "没有应答")


@pytest.fixture
def site(app, city, server, tmp_path, request, monkeypatch):
    """The site with its attachments in a bucket."""
    bucket = open_bucket(server, tmp_path, request.node.name)
    address = f"{server}/{bucket.store.config['bucket']}"
    for name, value in {"ATTACHMENTS_BUCKET": address, **buckets.KEYS}.items():
        monkeypatch.setitem(app.config, name, value)
    return app


def send(guest):
    """As the script of the form does."""
    token = dict(guest.opens("/my").forms[0]["fields"])["csrf_token"]
    parts = {"draft": "d", "csrf_token": token, "files": (io.BytesIO(PDF), "受理单.pdf")}
    return guest.client.post("/attachments", data=parts, content_type="multipart/form-data")


def rows():
    db.session.rollback()
    return db.session.scalars(sa.select(Attachment).order_by(Attachment.id)).all()


def test_the_site_sends_to_the_bucket_and_reads_from_it(site, life):
    storage = places.of_attachments(site.config)
    with life.here():
        guest = Guest(site, "hengzha")
        assert send(guest).status_code == 201
        (row,) = rows()
        assert list(storage.keys()) == [key_of(row.stored_name)]
        got = guest.downloads(f"/attachments/{row.public_id}")
        assert (got.data, got.content_length, got.headers["Content-Type"]) == (PDF, len(PDF), "application/pdf")
        storage.remove(key_of(row.stored_name))
        page = guest.opens(f"/attachments/{row.public_id}")
        assert page.status == 404 and "不在附件库里了" in page.words


def test_an_upload_while_the_store_is_away_records_nothing_and_keeps_the_words(site, life, monkeypatch):
    monkeypatch.setitem(site.config, "ATTACHMENTS_BUCKET", "http://127.0.0.1:1/nobodys")
    life.submit()
    with life.here():
        guest = Guest(site, "hengzha")
        sent = send(guest)
        assert (sent.status_code, sent.headers["Retry-After"]) == (503, "5") and "附件库没有响应" in sent.json["error"]
        path = f"/my/tickets/{life.ticket.number}/message"
        page = guest.sends(guest.opens(path), path, words="写了半天的话", files=[(io.BytesIO(PDF), "受理单.pdf")])
        assert page.status == 503 and "附件库没有响应" in page.words and "文字保留了" in page.words
        assert "写了半天的话" in guest.opens(path).html and rows() == []
        checks = guest.opens("/readyz").answer.json
    assert (checks["status"], checks["checks"]["attachments"]) == ("ready", "late")


def test_what_is_refused_or_abandoned_leaves_the_bucket(site):
    storage = places.of_attachments(site.config)
    rules, who = UploadRules(storage, 10**6, 1, 10**7), actor_named("hengzha")
    with clock.standing_at(clock.now() - timedelta(days=3)):
        attachments.store(io.BytesIO(PDF), "一.pdf", actor=who, rules=rules, draft_key="d")
        with pytest.raises(BadInput, match="最多 1 个"):
            attachments.store(io.BytesIO(PDF), "二.pdf", actor=who, rules=rules, draft_key="d")
    assert len(list(storage.keys())) == 1
    assert abandoned.drop_abandoned(storage) == 1 and list(storage.keys()) == []


def test_without_the_library_the_site_says_what_to_install(monkeypatch):
    monkeypatch.setattr("app.ground.find_spec", lambda _name: None)
    settings = type("Settings", (Testing,), {"ATTACHMENTS_BUCKET": "https://s3.example/files", **buckets.KEYS})
    with pytest.raises(ConfigurationError, match="pip install"):
        ground_floor(settings)
    assert "[s3]" in NO_LIBRARY
