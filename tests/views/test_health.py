"""What machines that watch are told, and the page of whoever looks after them."""

from collections import namedtuple
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app import create_app
from models import clock
from models.base import db
from models.deliveries import Delivery, Purpose
from models.job_runs import JobRun
from models.notices import Notice, NoticeKind
from operations import health, protection, verification
from operations.delivery import texts
from tests.conftest import settings_for
from tests.views.tickets_desk import Desk

Usage = namedtuple("Usage", "total used free")
TOKEN = "a-token-for-the-watchers-0123456789"


@pytest.fixture
def swept(city):
    now = clock.now()
    db.session.add(JobRun(name="sweep", slot="s", started_at=now, finished_at=now))
    db.session.commit()


def told(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.get_json()


def test_alive_asks_nobody(client, monkeypatch):
    monkeypatch.setattr(db.session, "execute", lambda *_: pytest.fail("the database was asked"))
    assert client.get("/healthz").get_json() == {"status": "alive"}


def test_everything_is_well(client, swept):
    status, said = told(client)
    assert (status, said["status"], set(said["checks"].values())) == (200, "ready", {"well"})


def test_a_late_sweep_and_a_waiting_notice_are_named_and_nobody_is_turned_away(client, swept, city):
    now = clock.now()
    db.session.execute(sa.update(JobRun).values(finished_at=now - timedelta(minutes=6)))
    db.session.add(Notice(user_id=city.users["liumin"].id, kind=NoticeKind.SYSTEM, subject="等了很久", dedup_key="k",
                          not_before=now - timedelta(minutes=11)))
    db.session.commit()
    status, said = told(client)
    late = {name for name, how in said["checks"].items() if how == "late"}
    assert (status, late) == (200, {"sweep", "notices"})


def test_more_texts_than_the_site_means_to_send_are_an_alarm_and_no_more(app, client, swept, monkeypatch):
    """security.md, 32: the limits of a number and of an address stop nobody who has many of both."""
    for number in range(3):
        texts.queue(f"1380000000{number}", "x", purpose=Purpose.CODE, expires_at=clock.now())
    db.session.flush()
    db.session.execute(sa.update(Delivery).where(Delivery.recipient == "13800000000").values(
        created_at=clock.now() - timedelta(hours=2)))
    db.session.commit()
    for most_in_an_hour, most_in_a_day, how in ((2, 3, "well"), (1, 3, "late"), (2, 2, "late")):
        monkeypatch.setitem(app.config, "TEXTS_PER_HOUR", most_in_an_hour)
        monkeypatch.setitem(app.config, "TEXTS_PER_DAY", most_in_a_day)
        status, said = told(client)
        assert (status, said["checks"]["texts"]) == (200, how)


def test_a_full_disk_turns_people_away(client, swept, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: Usage(9, 9, 10 * health.MIB))
    status, said = told(client)
    assert (status, said["status"], said["checks"]["disk"]) == (503, "full", "late")


def test_a_broken_link_shows_at_once(client, swept, monkeypatch):
    broken = verification.Verification(findings=[verification.Finding(7, "与上一条不相接")])
    monkeypatch.setattr(verification, "verify_newest", lambda _: broken)
    assert told(client)[1]["checks"]["chain"] == "late"


def test_commits_that_nobody_copies_elsewhere_are_named(app, client, swept, monkeypatch):
    monkeypatch.setattr(health, "LONG_LOG_MIB", -1)
    monkeypatch.setattr(health, "_WAITED_FOR", sa.text("SELECT 'receiver'"))
    monkeypatch.setitem(app.config, "SQLITE_REPLICATED", True)
    late = {name for name, how in told(client)[1]["checks"].items() if how == "late"}
    assert late == {"replicator" if db.engine.dialect.name == "sqlite" else "receiver"}


def test_a_database_that_is_away_is_said_within_the_answer(client, monkeypatch):
    def away(_room):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(health, "checks", away)
    assert told(client) == (503, {"status": "away", "checks": {"database": "away"}})


def test_the_page_of_the_system_administrator_says_what_is_wrong(swept, sign_in):
    reader = sign_in("admin")
    assert reader.get("/operations") == 200
    assert "一切正常" in reader.text and "时限巡检" in reader.text
    db.session.execute(sa.delete(JobRun))
    db.session.commit()
    reader.get("/operations")
    assert "有 1 项不正常" in reader.text and "还没有巡检过" in reader.text


def test_a_site_with_anchors_says_when_none_is_made(client, app, swept, monkeypatch):
    monkeypatch.setitem(app.config, "ANCHORS", True)
    assert told(client)[1]["checks"]["anchor"] == "late"


def test_while_the_log_is_behind_everything_is_read_and_nothing_is_taken_in(life, guest):
    """R20: somebody who signs in sees what is there; what they send comes back with a sentence and is not done."""
    desk = Desk(guest, life.submit().accept().dispatch())
    protection.watch(lambda: "the log is behind")
    try:
        page = desk.opens("chenjing")
        answer = desk.sends("chenjing", page, "sign")
        shown = desk.opens("hengzha", "/my").words, guest().opens("/login").words, page.words
    finally:
        protection.watch(None)
    assert (page.status, answer.status, desk.ticket.status) == (200, 503, life.ticket.status)
    assert "刚才的内容没有提交" in answer.words and "the log is behind" not in answer.html
    assert all("系统暂时只能查看" in words for words in shown) and "只能查看" not in desk.opens("chenjing").words
    assert desk.sends("chenjing", page, "sign").status < 400


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")  # one library, one folder, one time
def test_metrics_are_there_for_who_brings_the_token(database_url, swept, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    app = create_app(type("Watched", (settings_for(database_url),), {"METRICS_TOKEN": TOKEN}))
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer else"}).status_code == 404
    client.get("/login")
    page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert 'zqztc_request_seconds_count{method="GET",rule="/login",status="200"} 1.0' in page
    assert 'zqztc_check_well{check="sweep"} 1.0' in page
    with app.app_context():
        db.engine.dispose()
