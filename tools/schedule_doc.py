"""Write docs/schedule.md from the schedule of the jobs: python -m tools.schedule_doc."""

from config import HERE, Config
from environment import settings_of
from jobs.job import Every, Job
from jobs.schedule import SCHEDULE

TARGET = HERE / "docs" / "schedule.md"
INTRODUCTION = """\
# 定时作业

本文由 `make docs` 根据 `jobs/schedule.py` 的 `SCHEDULE` 生成，请勿手工修改。

- 调度进程是单独的进程：`zhitongche jobs start`；`zhitongche serve` 会一并启动。可以同时开几个：每个时段在作业台账
  `job_runs` 里只能认领一次。
- 每次运行记一行台账：查看、办理、最迟、剩余、问题。`zhitongche jobs` 列出上次运行，`zhitongche jobs run NAME` 立即运行一次。
- 系统时间与单调时钟相差超过 120 秒时，全部作业挂起并记入台账，直到时间复原；确认新的时间无误，就重新启动调度进程。

| 作业 | 间隔 | 设置 | 做什么 |
|---|---|---|---|
"""


def document() -> str:
    return INTRODUCTION + "".join(row(job) for job in SCHEDULE)


def row(job: Job) -> str:
    setting = job.rhythm.setting if isinstance(job.rhythm, Every) else ""
    defaults = {name: setting.default for name, setting in settings_of(Config).items()}
    return f"| `{job.name}` | {job.rhythm.words(defaults)} | {f'`{setting}`' if setting else '–'} | {job.meaning} |\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
