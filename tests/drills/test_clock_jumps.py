"""The clock jumps under two real schedulers: nobody is supervised by a wrong time, everybody soon after it is right."""

import itertools
import os
import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.base import db
from models.clock_stops import ClockBeat
from models.job_runs import JobRun
from models.supervision import Supervision
from operations.access.people import actor_named
from operations.supervision import clock_stops
from operations.supervision.heartbeat import SWEEP
from tests.drills import checking
from tests.drills.false_time import IS_HERE, RIGHT, FalseTime
from tests.drills.site import SECONDS, Site, kill_group
from tests.drills.sizes import sized
from tests.shared import IS_DRILL

pytestmark = [
    pytest.mark.skipif(not IS_DRILL, reason="a drill: make drill"),
    pytest.mark.skipif(not IS_HERE, reason="no libfaketime here"),
]
DAY = 86_400
JUMPS = (f"+{DAY}", f"-{DAY}", f"+{400 * DAY}", f"-{3 * 3600}", f"+{3652 * DAY}")
COUNT, PLANTED = sized(10, 100, 100, name="JUMPS"), 1
LAPSING, NOT_YET, TWELVE_HOURS = 2, 5, timedelta(hours=12)
HELD_SECONDS, AGAIN_SECONDS, BEAT_SECONDS, LATE_SECONDS = 6.0, 10.0, 60.0, 300.0
# What each jump sets going is work. What none may leave behind is a scheduler that spins.
CALM_SECONDS, CALM_SHARE, GROWTH_MIB = 30.0, 0.5, 100


class Schedulers:
    """Two of one site whose wall clock can be told to be wrong; what they do is read by the right one."""

    def __init__(self, folder, url, *, program="app.cli"):
        self.site, self.time = Site(folder, url), FalseTime(folder)
        self.site.environment |= self.time.environment
        self.program, self.both, self.spent = program, [], 0.0
        self.slowest_beat = self.latest = 0.0

    def __enter__(self):
        self.both = [self._new(), self._new()]
        self._wait_until_they_know_the_time()
        return self

    def __exit__(self, *_):
        for one in self.both:
            kill_group(one)

    def _new(self):
        return self.site.begin(self.program, "jobs", "start")

    def _wait_until_they_know_the_time(self):
        """Whoever starts by a wrong clock, and finds nothing written by a right one, cannot know better."""
        deadline = time.monotonic() + SECONDS
        while self.site.log.read_text().count("the scheduler runs") < 2 or not self._beats():
            assert time.monotonic() < deadline, self.site.log.read_text()[-2000:]
            time.sleep(0.5)

    def _beats(self):
        with self.site.look():
            return db.session.scalar(sa.select(sa.func.count()).select_from(ClockBeat))

    def replace_one(self):
        """By one that has never seen the right time, when it is wrong just now."""
        replaced = self.both.pop(0)
        self.spent += cpu_of(replaced)
        kill_group(replaced)
        self.both.append(self._new())

    def seen(self):
        """The newest beat of the sweep, held ones too, and how many orders there are."""
        with self.site.look():
            db.session.info["read_only"] = True
            newest = db.session.scalar(sa.select(sa.func.max(JobRun.id)).where(JobRun.name == SWEEP))
            return newest, db.session.scalar(sa.select(sa.func.count(Supervision.id)))

    def watch(self, seconds, orders):
        """Until there are so many orders, or the time is over; how old the last beat ever was. Returns the orders."""
        began = beat_at = time.monotonic()
        beat, there = self.seen()
        while there < orders and time.monotonic() < began + seconds:
            time.sleep(0.3)
            newest, there = self.seen()
            now = time.monotonic()
            self.slowest_beat = max(self.slowest_beat, now - beat_at)
            beat, beat_at = newest, now if newest != beat else beat_at
        return there

    def confirm(self):
        """As the administrator does on the page of the jobs, once the clock is right again."""
        with self.site.look():
            if clock_stops.state().is_halted:
                clock_stops.confirm(actor=actor_named("admin"), reason="与授时中心核对过")

    def effort(self):
        """Seconds of processor of all there were, and MiB of the larger one."""
        return self.spent + sum(map(cpu_of, self.both)), max(map(memory_of, self.both))

    def share_when_calm(self):
        """Of a processor, by both together, while the clock goes as it should."""
        before = self.effort()[0]
        time.sleep(CALM_SECONDS)
        return (self.effort()[0] - before) / CALM_SECONDS


def cpu_of(process):
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process):
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def jumped(schedulers, jump, *, chance, seconds=HELD_SECONDS):
    """One jump while tickets fall due. Returns how many were supervised by the wrong time."""
    site, before = schedulers.site, schedulers.seen()[1]
    wanted = before + LAPSING
    time.sleep(5 * chance.random())  # at any moment of a beat
    schedulers.time.tell(jump)
    site.let_lapse(LAPSING, 2)
    due_at = time.monotonic()
    if chance.random() < 0.3:
        schedulers.replace_one()
    wrongly = schedulers.watch(seconds, before + 1) - before
    schedulers.time.tell(RIGHT)
    schedulers.confirm()
    while schedulers.watch(AGAIN_SECONDS, wanted) < wanted and time.monotonic() < due_at + LATE_SECONDS:
        schedulers.confirm()  # whoever was being started may have written down what it saw a moment after
    schedulers.latest = max(schedulers.latest, time.monotonic() - due_at)
    return wrongly


def test_no_jump_supervises_anybody_and_none_stops_the_scheduler(quick_server, tmp_path, measured):
    schedulers, chance = Schedulers(tmp_path, quick_server.url), random.Random(COUNT)
    schedulers.site.settle(COUNT * LAPSING + NOT_YET)
    schedulers.site.let_lapse(NOT_YET, 1, later=TWELVE_HOURS)
    with schedulers:
        began, (cpu, memory) = time.monotonic(), schedulers.effort()
        wrongly = [jumped(schedulers, jump, chance=chance) for jump in itertools.islice(itertools.cycle(JUMPS), COUNT)]
        used, grown = (end - start for end, start in zip(schedulers.effort(), (cpu, memory), strict=True))
        share, calm = used / (time.monotonic() - began), schedulers.share_when_calm()
        schedulers.site.sweep_up()
        assert sum(wrongly) == 0, wrongly
        assert schedulers.seen()[1] == COUNT * LAPSING
        assert checking.amiss(schedulers.site) == []
    assert schedulers.slowest_beat <= BEAT_SECONDS and schedulers.latest <= LATE_SECONDS, vars(schedulers)
    assert calm < CALM_SHARE and grown < GROWTH_MIB, (calm, grown)
    measured(f"{COUNT} 次跳变", f"错的时间里督办 0 件，重 0；改正后督办最迟 {schedulers.latest:.0f} 秒，心跳最长隔 "
             f"{schedulers.slowest_beat:.0f} 秒；两个进程共用处理器 {share:.0%}，此后 {calm:.0%}，内存增 {grown:.0f} MB")


def test_a_site_without_the_guard_is_found(quick_server, tmp_path, measured):
    schedulers = Schedulers(tmp_path, quick_server.url, program="tests.drills.unguarded")
    schedulers.site.settle(PLANTED * LAPSING + NOT_YET)
    schedulers.site.let_lapse(NOT_YET, 1, later=TWELVE_HOURS)
    with schedulers:
        wrongly = jumped(schedulers, JUMPS[0], chance=random.Random(1), seconds=BEAT_SECONDS)
    assert wrongly
    measured(f"{PLANTED} 次跳变", f"找到：错的时间里督办了 {wrongly} 件")
