"""A backup is whole or not there; a restore finds every planted damage, and replaces nothing that nobody gave up."""

import dataclasses
import json
import os
import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa

from jobs import backup as job
from models import clock
from models import engine as engines
from models.access import LoginSession, User
from models.backups import Backup
from models.base import db
from models.deliveries import Carrier, Delivery, Outcome, Purpose
from models.log import Event, LogHead
from models.tickets import Attachment
from operations import health
from operations.backup import manifest, nightly, restoring, settling, stores, taking
from operations.backup.manifest import Damaged
from operations.backup.postgres import Postgres
from operations.errors import Refused
from operations.files import path_of
from operations.storage.folder import Folder
from tests.conftest import settle_city
from tests.drills.cluster import Cluster
from tests.postgres import AS_REPLICA, MISSING
from tests.shared import ENGINES_TRIED

pytestmark = pytest.mark.shares_rows
PHOTO = b"the bytes of a photo"
BLANK = manifest.Manifest("", "", "", 0, "", {}, {}, [])
tried = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")


class Site:
    """A lived-in database with one attachment on disk, one lost, and a backup of both."""

    def __init__(self, database, room):
        self.url = sa.make_url(database.url)
        self.storages = {name: Folder(room / name) for name in ("attachments", "imports")}
        self.backup = room / "backup"
        one, lost = (self.attach(name, digest) for name, digest in (("ab12", "0" * 64), ("cd34", "1" * 64)))
        path = path_of(room / "attachments", one.stored_name)
        path.parent.mkdir(parents=True)
        path.write_bytes(PHOTO)
        one.sha256 = manifest.measured(path)[1]
        db.session.commit()
        for _ in range(3):
            settling.settle(BLANK)  # so that there is a log
        self.made = taking.back_up(self.url, self.storages, self.backup)

    @staticmethod
    def attach(name, digest):
        row = Attachment(public_id=name, file_name="照片.jpg", media_type="image/jpeg", size=20, sha256=digest,
                         stored_name=name)
        db.session.add(row)
        return row


@pytest.fixture(scope="module")
def site(app, database, tmp_path_factory):
    with app.app_context():
        settle_city(database)
        made = Site(database, tmp_path_factory.mktemp("site"))
        db.session.remove()
        yield made
        db.session.remove()
    database.restore()


@pytest.fixture
def copy(site, tmp_path):
    """Of the backup, to be damaged."""
    return shutil.copytree(site.backup, tmp_path / "copy")


def refused(site, folder):
    with pytest.raises(Refused) as told, restoring.filled(folder, site.url, name="trial"):
        pytest.fail("it was restored")
    return str(told.value)


def sealed_anew(folder, **changes):
    """As somebody would who knows how the manifest is sealed."""
    said = json.loads((folder / manifest.NAME).read_text()) | changes
    manifest.write(folder, manifest.Manifest(**said))


def test_the_manifest_says_what_was_there(site):
    seq, digest = db.session.execute(sa.select(LogHead.seq, LogHead.hash)).one()
    assert (site.made.seq, site.made.hash) == (seq, digest)
    assert site.made.tables["events"][0] == db.session.scalar(sa.select(sa.func.count(Event.seq)))
    assert site.made.missing == ["attachments/cd/cd34"]
    assert manifest.read(site.backup) == manifest.Manifest(**json.loads((site.backup / manifest.NAME).read_text()))


def test_a_second_backup_does_not_go_over_the_first(site):
    with pytest.raises(Refused, match="已有内容"):
        taking.back_up(site.url, site.storages, site.backup)
    assert manifest.read(site.backup).seq == site.made.seq


@tried  # a second dump on PostgreSQL takes a second
def test_a_backup_that_breaks_off_leaves_nothing(site, tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Refused, match="No space left"):
        taking.back_up(site.url, site.storages, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_without_its_manifest_it_is_no_backup(site, copy):
    (copy / manifest.NAME).unlink()
    assert "没有清单" in refused(site, copy)


def test_a_manifest_that_was_written_in_is_found(site, copy):
    text = (copy / manifest.NAME).read_text()
    (copy / manifest.NAME).write_text(text.replace('"missing"', '"Missing"'))
    assert "清单被改动过" in refused(site, copy)


@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_file_is_named(site, copy, damage):
    name = stores.store_of(site.url).file_name if damage != "remove" else "attachments/ab/ab12"
    bytes_ = bytearray((copy / name).read_bytes())
    (copy / name).unlink()
    if damage == "flip":
        bytes_[len(bytes_) // 2] ^= 1
        (copy / name).write_bytes(bytes_)
    elif damage == "cut":
        (copy / name).write_bytes(bytes_[:-1])
    said = refused(site, copy)
    assert "1 个文件缺失或被改动" in said and name in said


def test_the_other_engine_is_refused(site, copy):
    sealed_anew(copy, engine="other")
    assert "备份来自 other" in refused(site, copy)


def test_restored_it_is_what_was_backed_up_and_what_was_there_is_kept(site, tmp_path):
    """The whole way: filled beside, verified, settled, exchanged with a site that somebody gave up."""
    target = settled_target(site.url)
    storages = {name: Folder(tmp_path / name) for name in site.storages}
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "old").write_text("of the former site")
    with pytest.raises(Refused, match="--replace"):
        restoring.ensure_free(target, storages, replace=False)
    restoring.ensure_free(target, storages, replace=True)
    with restoring.filled(site.backup, target, name="restoring") as (_, scratch):
        kept = restoring.put_in_place(site.backup, scratch, target=target, storages=storages)
    restoring._verify(site.made, target)
    assert path_of(tmp_path / "attachments", "ab12").read_bytes() == PHOTO
    assert len(kept) == 2 and "before" in kept[0]
    faults_show(site.made, target)
    stores.store_of(target).drop(target)


def settled_target(url):
    """A database beside with a table of somebody's."""
    store = stores.store_of(url)
    target = store.scratch(url, "target")
    with sa.create_engine(target, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("CREATE TABLE somebodys (id integer)"))
    return target


FAULTS = (
    ("UPDATE enterprises SET name = name || ' '", "表 enterprises"),
    ("DELETE FROM attachments WHERE stored_name = 'ab12'", "表 attachments"),
    ("DELETE FROM events WHERE seq = 2", "表 events"),
    ("CREATE TABLE somebodys (id integer)", "表 somebodys"),
)


def faults_show(made, scratch):
    """Whole as it is; whatever is altered behind our back is named."""
    for statement, named in FAULTS:
        behind_our_back(scratch, statement)
        with pytest.raises(Damaged) as told:
            restoring._verify(made, scratch)
        assert named in str(told.value) or "等 4 处" in str(told.value)


@pytest.mark.skipif(MISSING in os.environ, reason="no PostgreSQL here")
def test_what_is_restored_is_written_and_sorted_as_deployed_whatever_its_server_is_used_to():
    """A machine installed without a language has a server of SQL_ASCII; one in Chinese has one that sorts otherwise."""
    with Cluster("--encoding=SQL_ASCII --locale=C") as cluster:
        scratch = Postgres("").scratch(sa.make_url(cluster.url).set(database="zhitongche"), "trial")
        with sa.create_engine(scratch, poolclass=sa.NullPool).connect() as connection:
            habits = "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = :name"
            assert connection.execute(sa.text(habits), {"name": scratch.database}).one() == ("UTF8", "C.UTF-8")


def behind_our_back(url, statement):
    options = {} if url.get_backend_name() == "sqlite" else {"connect_args": AS_REPLICA}
    engine = sa.create_engine(url, poolclass=sa.NullPool, **options)
    engines.prepare(engine)
    with engine.begin() as connection:
        if url.get_backend_name() == "sqlite":
            for trigger in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(sa.text(f"DROP TRIGGER {trigger}"))
        connection.execute(sa.text(statement))


def test_a_log_that_was_cut_or_written_anew_before_the_backup_is_found(site):
    """The digests are those of the altered rows: only the chain and its end can tell."""
    with stores.one_moment(site.url) as connection:
        cut = dataclasses.replace(site.made, seq=site.made.seq + 1)
        assert restoring._wrong_log(cut, connection) == ["日志链没有到达备份时的链尾"]
        assert restoring._wrong_log(site.made, connection) == []


@pytest.fixture
def plan(site, tmp_path):
    storages = {"attachments": Folder(tmp_path / "none")}
    return nightly.Plan(site.url, storages, tmp_path / "backups", site.url, kept=1)


@tried
def test_the_night_tries_its_backup_and_says_what_became_of_it(site, plan, monkeypatch):
    db.session.execute(sa.update(Attachment).values(discarded_at=clock.now()))
    db.session.commit()
    (plan.backups / "20200101T000000Z").mkdir(parents=True)
    row = nightly.drill(plan)
    assert (row.fault, nightly.is_fresh(row)) == ("", True)
    assert "上次恢复演练：成功" in nightly.words(row) and row.tables == len(site.made.tables)
    assert [path.name for path in plan.backups.iterdir()] == [row.name]  # the old one has gone
    row.began_at -= timedelta(hours=27)
    assert not nightly.is_fresh(row)
    db.session.rollback()


def test_a_night_that_fails_keeps_what_there_is_and_is_shown(app, plan, monkeypatch):
    (plan.backups / "20200101T000000Z").mkdir(parents=True)
    monkeypatch.setattr(taking, "back_up", lambda *_: (_ for _ in ()).throw(Refused("磁盘已满")))
    row = nightly.drill(plan)
    assert row.fault == "磁盘已满" and [path.name for path in plan.backups.iterdir()] == ["20200101T000000Z"]
    settings = {**app.config, "VAR_DIR": plan.backups, "BACKUPS": True}
    check = next(one for one in health.checks(settings) if one.name == "backup")
    assert not check.is_well and "没有通过：磁盘已满" in check.words


def test_the_job_does_nothing_where_backups_are_made_otherwise(app):
    before = db.session.scalar(sa.select(sa.func.count(Backup.id)))
    assert job.run(app.config).scanned == 0 and db.session.scalar(sa.select(sa.func.count(Backup.id))) == before


def test_after_a_restore_nobody_is_signed_in_and_nothing_goes_out_twice(site):
    now = clock.now()
    user = db.session.scalar(sa.select(User.id).limit(1))
    db.session.add(LoginSession(token_hash="t", user_id=user, created_at=now, seen_at=now))
    db.session.add(Delivery(carrier=Carrier.SMS, purpose=Purpose.CLAIM, key="k", recipient="13800000000", words="w",
                            next_try_at=now, expires_at=now))
    db.session.commit()
    settling.settle(site.made)
    assert db.session.scalar(sa.select(LoginSession.id).where(LoginSession.ended_at.is_(None))) is None
    held = db.session.scalar(sa.select(Delivery).where(Delivery.key == "k"))
    assert (held.outcome, held.words, held.problem) == (Outcome.GIVEN_UP, "", settling.HELD)
    last = db.session.scalar(sa.select(Event).order_by(Event.seq.desc()).limit(1))
    assert last.action == "restore_backup" and site.made.hash in last.body
