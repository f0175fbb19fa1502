"""SCHEDULE: every recurring job in one table. docs/schedule.md is made from it."""

from datetime import time

from jobs import delivery, housekeeping, indexing, sweep, windows
from jobs.job import Daily, Every, Job

SCHEDULE: tuple[Job, ...] = (
    Job("sweep", sweep.run, Every(30, setting="SWEEP_SECONDS"), "巡检：到期事项预警、督办、升级"),
    Job("windows", windows.lapse, Every(60), "补正、评价期满：视为撤回、记为未评价"),
    Job("ledger-review", windows.review_ledger, Every(600), "挂账到复核日，自动恢复计时"),
    Job("deliver-notices", delivery.run, Every(15), "送达站内通知，避开安静时段"),
    Job("search-index", indexing.run, Every(600), "补齐搜索索引：成批导入和遗漏的企业、办件"),
    Job("housekeeping", housekeeping.run, Daily(time(3, 20)), "清理过期的表单、登录失败记录、草稿附件和作业台账"),
)


def job_named(name: str) -> Job | None:
    """The job of this name."""
    return next((job for job in SCHEDULE if job.name == name), None)
