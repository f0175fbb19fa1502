"""The run ledger: what ran, what came of it, and nothing about anybody's business."""

from datetime import timedelta

import pytest

from models import clock
from models.base import db
from models.job_runs import JobRun
from operations.supervision import clock_stops
from tests.views.digests import digests


def ran(name, number, *, is_finished=True, minutes=1, **facts):
    at = clock.now() - timedelta(minutes=minutes)
    ended = at if is_finished else None
    db.session.add(
        JobRun(name=name, slot=f"{name}-{number}", worker="host:7", started_at=at, finished_at=ended, **facts)
    )


@pytest.fixture
def ledger(city):
    for number in range(60):
        ran("sweep", number, scanned=1000 + number, done=number, minutes=61 - number)
    ran("housekeeping", 1, error="ValueError: 台账写不下", is_finished=False)
    ran("windows", 1, is_finished=False, minutes=60)
    ran("ledger-review", 1, error="held: 时钟跳变", is_finished=False)
    db.session.commit()


def test_every_job_is_listed_with_its_last_run_and_its_state(ledger, sign_in):
    reader = sign_in("admin")
    assert reader.get("/jobs") == 200
    for words in ("时限巡检", "59 / 1059", "失败", "中断", "挂起", "ValueError: 台账写不下", "上次巡检"):
        assert words in reader.text


def test_the_runs_of_one_job_are_paged_by_their_place(ledger, sign_in):
    reader = sign_in("admin")
    reader.get("/jobs?job=sweep")
    assert "1059" in reader.text and "更早的" in reader.text and reader.text.count("host:7") == 50
    assert reader.get("/jobs?job=sweep&before=2") == 200 and "1000" in reader.text


def test_reading_the_ledger_writes_nothing_and_nonsense_is_taken_calmly(ledger, sign_in):
    reader = sign_in("admin")
    before = digests()
    asked = ("", "?job=x", "?before=x", "?before=99999999999999999")
    assert [reader.get(f"/jobs{more}") for more in asked * 2] == [200] * 8
    assert digests() == before


def test_an_empty_ledger_says_what_is_missing(city, sign_in):
    reader = sign_in("admin")
    assert reader.get("/jobs") == 200 and "还没有作业运行过" in reader.text and "还没有巡检过" in reader.text


@pytest.fixture
def stopped(city):
    now = clock.now()
    clock_stops.halt(clock_stops.Found.stepped(365 * 86_400, wall=now), wall=now, worker="host:7")


def test_a_jump_of_the_clock_is_on_every_page_of_those_who_rely_on_it(stopped, sign_in):
    for username in ("hening", "wujie", "luoshizhang", "qianwei"):
        reader = sign_in(username)
        reader.get("/watch")
        assert "时钟异常，督办已停" in reader.text and "等系统管理员确认" in reader.text


def test_the_administrator_confirms_the_time_and_the_page_keeps_what_they_said(stopped, sign_in):
    reader = sign_in("admin")
    reader.get("/jobs")
    assert "所有作业已停止，没有人会被督办" in reader.text and 'href="/jobs/clock"' in reader.html
    reader.get("/jobs/clock")
    assert "时钟向前跳了 365 天" in reader.text and "0 项到期事项" in reader.text
    assert reader.post("/jobs/clock", {"reason": ""}) == 422 and "请写明怎样核对的时间" in reader.text
    assert reader.post("/jobs/clock", {"reason": "与授时中心比对"}) == 302
    reader.get("/jobs/clock")
    assert "时钟正常" in reader.text and "与授时中心比对" in reader.text and "系统管理员" in reader.text
    assert reader.post("/jobs/clock", {"reason": "再确认一次"}) == 409


@pytest.mark.parametrize("username", ["security", "audit", "hening", "liumin", "hengzha"])
def test_the_ledger_is_not_there_for_others(city, sign_in, username):
    assert sign_in(username).get("/jobs") == 404
