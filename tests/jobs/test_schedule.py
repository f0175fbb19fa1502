"""Beats: the same for every clock, cut from the wall clock, none skipped and none twice."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.job import Daily, Every
from jobs.schedule import SCHEDULE
from operations.clocks.calendar import SHANGHAI

SETTINGS = {"SWEEP_SECONDS": 30}
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
RHYTHMS = st.one_of(
    st.integers(1, 7_200).map(Every), st.times().map(lambda at: Daily(at.replace(second=0, microsecond=0)))
)


@given(MOMENTS, RHYTHMS)
def test_every_moment_lies_between_its_beat_and_the_next(moment, rhythm):
    slot, after = rhythm.slot(moment, SETTINGS), rhythm.after(moment, SETTINGS)
    assert slot <= moment < after
    assert rhythm.slot(after, SETTINGS) == after
    assert rhythm.slot(after - timedelta(microseconds=1), SETTINGS) == slot


def test_a_daily_job_runs_by_the_clock_of_shanghai():
    beat = Daily(time(3, 20)).slot(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), SETTINGS)
    assert beat.astimezone(SHANGHAI) == datetime(2026, 11, 23, 3, 20, tzinfo=SHANGHAI)


def test_a_site_changes_the_rhythm_of_its_sweep():
    rhythm = next(job.rhythm for job in SCHEDULE if job.name == "sweep")
    assert rhythm.words({"SWEEP_SECONDS": 5}) == "每 5 秒"


@pytest.mark.parametrize("job", SCHEDULE, ids=lambda job: job.name)
def test_a_slot_has_a_name_that_fits_its_column(job):
    assert len(job.slot_name(datetime(2026, 11, 22, tzinfo=UTC), SETTINGS) + "~999") <= 32


def test_no_two_jobs_have_one_name():
    assert len({job.name for job in SCHEDULE}) == len(SCHEDULE)
